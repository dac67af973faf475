//! The end of a world: no more faults and acts, fair time, and then everything must be in order.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sandbox::lambda::InvocationResult;
use tokio::time::sleep;

use crate::{
    acts, conditions,
    rules::Rule,
    what::Function,
    world::{NAME, World},
};

/// How long a rotation may take with all its attempts.
pub(crate) const ROTATION: Duration = Duration::from_secs(6000);

/// How long it takes until events are delivered and functions end.
const DELIVERY: Duration = Duration::from_secs(400);

/// How often the schedules come round at rest.
const ROUNDS: usize = 3;

/// Lets the world come to rest, and checks it.
pub(crate) async fn rest(world: &Arc<World>) {
    world.come_to_rest();
    let changes = conditions::changes(&world.plan.estate);
    sleep(DELIVERY + changes).await;
    world.aws.secrets_manager.rotation_settled(NAME, ROTATION).await;
    acts::rotate(world).await;
    let report = world.aws.secrets_manager.rotation_settled(NAME, ROTATION).await;
    let rotated = report.is_some_and(|report| report.succeeded);
    for _ in 0..ROUNDS {
        acts::invoke(world, Function::Sync).await;
        acts::invoke(world, Function::Retire).await;
        sleep(2 * world.plan.estate.overlap + changes + Duration::from_secs(60)).await;
    }
    let before = world.changes.load(Ordering::Relaxed);
    acts::invoke(world, Function::Sync).await;
    acts::invoke(world, Function::Retire).await;
    check(world, rotated, world.changes.load(Ordering::Relaxed) - before);
}

/// Checks what must hold at rest, after the last rotation, and after runs of which `changes` calls changed something.
pub(crate) fn check(world: &World, rotated: bool, changes: usize) {
    let waits_for_a_person = asks_for_a_person(world);
    let (view, added, were_current) = {
        let watch = world.watch();
        (watch.view().clone(), watch.added.clone(), watch.were_current.clone())
    };
    let mut broken = Vec::new();
    if !rotated && !waits_for_a_person {
        broken.push((Rule::RotationEnds, "a rotation that fails, and no function asks for a person", String::new()));
    }
    if changes > 0 {
        broken.push((Rule::RestChangesNothing, "runs that had nothing to do", format!("{changes} changes")));
    }
    if !waits_for_a_person && !view.moved && world.plan.estate.set_up.is_on_hosts() {
        let cut_off = world.cut_off();
        broken.extend(cut_off.into_iter().map(|host| (Rule::RestReplicates, "a host that cannot log in", host)));
    }
    if !waits_for_a_person {
        if view.accepted.is_empty() {
            broken.push((Rule::RestAcceptsCurrent, "a task that does not run", String::new()));
        }
        for (host, accepted) in &view.accepted {
            if view.with("AWSCURRENT").is_some_and(|current| !accepted.contains(current)) {
                broken.push((Rule::RestAcceptsCurrent, "a node that refuses AWSCURRENT", host.clone()));
            }
            let legal = |name: &str| {
                ["AWSCURRENT", "AWSPREVIOUS"].iter().any(|label| view.with(label) == Some(name)) || added.contains(name)
            };
            for name in accepted.iter().filter(|name| !legal(name)) {
                let what = match were_current.contains(name) {
                    true => "a credential that was AWSCURRENT before",
                    false => "a credential that was never AWSCURRENT",
                };
                broken.push((Rule::NothingElseIsAccepted, what, format!("{host} accepts {name}")));
            }
        }
        if view.published.as_deref() != view.with("AWSCURRENT") {
            let published = view.published.unwrap_or_else(|| "nothing".to_owned());
            broken.push((Rule::PublishedIsCurrent, "what is published", published));
        }
    }
    let mut watch = world.watch();
    broken.into_iter().for_each(|(rule, by, detail)| watch.broke(rule, by, &detail));
}

/// Whether the last run of a function says that only a person can help.
pub(crate) fn asks_for_a_person(world: &World) -> bool {
    let invocations = world.aws.runner.invocations();
    let last = |function: &str| invocations.iter().rev().find(|one| one.function == function);
    ["rotate-auth", "retire-credential", "sync-connection"].into_iter().filter_map(last).any(|one| match &one.result {
        InvocationResult::Returned(outcome) => {
            matches!(outcome["status"].as_str(), Some("needs-human" | "permanent"))
        }
        InvocationResult::Failed { error_type, .. } => matches!(error_type.as_str(), "NeedsHuman" | "Permanent"),
    })
}
