//! The state of one ECS service in a rollout.

use super::{StalePeriod, facts::Facts, latest_ms};
use crate::consumers::{ConsumerFacts, Deployment, Progress, Seen, Task, is_after, named};

/// The state of one ECS service in a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ServiceState {
    /// Every task has read what is published now, or there is none.
    Followed,
    /// Every task has read what is published now, and some are starting or stopping for other reasons.
    Scaling(String),
    /// Tasks are being replaced.
    Busy(String),
    /// It is steady, has tasks from before the change, and was not deployed since.
    Behind(String),
    /// It does not become stable.
    Stuck(String),
    /// It has tasks from before the change, and ECS refuses to deploy it: somebody else does.
    DeployedBy(String, String),
}

impl ServiceState {
    /// The state of a consumer; `None` if it is no ECS service.
    pub(super) fn of(facts: &Facts, consumer: &ConsumerFacts) -> Option<Self> {
        let Seen::Service { steady, deployed_by, desired, deployment, gave_up_ms, tasks, .. } = &consumer.seen else {
            return None;
        };
        if *desired == 0 && tasks.is_empty() {
            return Some(Self::Followed);
        }
        let Missed { since_ms, tasks: old } = Missed::of(&facts.stale, tasks);
        let created_ms = deployment.and_then(|deployment| deployment.created_ms);
        // A service that was rolled back shows an older deployment, or one of that moment, as its newest.
        let gave_up = is_after(*gave_up_ms, since_ms) && !is_after(created_ms, *gave_up_ms);
        let progress = deployment.map(|deployment| deployment.progress);
        let is_short = tasks.len() < *desired;
        Some(match (progress, old) {
            (_, old) if gave_up && (old.is_some() || is_short) => {
                Self::Stuck("ECS gave up a deployment of it since the last change".to_owned())
            }
            (Some(Progress::Failed), None) if !is_short => Self::Followed,
            (Some(Progress::Failed), _) => Self::Stuck("its newest deployment has failed".to_owned()),
            (Some(Progress::InProgress), _) => in_progress(facts, *deployment),
            (_, None) if *steady => Self::Followed,
            (_, None) => Self::Scaling("tasks of it are starting or stopping".to_owned()),
            (_, Some(old)) if !steady => Self::Busy(format!("it is not steady, and has {old}")),
            // It changed between two calls: tasks are listed before the service is described.
            (_, Some(old)) if is_after(created_ms, since_ms) => {
                Self::Busy(format!("it was deployed since the last change, and still has {old}"))
            }
            (_, Some(old)) => {
                let why = format!("not started since the last change: {old}");
                match deployed_by {
                    Some(by) => Self::DeployedBy(by.clone(), why),
                    None => Self::Behind(why),
                }
            }
        })
    }
}

/// What a service's tasks have missed.
struct Missed {
    /// The latest change that they missed; the latest change of all if they missed none.
    since_ms: Option<u64>,
    /// The tasks that missed it, in words.
    tasks: Option<String>,
}

impl Missed {
    fn of(stale: &[StalePeriod], tasks: &[Task]) -> Self {
        let has = |task: &&Task| stale.iter().any(|period| period.meets(task));
        let missed = stale.iter().filter(|change| tasks.iter().any(|task| change.meets(task)));
        let since_ms = missed.map(|period| period.until_ms).max().or_else(|| latest_ms(stale));
        Self { since_ms, tasks: named(tasks.iter().filter(has)) }
    }
}

fn in_progress(facts: &Facts, deployment: Option<Deployment>) -> ServiceState {
    let created_ms = deployment.and_then(|deployment| deployment.created_ms).unwrap_or(facts.now_ms);
    let (taken_s, limit_s) = (facts.now_ms.saturating_sub(created_ms) / 1000, facts.settings.stabilise_s);
    match taken_s > limit_s {
        true => ServiceState::Stuck(format!(
            "its deployment has been in progress for {taken_s} s, and `rollout.stabilise_s` is {limit_s}"
        )),
        false => ServiceState::Busy(format!("its deployment has been in progress for {taken_s} s")),
    }
}
