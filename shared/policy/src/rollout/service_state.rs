//! How far one ECS service has followed.

use super::{StalePeriod, facts::Facts, latest_ms};
use crate::consumers::{ConsumerFacts, Deployment, Progress, Seen, Task, is_after, named};

/// How far one ECS service has followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ServiceState {
    /// Every task was given what is to be read now, or it has none.
    Followed,
    /// Every task was given what is to be read now, and some are on their way: nothing of this rollout.
    Scaling(String),
    /// Tasks are being replaced.
    Busy(String),
    /// It is steady, has tasks from before the change, and no deployment since.
    Behind(String),
    /// It does not stabilise.
    Stuck(String),
}

impl ServiceState {
    /// That of a consumer; `None` for one that is not deployed anew.
    pub(super) fn of(facts: &Facts, consumer: &ConsumerFacts) -> Option<Self> {
        let Seen::Service { steady, desired, deployment, gave_up_ms, tasks, .. } = &consumer.seen else { return None };
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
            (_, None) => Self::Scaling("tasks of it are on their way".to_owned()),
            (_, Some(old)) if !steady => Self::Busy(format!("it is not steady, and has {old}")),
            // Looked at while it changed: tasks are listed before the service is described.
            (_, Some(old)) if is_after(created_ms, since_ms) => {
                Self::Busy(format!("it was deployed since the last change, and still lists {old}"))
            }
            (_, Some(old)) => Self::Behind(format!("not started since the last change: {old}")),
        })
    }
}

/// What a service's tasks have missed.
struct Missed {
    /// The latest moment of it; that of the latest change where they have missed none.
    since_ms: Option<u64>,
    /// Those that have, in words.
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
            "its deployment is in progress for {taken_s} s, and `rollout.stabilise_s` is {limit_s}"
        )),
        false => ServiceState::Busy(format!("its deployment is in progress for {taken_s} s")),
    }
}
