//! Redis in a Fargate task of a stage, whose task can be killed or stopped.

use std::time::Duration;

use crate::{Flavour, Stage};

/// The cluster of the service.
pub const CLUSTER: &str = "orders";

/// The service.
pub const SERVICE: &str = "redis";

/// How long the service may take to reach a steady state again.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a task ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// Its process is killed.
    Kill,
    /// ECS stops it, by `StopTask`.
    StopTask,
}

impl End {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Kill, Self::StopTask];
}

/// Returns every way to end a task, on every version of Redis.
pub fn ends() -> impl Iterator<Item = (Flavour, End)> {
    Flavour::on_fargate().flat_map(|flavour| End::ALL.map(|how| (flavour, how)))
}

impl Stage {
    /// Ends the task. ECS then starts another one.
    ///
    /// # Panics
    /// There is no task.
    pub async fn end_task(&self, how: End) {
        let task =
            self.sandbox.ecs.tasks(CLUSTER, SERVICE).into_iter().find(|task| task.wanted).expect("there is a task");
        match how {
            End::Kill => self.sandbox.ecs.kill_task(&task.arn).await.expect("the task is killed"),
            End::StopTask => {
                let stop = self.ecs().stop_task().cluster(CLUSTER).task(&task.arn);
                stop.send().await.expect("the task is stopped");
            }
        }
    }

    /// Ends the task and waits until another one has replaced it.
    ///
    /// # Panics
    /// There is no task, or it is not replaced.
    pub async fn replace_task(&self, how: End) {
        self.end_task(how).await;
        self.sandbox.ecs.settled(CLUSTER, SERVICE, PATIENCE).await.expect("the service reaches a steady state");
    }
}
