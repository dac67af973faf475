//! The end of a world: no more faults and acts, fair time, and then everything must be in order.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sandbox::lambda::InvocationResult;
use tokio::time::sleep;

use crate::{
    acts, conditions,
    matrix::FUNCTIONS,
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
///
/// A function that asks for a person need not have done its work. The work of the other functions is judged.
pub(crate) fn check(world: &World, rotated: bool, changes: usize) {
    let asking = asking_for_a_person(world);
    let asks = |functions: &[&str]| functions.iter().any(|function| asking.contains(function));
    let (view, added, were_current) = {
        let watch = world.watch();
        (watch.view().clone(), watch.added.clone(), watch.were_current.clone())
    };
    let mut broken = Vec::new();
    if !rotated && asking.is_empty() {
        let by = "a rotation that fails, and no function asks for a person".to_owned();
        broken.push((Rule::RotationEnds, by, String::new()));
    }
    if changes > 0 {
        let by = "runs that had nothing to do".to_owned();
        broken.push((Rule::RestChangesNothing, by, format!("{changes} changes")));
    }
    if !asks(&["rotate-auth", "retire-credential"]) {
        if !view.moved && world.plan.estate.set_up.is_on_hosts() {
            let cut_off = world.cut_off();
            broken.extend(
                cut_off.into_iter().map(|host| (Rule::RestReplicates, "a host that cannot log in".to_owned(), host)),
            );
        }
        if view.accepted.is_empty() {
            broken.push((Rule::RestAcceptsCurrent, "a task that does not run".to_owned(), String::new()));
        }
        for (host, accepted) in &view.accepted {
            if view.with("AWSCURRENT").is_some_and(|current| !accepted.contains(current)) {
                let by = "a node that refuses AWSCURRENT".to_owned();
                broken.push((Rule::RestAcceptsCurrent, by, host.clone()));
            }
        }
    }
    if !asks(&["retire-credential"]) {
        // Of a rotation that waits for a person, AWSPENDING stays.
        let waiting = asks(&["rotate-auth"]).then(|| view.with("AWSPENDING")).flatten();
        let legal = |name: &str| {
            let labelled = ["AWSCURRENT", "AWSPREVIOUS"].map(|label| view.with(label));
            labelled.contains(&Some(name)) || waiting == Some(name) || added.contains(name)
        };
        for (host, accepted) in &view.accepted {
            for name in accepted.iter().filter(|name| !legal(name)) {
                let what = match were_current.contains(name) {
                    true => "a credential that was AWSCURRENT before",
                    false => "a credential that was never AWSCURRENT",
                };
                let by = format!("{what}, orphaned by {}", world.watch().orphaned(name));
                broken.push((Rule::NothingElseIsAccepted, by, format!("{host} accepts {name}")));
            }
        }
    }
    // What the nodes refuse is not published.
    let publishable = view.with("AWSCURRENT").is_none_or(|current| view.is_accepted(current));
    if publishable && !asks(&["sync-connection"]) && view.published.as_deref() != view.with("AWSCURRENT") {
        let published = view.published.unwrap_or_else(|| "nothing".to_owned());
        broken.push((Rule::PublishedIsCurrent, "what is published".to_owned(), published));
    }
    let mut watch = world.watch();
    broken.into_iter().for_each(|(rule, by, detail)| watch.broke(rule, &by, &detail));
}

/// The functions whose last run says that only a person can help.
pub(crate) fn asking_for_a_person(world: &World) -> BTreeSet<&'static str> {
    let invocations = world.aws.runner.invocations();
    let asks = |function: &&str| {
        let last = invocations.iter().rev().find(|one| one.function == *function);
        last.is_some_and(|one| match &one.result {
            InvocationResult::Returned(outcome) => {
                matches!(outcome["status"].as_str(), Some("needs-human" | "permanent"))
            }
            InvocationResult::Failed { error_type, .. } => matches!(error_type.as_str(), "NeedsHuman" | "Permanent"),
        })
    };
    FUNCTIONS.into_iter().filter(asks).collect()
}
