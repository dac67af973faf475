//! What a service's scheduler does next.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>

use tokio::time::Instant;

use super::{
    service::{Rollout, Service},
    task::{Health, LastStatus, Task},
};

/// The next actions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// How many tasks to start.
    pub(super) start: usize,
    /// The ids of tasks to stop, and why.
    pub(super) stop: Vec<(String, String)>,
    /// Whether the newest deployment is complete and no other has a task.
    pub(super) complete: bool,
}

/// Decides what to do about a service with these tasks.
///
/// - never more running or stopping tasks than `maximumPercent`: with 100, the old task is gone before the new one starts
/// - never stops tasks so that fewer than `minimumHealthyPercent` serve
/// - replaces an unhealthy task, and starts the new one first if `maximumPercent` allows it
pub(super) fn plan(service: &Service, tasks: &[&Task], now: Instant) -> Plan {
    let primary = service.primary();
    let lower = (service.desired * service.configuration.minimum_healthy_percent).div_ceil(100);
    let upper = service.desired * service.configuration.maximum_percent / 100;
    let occupying = tasks.iter().filter(|task| task.occupies()).count();
    let wanted = tasks.iter().copied().filter(|task| task.is_wanted() && task.last <= LastStatus::Running);
    let (good, others): (Vec<&Task>, Vec<&Task>) =
        wanted.partition(|task| task.deployment == primary.id && task.health() != Health::Unhealthy);
    let serving = good.iter().filter(|task| task.serves()).count();
    let mut healthy = serving + others.iter().filter(|task| task.serves()).count();
    let missing = service.desired.saturating_sub(good.len());
    let room = upper.saturating_sub(occupying);
    let held = primary.rollout == Rollout::Failed || primary.held.is_some_and(|until| now < until);
    let mut plan = Plan { start: if held { 0 } else { missing.min(room) }, ..Plan::default() };
    let mut stop = |task: &Task, why: String| plan.stop.push((task.id.clone(), why));
    for task in good.iter().skip(service.desired) {
        stop(task, format!("Scaling activity initiated by (deployment {})", primary.id));
    }
    for task in &others {
        if task.health() == Health::Unhealthy {
            if task.deployment != primary.id || serving >= service.desired || (missing > 0 && room == 0) {
                stop(task, "Task failed container health checks".to_owned());
            }
        } else if !task.serves() || healthy > lower {
            healthy -= usize::from(task.serves());
            stop(task, format!("Scaling activity initiated by (deployment {})", task.deployment));
        }
    }
    let old = tasks.iter().any(|task| task.deployment != primary.id && task.occupies());
    plan.complete = serving == service.desired && good.len() == service.desired && others.is_empty() && !old;
    plan
}
