//! Decides which backups of a target are deleted.
//!
//! [`match_rules`] is the policy: what `snapshots.keep` keeps. It is restic's, and no more than arithmetic on times. [`decide`] adds
//! the rules that no setting lowers. It depends on nothing but the facts of the moment, and what it keeps it keeps again once
//! the others are gone, so a run that stopped anywhere can be run again.

mod facts;
mod newest;
mod periods;
mod plan;
mod reason;
mod rules;

pub use facts::{Backup, Facts, Kind, Owner, State, Verified};
pub use newest::Refusal;
pub use plan::{Deletion, Kept, Plan};
pub use reason::Reason;
pub use rules::{Match, Rule, match_rules};

use crate::target::Keep;
use facts::{created, in_order};

/// Decides which backups a run deletes.
///
/// The facts are those of one target in one place; backups elsewhere neither count nor matter. A backup is *ours* if its name
/// and its tag are the target's. Of one backup, in this order:
///
/// | backup | ⇒ |
/// |---|---|
/// | automated, or not ours | Kept, and it counts for nothing |
/// | being created, failed, or being deleted | Kept, and it counts for nothing |
/// | created after now, or at an unknown time | Kept, and it counts for nothing |
/// | kept by a rule of `snapshots.keep` | Kept |
/// | one of the `min_verified` newest that are verified | Kept |
/// | pinned, locked, being restored or being copied | Kept |
/// | any other, while pruning is refused | Kept |
/// | any other, among the `most_deletions` oldest | Deleted |
/// | any other | left to the next run |
///
/// The policy is applied to the verified ones, so that an unverified one takes the place of none. An unverified one is kept as
/// long as the policy would keep it if all were verified.
///
/// Pruning is refused, so that nothing is deleted, by the newest of ours, where one that failed counts, and one that is being
/// created or deleted does not:
///
/// | newest | ⇒ |
/// |---|---|
/// | there is none | refused |
/// | failed | refused |
/// | unverified | refused |
/// | older than `max_age_s` | refused |
/// | otherwise | not refused |
///
/// Backups of one time are in the order of their names, so that the order of the facts does not matter. A backup that is
/// listed twice counts once.
pub fn decide(facts: &Facts) -> Plan<'_> {
    let Facts { now_ms, settings, most_deletions, backups } = facts;
    let ordered = in_order(backups);
    let mut plan = Plan::new(newest::refusal(&ordered, settings, *now_ms));
    let mut counted = Vec::new();
    for backup in ordered {
        match reason::uncounted(backup, *now_ms) {
            Some(reason) => plan.keep(backup, vec![reason]),
            None => counted.push(backup),
        }
    }
    let by_policy = by_policy(&settings.keep, &counted);
    // Every policy keeps the newest verified one, so that one stays even without a floor.
    let mut floor = settings.min_verified;
    for (backup, matched) in counted.into_iter().zip(by_policy) {
        let mut reasons: Vec<Reason> = matched.into_iter().map(Reason::Policy).collect();
        if backup.verified.is_verified() && floor > 0 {
            floor -= 1;
            reasons.push(Reason::NewestVerified);
        }
        reasons.extend(reason::protections(backup, *now_ms));
        plan.keep_or_delete(backup, reasons);
    }
    plan.in_order(*most_deletions)
}

/// The rules that keep each backup: a verified one among the verified ones, any other among all.
fn by_policy(keep: &Keep, backups: &[&Backup]) -> Vec<Vec<Match>> {
    let verified: Vec<_> = backups.iter().copied().filter(|backup| backup.verified.is_verified()).collect();
    let mut among_verified = match_rules(keep, &created(&verified)).into_iter();
    let mut matched = match_rules(keep, &created(backups));
    for (backup, matched) in backups.iter().zip(&mut matched) {
        if backup.verified.is_verified() {
            *matched = among_verified.next().unwrap_or_default();
        }
    }
    matched
}

#[cfg(test)]
mod tests;
