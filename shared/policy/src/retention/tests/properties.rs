//! Properties of plans, for generated facts.

use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::target::CalendarDuration;

fn any_count() -> impl Strategy<Value = Count> {
    prop_oneof![4 => Just(Count::AtMost(0)), 4 => (1..6_u32).prop_map(Count::AtMost), 1 => Just(Count::Unlimited)]
}

fn any_within() -> impl Strategy<Value = CalendarDuration> {
    let text = prop_oneof![Just("36h"), Just("7d"), Just("1m"), Just("1m3d")];
    text.prop_map(|text| CalendarDuration::try_from(text.to_owned()).unwrap())
}

fn any_settings() -> impl Strategy<Value = Snapshots> {
    let counts = [(); 6].map(|()| any_count());
    (counts, option::weighted(0.2, any_within()), 0..5_u32).prop_map(|(counts, within, min_verified)| {
        let [last, hourly, daily, weekly, monthly, yearly] = counts;
        let keep = Keep { last, hourly, daily, weekly, monthly, yearly, within };
        Snapshots { min_verified, ..super::settings(keep) }
    })
}

/// A time up to now and rarely after it, from a few hours apart to years; many are the same.
fn any_time() -> impl Strategy<Value = Option<u64>> {
    let ago = prop_oneof![
        (0..30_u64).prop_map(|nth| nth * 5 * HOUR_MS),
        (0..60_u64).prop_map(|nth| nth * DAY_MS),
        (0..40_u64).prop_map(|nth| nth * 29 * DAY_MS),
    ];
    prop_oneof![
        30 => ago.prop_map(|ago| Some(NOW_MS - ago)),
        1 => (1..3_u64).prop_map(|ms| Some(NOW_MS + ms)),
        1 => Just(None),
    ]
}

