//! RDB files in a bucket.
//!
//! # Layout
//! - `observe`: the snapshots that are there
//! - `locks`: which of those to delete are locked
//! - `delete`: one snapshot, with all its versions

mod delete;
mod locks;
mod observe;

use backends::RdbStore;
use cloud::Clients;
use futures::stream::{self, StreamExt};
use policy::{
    Failure,
    outcome::{Details, Judged, Measure, Outcome},
    retention::{Facts, Plan, decide},
    target::Snapshots,
};
use runtime::moment::now_ms;

use delete::Deleted;

/// How many snapshots one run deletes at most. The next one continues, so that a run ends in time and a mistake in the settings is
/// noticed before it has deleted everything.
const MOST_DELETIONS: usize = 500;

/// How many are deleted at a time.
const AT_A_TIME: usize = 8;

/// Deletes the snapshots of a target that no rule keeps.
///
/// # Errors
/// `NeedsHuman` if nothing may be deleted, because the newest snapshot is missing, not verified or too old. One snapshot that
/// cannot be deleted does not keep the others.
pub(crate) async fn prune(
    clients: &Clients,
    store: &RdbStore<'_>,
    settings: &Snapshots,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let backups = observe::run(store, now_ms(clients), outcome).await?;
    let mut facts =
        Facts { now_ms: now_ms(clients), settings: settings.clone(), most_deletions: MOST_DELETIONS, backups };
    locks::run(store, &mut facts).await?;
    let plan = decide(&facts);
    report(&facts, &plan, outcome);
    if let Some(refusal) = &plan.refusal {
        return Err(refusal.to_failure());
    }
    let deletions = plan.delete.iter().map(|deletion| (deletion.backup.name.as_str(), deletion.reason));
    if outcome.dry_run {
        deletions.for_each(|(name, reason)| outcome.would("delete-snapshot", format!("{name}: {reason}")));
        return Ok(());
    }
    if !plan.delete.is_empty() {
        outcome.requests_change();
    }
    let deleted = deletions.map(|(name, reason)| async move { (name, reason, delete::run(store, name).await) });
    let mut deleted = stream::iter(deleted).buffered(AT_A_TIME);
    while let Some((name, reason, result)) = deleted.next().await {
        match result {
            Ok(Deleted::Yes) => {
                outcome.measure(Measure::DeletedSnapshots, 1);
                outcome.did("delete-snapshot", format!("{name}: {reason}"));
            }
            Ok(Deleted::Kept(why)) => outcome.left("snapshot", format!("{name}: {why}")),
            Err(failure) => outcome.item_failed(name, &failure),
        }
    }
    if !plan.next_run.is_empty() {
        outcome.left("snapshots", format!("{} are left to the next run", plan.next_run.len()));
    }
    Ok(())
}

/// Reports every snapshot with what becomes of it, and why.
fn report(facts: &Facts, plan: &Plan<'_>, outcome: &mut Outcome) {
    let verified = facts.backups.iter().filter(|backup| backup.verified.is_verified());
    outcome.count(Measure::VerifiedSnapshots, verified.count());
    outcome.count(Measure::Snapshots, facts.backups.len());
    outcome.left("snapshots", format!("{} are kept", plan.kept.len()));
    let deletions = plan.delete.iter().map(|deletion| Judged::deleted(deletion));
    let next = plan.next_run.iter().map(|deletion| Judged::left(deletion));
    let kept = plan.kept.iter().map(|kept| Judged::kept(kept));
    outcome.details = Details::Pruning { snapshots: deletions.chain(next).chain(kept).collect() };
}
