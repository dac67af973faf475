//! One row for each rule.

use super::*;
use crate::Class;

#[test]
fn what_keeps_a_backup_is_told() {
    for (old, expected) in [
        (backup(9), ""),
        (with(9, |old| old.pinned = true), "pinned"),
        (with(9, |old| old.kind = Kind::Automated), "automated: the service deletes it"),
        (with(9, |old| old.owner = Owner::Foreign), "not a snapshot of this target"),
        (with(9, |old| old.state = State::Creating), "being created"),
        (with(9, |old| old.state = State::Failed), "failed"),
        (with(9, |old| old.state = State::Deleting), "being deleted"),
        (with(9, |old| old.state = State::Restoring), "being restored"),
        (with(9, |old| old.state = State::Copying), "being copied"),
        (with(9, |old| old.created_ms = None), "its time is unknown"),
        (with(9, |old| old.created_ms = Some(NOW_MS + 1)), "its time is in the future"),
        (with(9, |old| old.created_ms = Some(u64::MAX)), "its time is in the future"),
        (with(9, |old| old.locked_until_ms = Some(NOW_MS + 1000)), "locked until 2026-11-21T03:00:01Z"),
        (with(9, |old| old.locked_until_ms = Some(NOW_MS)), ""),
        (with(9, |old| old.verified = Verified::No), ""),
        (with(9, |old| (old.pinned, old.state) = (true, State::Restoring)), "pinned, being restored"),
    ] {
        let facts = facts(vec![backup(0), backup(1), old.clone()]);
        let plan = decide(&facts);
        assert_eq!(why_kept(&plan, &old.name), expected, "{old:?}");
        let both = [old.name.as_str(), "day-000001"];
        assert_eq!(deleted(&plan), if expected.is_empty() { &both[..] } else { &both[1..] }, "{old:?}");
        assert_eq!(why_kept(&plan, "day-000000"), "last snapshot, one of the `min_verified` newest verified");
    }
}

#[test]
fn the_newest_backup_decides_whether_anything_is_deleted() {
    let day_and = |ms: u64| with(0, move |newest| newest.created_ms = Some(NOW_MS - 2 * DAY_MS - ms));
    for (newest, expected) in [
        (vec![backup(0)], ""),
        (vec![day_and(0)], ""),
        (vec![day_and(1)], "`day-000000`, is 172801 s old, and `snapshots.max_age_s` is 172800"),
        (vec![], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.verified = Verified::No)], "`day-000000`, is not verified"),
        (vec![with(0, |newest| newest.verified = Verified::Status)], ""),
        (vec![with(0, |newest| newest.state = State::Failed)], "`day-000000`, failed"),
        (vec![with(0, |newest| newest.state = State::Failed), backup(1)], "`day-000000`, failed"),
        (vec![with(0, |newest| newest.state = State::Restoring)], ""),
        (vec![with(0, |newest| newest.state = State::Creating), backup(1)], ""),
        (vec![with(0, |newest| newest.state = State::Creating)], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.state = State::Deleting)], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.kind = Kind::Automated)], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.owner = Owner::Foreign)], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.created_ms = Some(NOW_MS + 1))], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.created_ms = None)], "`day-000005`, is 432000 s old"),
        (vec![with(0, |newest| newest.pinned = true)], ""),
    ] {
        let facts = facts([newest, vec![backup(5), backup(6), backup(7)]].concat());
        let plan = decide(&facts);
        if expected.is_empty() {
            assert_eq!(plan.refusal, None, "{facts:?}");
            assert!(deleted(&plan).starts_with(&["day-000007", "day-000006"]), "{facts:?}");
            continue;
        }
        let failure = plan.refusal.as_ref().unwrap().to_failure();
        assert_eq!(failure.class(), Class::NeedsHuman);
        assert!(failure.chain().contains(expected), "{}", failure.chain());
        assert_eq!((deleted(&plan).len(), plan.next_run.len()), (0, 0), "{facts:?}");
        assert_eq!(why_kept(&plan, "day-000007"), "pruning is refused");
    }
    let none = facts(vec![with(0, |foreign| foreign.owner = Owner::Foreign)]);
    let failure = decide(&none).refusal.unwrap().to_failure().chain();
    assert_eq!(failure, "nothing is deleted: there is no backup. Take a snapshot");
}

/// <https://github.com/vatesfr/xen-orchestra/issues/2524>
#[test]
fn with_a_retention_of_two_three_failures_do_not_push_out_the_two_good_ones() {
    let keep = Keep { last: Count::AtMost(2), ..Keep::default() };
    let failed = |days| with(days, |backup| backup.state = State::Failed);
    let mut backups = vec![failed(0), failed(1), failed(2), backup(3), backup(4)];
    let while_failing = keeping(keep.clone(), backups.clone());
    assert_eq!(decide(&while_failing).refusal, Some(Refusal::Failed { name: "day-000000".to_owned() }));
    assert_eq!(deleted(&decide(&while_failing)), [""; 0]);

    backups[0] = backup(0);
    let recovered = keeping(keep, backups);
    assert_eq!(deleted(&decide(&recovered)), ["day-000004"]);
}

