//! Tests of the policy, and of the rules that no setting lowers.

use std::collections::BTreeSet;

use super::*;
use crate::target::{Compression, Count, Snapshots};

mod properties;
mod restic;
mod tables;

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// 21 November 2026, 03:00:00 UTC.
const NOW_MS: u64 = 1_795_230_000_000;

/// A verified backup of ours, so many days old. Its name tells its age.
fn backup(days: u64) -> Backup {
    Backup {
        name: format!("day-{days:06}"),
        created_ms: Some(NOW_MS - days * DAY_MS),
        state: State::Available,
        kind: Kind::Manual,
        owner: Owner::Ours,
        verified: Verified::Contents,
        pinned: false,
        locked_until_ms: None,
    }
}

fn with(days: u64, change: impl Fn(&mut Backup)) -> Backup {
    let mut backup = backup(days);
    change(&mut backup);
    backup
}

/// The last one alone is kept by the policy, and by the floor.
fn facts(backups: Vec<Backup>) -> Facts {
    let keep = Keep { last: Count::AtMost(1), ..Keep::default() };
    Facts { now_ms: NOW_MS, settings: settings(keep), most_deletions: 1000, backups }
}

/// These rules alone, with a floor of one.
fn settings(keep: Keep) -> Snapshots {
    Snapshots {
        keep,
        min_verified: 1,
        max_age_s: 2 * 24 * 60 * 60,
        bucket: None,
        prefix: None,
        kms_key: None,
        compression: Compression::Zstd,
    }
}

fn keeping(keep: Keep, backups: Vec<Backup>) -> Facts {
    let facts = facts(backups);
    Facts { settings: Snapshots { keep, ..facts.settings }, ..facts }
}

fn deleted<'a>(plan: &Plan<'a>) -> Vec<&'a str> {
    plan.delete.iter().map(|deletion| deletion.backup.name.as_str()).collect()
}

/// Why a backup is kept, as a person reads it; empty if it is not.
fn why_kept(plan: &Plan<'_>, name: &str) -> String {
    let kept = plan.kept.iter().find(|kept| kept.backup.name == name);
    let reasons = kept.iter().flat_map(|kept| &kept.reasons);
    reasons.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The backups that are left once a plan was carried out.
fn after(facts: &Facts, plan: &Plan<'_>) -> Facts {
    let gone: BTreeSet<_> = plan.delete.iter().map(|deletion| &deletion.backup.name).collect();
    let backups = facts.backups.iter().filter(|backup| !gone.contains(&backup.name)).cloned().collect();
    Facts { backups, ..facts.clone() }
}
