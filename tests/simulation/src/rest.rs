//! The end of a world: no more faults and acts, fair time, and then everything must be in order.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sandbox::lambda::InvocationResult;
use tokio::time::sleep;

use crate::{
    acts,
    rules::Rule,
    what::Function,
    world::{NAME, World},
};

/// How long a rotation may take with all its attempts.
const ROTATION: Duration = Duration::from_secs(6000);

/// How long it takes until events are delivered and functions end.
const DELIVERY: Duration = Duration::from_secs(400);

/// How long the changes of ElastiCache take at most that functions and people have asked for.
const CHANGES: Duration = Duration::from_secs(1000);

/// How often the schedules come round at rest.
const ROUNDS: usize = 3;

/// Lets the world come to rest, and checks it.
pub(crate) async fn rest(world: &Arc<World>) {
    world.come_to_rest();
    let changes = if world.plan.estate.set_up.is_elasticache() { CHANGES } else { Duration::ZERO };
    sleep(DELIVERY + changes).await;
    world.aws.secrets_manager.rotation_settled(NAME, ROTATION).await;
    acts::rotate(world).await;
    world.aws.secrets_manager.rotation_settled(NAME, ROTATION).await;
    for _ in 0..ROUNDS {
        acts::invoke(world, Function::Sync).await;
        acts::invoke(world, Function::Retire).await;
        sleep(world.plan.estate.overlap + changes + Duration::from_secs(60)).await;
    }
    let before = world.changes.load(Ordering::Relaxed);
    acts::invoke(world, Function::Sync).await;
    acts::invoke(world, Function::Retire).await;
    check(world, world.changes.load(Ordering::Relaxed) - before);
}

/// Checks what must hold at rest, where `changes` calls of the last runs changed something.
pub(crate) fn check(world: &World, changes: usize) {
    let rotated = world
        .aws
        .runner
        .invocations()
        .iter()
        .rev()
        .find(|one| one.function == "rotate-auth")
        .is_some_and(|last| last.label == "finishSecret" && matches!(last.result, InvocationResult::Returned(_)));
    let waits_for_a_person = asks_for_a_person(world);
    let (view, added, were_current) = {
        let watch = world.watch();
        (watch.view().clone(), watch.added.clone(), watch.were_current.clone())
    };
    let mut broken = Vec::new();
    if !rotated && !waits_for_a_person {
        broken
            .push((Rule::RotationEnds, "the last rotation did not end, and no function asks for a person".to_owned()));
    }
    if changes > 0 {
        broken.push((Rule::RestChangesNothing, format!("{changes} changes of runs that had nothing to do")));
    }
    if !waits_for_a_person {
        for (host, accepted) in &view.accepted {
            if view.with("AWSCURRENT").is_some_and(|current| !accepted.contains(current)) {
                broken.push((Rule::RestAcceptsCurrent, format!("{host}, which refuses AWSCURRENT")));
            }
            let legal = |name: &str| {
                ["AWSCURRENT", "AWSPREVIOUS"].iter().any(|label| view.with(label) == Some(name)) || added.contains(name)
            };
            for name in accepted.iter().filter(|name| !legal(name)) {
                let was = if were_current.contains(name) { "was AWSCURRENT before" } else { "was never AWSCURRENT" };
                broken.push((Rule::NothingElseIsAccepted, format!("a credential that {was}: {host} accepts {name}")));
            }
        }
        if view.published.as_deref() != view.with("AWSCURRENT") {
            broken.push((Rule::PublishedIsCurrent, format!("{:?}, which is published", view.published)));
        }
    }
    let mut watch = world.watch();
    broken.into_iter().for_each(|(rule, by)| watch.broke(rule, &by));
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