fn any_backup() -> impl Strategy<Value = Backup> {
    let state = prop_oneof![
        20 => Just(State::Available),
        1 => Just(State::Creating),
        1 => Just(State::Restoring),
        1 => Just(State::Copying),
        1 => Just(State::Deleting),
        1 => Just(State::Failed),
    ];
    let kind = prop_oneof![12 => Just(Kind::Manual), 1 => Just(Kind::Automated)];
    let owner = prop_oneof![12 => Just(Owner::Ours), 1 => Just(Owner::Foreign)];
    let verified = prop_oneof![
        3 => Just(Verified::Contents),
        2 => Just(Verified::Status),
        1 => Just(Verified::Structure),
        2 => Just(Verified::No),
    ];
    let pinned = prop_oneof![9 => Just(false), 1 => Just(true)];
    let locked_until_ms = option::weighted(0.1, prop_oneof![Just(NOW_MS), Just(NOW_MS + 1)]);
    (any_time(), state, kind, owner, verified, pinned, locked_until_ms).prop_map(
        |(created_ms, state, kind, owner, verified, pinned, locked_until_ms)| Backup {
            name: String::new(),
            created_ms,
            state,
            kind,
            owner,
            verified,
            pinned,
            locked_until_ms,
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    // Most have a newest one that allows pruning.
    let newest = option::weighted(0.8, Just(Backup { name: String::new(), ..backup(0) }));
    (any_settings(), newest, vec(any_backup(), 0..60), 0..40_usize).prop_map(
        |(settings, newest, backups, most_deletions)| {
            let name = |(nth, backup): (usize, Backup)| Backup { name: format!("{:02}", nth * 37 % 64), ..backup };
            let backups = newest.into_iter().chain(backups).enumerate().map(name).collect();
            Facts { settings, most_deletions, ..facts(backups) }
        },
    )
}

/// Whether a backup is ours, there and verified, told in another way than the plan tells it.
fn is_good(backup: &Backup) -> bool {
    let is_there = [State::Available, State::Restoring, State::Copying].contains(&backup.state);
    let is_past = backup.created_ms.is_some_and(|created_ms| created_ms <= NOW_MS);
    is_there && is_past && backup.kind == Kind::Manual && backup.owner == Owner::Ours && backup.verified != Verified::No
}

fn count_good(facts: &Facts) -> usize {
    facts.backups.iter().filter(|backup| is_good(backup)).count()
}

/// The newest of ours that is whole or failed.
fn newest(facts: &Facts) -> Option<u64> {
    let ours = facts.backups.iter().filter(|backup| (backup.kind, backup.owner) == (Kind::Manual, Owner::Ours));
    let made = ours.filter(|backup| ![State::Creating, State::Deleting].contains(&backup.state));
    made.filter_map(|backup| backup.created_ms).filter(|created_ms| *created_ms <= NOW_MS).max()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    /// Safety property 1.
    #[test]
    fn the_verified_backups_never_become_fewer_than_min_verified(facts in any_facts()) {
        let left = count_good(&after(&facts, &decide(&facts)));
        let floor = facts.settings.min_verified.max(1) as usize;
        prop_assert!(left >= floor.min(count_good(&facts)), "{left} of {floor}");
    }

    /// Safety property 2.
    #[test]
    fn no_automated_foreign_or_pinned_backup_is_ever_deleted(facts in any_facts()) {
        for Deletion { backup, .. } in decide(&facts).delete {
            prop_assert_eq!((backup.kind, backup.owner, backup.pinned), (Kind::Manual, Owner::Ours, false));
        }
    }

    #[test]
    fn nothing_is_deleted_but_what_is_available_unlocked_and_of_a_time_that_has_passed(facts in any_facts()) {
        for Deletion { backup, .. } in decide(&facts).delete {
            prop_assert_eq!(backup.state, State::Available);
            prop_assert!(backup.created_ms.is_some_and(|created_ms| created_ms <= NOW_MS));
            prop_assert!(backup.locked_until_ms.is_none_or(|until_ms| until_ms <= NOW_MS));
        }
    }

    /// Safety property 2: groups are isolated.
    #[test]
    fn the_backups_of_others_change_nothing(facts in any_facts(), others in vec(any_backup(), 0..20)) {
        let alone = decide(&facts);
        let foreign = |(nth, backup)| Backup { name: format!("other-{nth}"), owner: Owner::Foreign, ..backup };
        let others: Vec<_> = others.into_iter().enumerate().map(foreign).collect();
        let together = Facts { backups: [facts.backups.clone(), others].concat(), ..facts.clone() };
        let together = decide(&together);
        prop_assert_eq!(&alone.refusal, &together.refusal);
        prop_assert_eq!(&alone.delete, &together.delete);
        prop_assert_eq!(&alone.next_run, &together.next_run);
    }

    /// Safety property 3.
    #[test]
    fn nothing_is_deleted_unless_the_newest_backup_is_verified_and_fresh(facts in any_facts()) {
        let plan = decide(&facts);
        if !plan.delete.is_empty() {
            let newest_ms = newest(&facts).unwrap();
            prop_assert!(NOW_MS - newest_ms <= facts.settings.max_age_s * 1000);
            let mut of_that_time = facts.backups.iter().filter(|backup| backup.created_ms == Some(newest_ms));
            prop_assert!(of_that_time.any(is_good));
        }
        prop_assert!(plan.refusal.is_none() || plan.delete.is_empty() && plan.next_run.is_empty());
    }

    #[test]
    fn a_newest_backup_that_is_not_verified_or_failed_refuses_everything(facts in any_facts(), failed in any::<bool>()) {
        let mut facts = facts;
        let bad = with(0, |bad| match failed {
            true => bad.state = State::Failed,
            false => bad.verified = Verified::No,
        });
        facts.backups.retain(|backup| backup.created_ms.is_none_or(|created_ms| created_ms != NOW_MS));
        facts.backups.push(bad);
        let plan = decide(&facts);
        prop_assert!(plan.refusal.is_some());
        prop_assert_eq!(deleted(&plan), [""; 0]);
    }

    #[test]
    fn pruning_twice_deletes_nothing_more(facts in any_facts()) {
        let facts = Facts { most_deletions: usize::MAX, ..facts };
        let once = after(&facts, &decide(&facts));
        let again = decide(&once);
        prop_assert_eq!(deleted(&again), [""; 0]);
        prop_assert_eq!(again.refusal, decide(&facts).refusal);
    }

    #[test]
    fn several_short_runs_delete_what_one_long_run_would(facts in any_facts()) {
        let long = Facts { most_deletions: usize::MAX, ..facts.clone() };
        let long = after(&long, &decide(&long));
        let mut short = Facts { most_deletions: facts.most_deletions.max(1), ..facts };
        for _ in 0..=short.backups.len() {
            let plan = decide(&short);
            if plan.delete.is_empty() {
                break;
            }
            short = after(&short, &plan);
        }
        prop_assert_eq!(short.backups, long.backups);
    }

    #[test]
    fn the_order_of_the_facts_does_not_matter(
        (facts, shuffled) in any_facts().prop_flat_map(|facts| {
            let shuffled = Just(facts.backups.clone()).prop_shuffle();
            (Just(facts), shuffled)
        })
    ) {
        let shuffled = Facts { backups: shuffled, ..facts.clone() };
        prop_assert_eq!(decide(&facts), decide(&shuffled));
    }

    #[test]
    fn every_backup_is_told_once_and_with_a_reason(facts in any_facts()) {
        let plan = decide(&facts);
        let gone = plan.delete.iter().chain(&plan.next_run).map(|deletion| deletion.backup);
        let mut names: Vec<_> = plan.kept.iter().map(|kept| kept.backup).chain(gone).map(|backup| &backup.name).collect();
        names.sort_unstable();
        let mut expected: Vec<_> = facts.backups.iter().map(|backup| &backup.name).collect();
        expected.sort_unstable();
        prop_assert_eq!(names, expected);
        prop_assert!(plan.kept.iter().all(|kept| !kept.reasons.is_empty()));
        prop_assert!(plan.delete.len() <= facts.most_deletions);
    }

    #[test]
    fn the_oldest_are_deleted_first(facts in any_facts()) {
        let plan = decide(&facts);
        let times: Vec<_> = plan.delete.iter().chain(&plan.next_run).map(|deletion| deletion.backup.created_ms).collect();
        prop_assert!(times.is_sorted());
    }
}