/// <https://github.com/redis/redis/issues/12037>
#[test]
fn months_of_backups_that_cannot_be_verified_stop_pruning_and_then_push_out_no_good_one() {
    let unverified = |days| with(days, |backup| backup.verified = Verified::No);
    let mut backups: Vec<_> = (0..90).map(unverified).chain((90..95).map(backup)).collect();
    let keep = Keep { daily: Count::AtMost(7), ..Keep::default() };
    let while_unverified = keeping(keep.clone(), backups.clone());
    let plan = decide(&while_unverified);
    assert_eq!(plan.refusal, Some(Refusal::Unverified { name: "day-000000".to_owned() }));
    assert_eq!((deleted(&plan).len(), plan.kept.len()), (0, 95));

    backups[0] = backup(0);
    let recovered = keeping(keep, backups);
    let plan = decide(&recovered);
    for days in 90..95 {
        assert!(why_kept(&plan, &backup(days).name).contains("daily snapshot"), "{days}");
    }
    assert_eq!(why_kept(&plan, "day-000006"), "daily snapshot", "one that is not verified stays as long as if it were");
    assert_eq!(deleted(&plan).len(), 83);
    assert_eq!(plan.delete[0].backup.name, "day-000089");
    assert!(plan.delete[0].reason.contains("not verified"));
}

#[test]
fn the_newest_verified_stay_whatever_the_settings_say() {
    let facts = facts((0..9).map(backup).collect());
    for (min_verified, left) in [(0, 1), (1, 1), (3, 3), (9, 9), (u32::MAX, 9)] {
        let settings = Snapshots { min_verified, ..facts.settings.clone() };
        let facts = Facts { settings, ..facts.clone() };
        assert_eq!(after(&facts, &decide(&facts)).backups.len(), left, "{min_verified}");
    }
}

#[test]
fn a_run_deletes_the_oldest_and_leaves_the_others_to_the_next_run() {
    let mut facts = Facts { most_deletions: 3, ..facts((0..9).map(backup).collect()) };
    let plan = decide(&facts);
    assert_eq!(deleted(&plan), ["day-000008", "day-000007", "day-000006"]);
    let next_run: Vec<_> = plan.next_run.iter().map(|deletion| deletion.backup.name.as_str()).collect();
    assert_eq!(next_run, ["day-000005", "day-000004", "day-000003", "day-000002", "day-000001"]);
    let mut runs = 0;
    while !decide(&facts).delete.is_empty() {
        facts = after(&facts, &decide(&facts));
        runs += 1;
    }
    assert_eq!((runs, facts.backups.len()), (3, 1));
}

#[test]
fn a_backup_that_is_listed_twice_counts_once() {
    let facts = facts(vec![backup(0), backup(0), backup(1), backup(2), backup(1)]);
    let settings = Snapshots { min_verified: 2, ..facts.settings.clone() };
    let facts = Facts { settings, ..facts };
    let plan = decide(&facts);
    assert_eq!(deleted(&plan), ["day-000002"]);
    assert_eq!(plan.kept.len(), 2);
}

#[test]
fn without_any_rule_everything_is_kept() {
    let facts = keeping(Keep::default(), vec![backup(0), backup(1), backup(2)]);
    let plan = decide(&facts);
    assert_eq!(deleted(&plan), [""; 0]);
    assert_eq!(why_kept(&plan, "day-000002"), "policy is empty");
}

#[test]
fn a_pinned_backup_takes_its_place_so_that_unpinning_it_deletes_no_other() {
    let keep = Keep { last: Count::AtMost(2), ..Keep::default() };
    let pinned = keeping(keep.clone(), vec![backup(0), with(1, |backup| backup.pinned = true), backup(2)]);
    let unpinned = keeping(keep, vec![backup(0), backup(1), backup(2)]);
    assert_eq!(deleted(&decide(&pinned)), ["day-000002"]);
    assert_eq!(deleted(&decide(&unpinned)), ["day-000002"]);
}

#[test]
fn a_hundred_thousand_backups_are_planned_in_one_run() {
    let hourly = |nth| Backup { name: format!("hour-{nth}"), created_ms: Some(NOW_MS - nth * HOUR_MS), ..backup(0) };
    let keep = Keep { daily: Count::AtMost(30), yearly: Count::Unlimited, ..Keep::default() };
    let facts = keeping(keep, (0..100_000).map(hourly).collect());
    let plan = decide(&facts);
    assert_eq!((plan.kept.len(), plan.delete.len(), plan.next_run.len()), (42, 1000, 98_958));
}
