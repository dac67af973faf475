//! The service scheduler: it compares services with their plan repeatedly, and acts.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::{Duration, Instant, sleep, timeout};

use super::{
    Ecs, EcsTiming, run,
    schedule::plan,
    service::{Rollout, Service, Status},
    store::Cluster,
    task::{LastStatus, StopCode, Task},
};
use crate::clock;

/// How long the scheduler sleeps without a notification.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The number of failed tasks after which ECS reports an impaired start. AWS does not document it.
const IMPAIRED_AFTER: usize = 3;

/// Keeps every service in its desired state until ECS stops.
pub(super) async fn keep(ecs: Arc<Ecs>) {
    let mut changed = ecs.changed.subscribe();
    while !ecs.is_stopped() {
        let (notice, idle) = {
            let state = ecs.state();
            (state.timing.notice, state.clusters.is_empty())
        };
        match idle {
            true => drop(changed.changed().await),
            // It also looks unasked: a pause after a failure may be over.
            false => drop(timeout(LOOK_EVERY.max(notice), changed.changed()).await),
        }
        sleep(notice).await;
        reconcile(&ecs);
    }
}

/// Looks at every service once.
fn reconcile(ecs: &Arc<Ecs>) {
    let (now, at) = (clock::now(), Instant::now());
    let (mut started, mut acted) = (Vec::new(), false);
    {
        let state = &mut *ecs.state();
        let timing = state.timing;
        for Cluster { services, tasks, .. } in state.clusters.values_mut() {
            for service in services.values_mut().filter(|service| service.status != Status::Inactive) {
                acted |= settle(service, tasks, &timing, now, at, &mut started);
            }
            forget(ecs, tasks, &timing, at);
        }
    }
    if acted {
        ecs.tell();
    }
    started.into_iter().for_each(|id| run::spawn(ecs, id));
}

/// Carries out the plan of one service and returns whether anything changed.
fn settle(
    service: &mut Service,
    tasks: &mut Vec<Task>,
    timing: &EcsTiming,
    now: Timestamp,
    at: Instant,
    started: &mut Vec<String>,
) -> bool {
    let (mut own, others): (Vec<Task>, Vec<Task>) =
        std::mem::take(tasks).into_iter().partition(|task| task.service == service.name);
    let mut acted = count_failures(service, &mut own, timing, now, at);
    let plan = plan(service, &own.iter().collect::<Vec<_>>(), at);
    for (id, why) in &plan.stop {
        let unhealthy = why.contains("health checks");
        for task in own.iter_mut().filter(|task| task.id == *id) {
            task.end(StopCode::ServiceSchedulerInitiated, why, now);
            service.note(&format!("has stopped 1 running tasks: (task {id})."), now);
            if unhealthy {
                service.primary_mut().failed_tasks += 1;
            }
        }
    }
    for _ in 0..plan.start {
        let task = Task::new(service, now);
        service.note(&format!("has started 1 tasks: (task {}).", task.id), now);
        started.push(task.id.clone());
        own.push(task);
    }
    acted |= plan.start > 0 || !plan.stop.is_empty();
    if plan.complete {
        acted |= service.deployments.len() > 1;
        service.deployments.truncate(1);
        let primary = service.primary_mut();
        if primary.rollout == Rollout::InProgress {
            primary.reach(Rollout::Completed, now);
            service.completed = Some(service.primary().definition.clone());
            service.say_of_deployment(Rollout::Completed, now);
            acted = true;
        }
        if !service.steady {
            service.note("has reached a steady state.", now);
            service.say("INFO", "SERVICE_STEADY_STATE", now);
            acted = true;
        }
    }
    service.steady = plan.complete;
    // A deployment that was overtaken is gone with its last task.
    let newest = service.primary().id.clone();
    let lives = |id: &str| own.iter().any(|task| task.deployment == id && task.occupies());
    service.deployments.retain(|deployment| deployment.id == newest || lives(&deployment.id));
    if service.status == Status::Draining && own.iter().all(|task| task.last == LastStatus::Stopped) {
        service.status = Status::Inactive;
        acted = true;
    }
    tasks.extend(others);
    tasks.extend(own);
    tasks.sort_by_key(|task| task.created);
    acted
}

/// Counts tasks that ended by themselves, and delays the next one after a short-lived task.
fn count_failures(service: &mut Service, own: &mut [Task], timing: &EcsTiming, now: Timestamp, at: Instant) -> bool {
    let mut acted = false;
    for task in own.iter_mut().filter(|task| !task.counted) {
        let Some(ending) = &task.ending else { continue };
        task.counted = true;
        if !matches!(ending.code, StopCode::TaskFailedToStart | StopCode::EssentialContainerExited) {
            continue;
        }
        acted = true;
        let lived = task.times.get("startedAt").map(|started| now.duration_since(*started).unsigned_abs());
        let desired = service.desired;
        let breaker = service.configuration.deployment_circuit_breaker.clone();
        let Some(deployment) = service.deployments.iter_mut().find(|one| one.id == task.deployment) else { continue };
        deployment.failed_tasks += 1;
        let short = lived.is_none_or(|lived| lived < timing.retry);
        if short {
            deployment.held = Some(at + timing.retry);
        }
        let impaired = short && deployment.failed_tasks >= IMPAIRED_AFTER;
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
        let enough = deployment.failed_tasks >= desired.div_ceil(2).clamp(3, 200);
        let given_up = breaker.enable && enough && deployment.rollout == Rollout::InProgress;
        if given_up {
            deployment.reach(Rollout::Failed, now);
        }
        if impaired {
            service.note("is unable to consistently start tasks successfully.", now);
            service.say("WARN", "SERVICE_TASK_START_IMPAIRED", now);
        }
        if given_up {
            service.say_of_deployment(Rollout::Failed, now);
            let back = service.completed.clone().filter(|_| breaker.rollback);
            service.note("deployment failed: tasks failed to start.", now);
            if let Some(definition) = back {
                service.deploy(definition, now);
            }
        }
    }
    acted
}

/// Forgets tasks some time after they stopped, and frees their addresses.
fn forget(ecs: &Ecs, tasks: &mut Vec<Task>, timing: &EcsTiming, at: Instant) {
    tasks.retain(|task| {
        let keep = task.stopped.is_none_or(|since| at < since + timing.keep_stopped);
        if !keep {
            task.address.into_iter().for_each(|address| ecs.fleet.give_back(address));
        }
        keep
    });
}
