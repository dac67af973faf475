//! Redis in a Fargate task of a stage, whose task can end.

use std::time::Duration;

use crate::{Flavour, Stage};

/// The cluster of the service.
pub const CLUSTER: &str = "orders";

/// The service.
pub const SERVICE: &str = "redis";

/// How long the service may take to be steady again.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a task comes to its end.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// Its process dies.
    Kill,
    /// Somebody asks ECS to stop it.
    StopTask,
}

impl End {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Kill, Self::StopTask];
}

/// Every end of a task, on every Redis.
pub fn ends() -> impl Iterator<Item = (Flavour, End)> {
    Flavour::on_fargate().flat_map(|flavour| End::ALL.map(|how| (flavour, how)))
}

impl Stage {
    /// Ends the task; ECS starts another one, in its own time.
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

    /// Ends the task, and waits until another one serves in its place.
    ///
    /// # Panics
    /// There is no task, or none follows it.
    pub async fn replace_task(&self, how: End) {
        self.end_task(how).await;
        self.sandbox.ecs.settled(CLUSTER, SERVICE, PATIENCE).await.expect("the service is steady again");
    }
}
