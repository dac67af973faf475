//! The policy compared with answers of restic; see the README beside them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Answer {
    keep: Keep,
    /// Time and reasons of each.
    snapshots: Vec<(Timestamp, String)>,
}

fn answers() -> Vec<Answer> {
    serde_json::from_str(include_str!("restic/answers.json")).unwrap()
}

/// Why the snapshots of each time are kept, whatever their order.
fn by_time(snapshots: impl IntoIterator<Item = (Timestamp, String)>) -> BTreeMap<Timestamp, Vec<String>> {
    let mut by_time: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (time, reasons) in snapshots {
        by_time.entry(time).or_default().push(reasons);
    }
    by_time.values_mut().for_each(|reasons| reasons.sort_unstable());
    by_time
}

fn ours(keep: &Keep, times: impl Iterator<Item = Timestamp>) -> Vec<(Timestamp, String)> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    let in_words = |matched: Vec<Match>| matched.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let reasons = match_rules(keep, &times).into_iter().map(in_words);
    times.iter().copied().zip(reasons).collect()
}

/// Safety property: the plan is the one of restic's policy.
#[test]
fn the_policy_keeps_what_restic_keeps_for_the_same_reasons() {
    let answers = answers();
    assert!(answers.len() >= 385, "{} answers", answers.len());
    for (nth, Answer { keep, snapshots }) in answers.into_iter().enumerate() {
        let ours = ours(&keep, snapshots.iter().map(|(time, _)| *time));
        assert_eq!(by_time(ours), by_time(snapshots), "answer {nth}: {keep:?}");
    }
}

#[test]
fn the_answers_have_every_reason() {
    let answers = answers();
    let reasons = answers.iter().flat_map(|answer| &answer.snapshots).flat_map(|(_, reasons)| reasons.split(", "));
    let seen: BTreeSet<_> = reasons.map(|reason| reason.split_once("within").map_or(reason, |_| "within")).collect();
    let rules = ["hourly", "daily", "weekly", "monthly", "yearly"];
    for rule in rules {
        assert!(seen.contains(format!("{rule} snapshot").as_str()), "{rule}");
        assert!(seen.contains(format!("oldest {rule} snapshot").as_str()), "{rule}");
    }
    for reason in ["last snapshot", "within", ""] {
        assert!(seen.contains(reason), "{reason:?}");
    }
}

#[test]
fn a_plan_is_the_one_of_restic_and_future_backups_take_the_place_of_none() {
    for (nth, Answer { keep, snapshots }) in answers().into_iter().enumerate() {
        let newest = snapshots.iter().map(|(time, _)| *time).max().unwrap();
        let now_ms = u64::try_from(newest.as_millisecond()).unwrap();
        let named = |(nth, (time, _)): (usize, &(Timestamp, String))| Backup {
            name: format!("{nth:03}"),
            created_ms: Some(u64::try_from(time.as_millisecond()).unwrap()),
            ..backup(0)
        };
        let mut backups: Vec<_> = snapshots.iter().enumerate().map(named).collect();
        let future = ["future-1", "future-2"].map(|name| Backup {
            name: name.to_owned(),
            created_ms: Some(now_ms + HOUR_MS),
            ..backup(0)
        });
        backups.extend(future);
        let facts = Facts { now_ms, ..keeping(keep, backups) };
        let plan = decide(&facts);
        assert_eq!(plan.refusal, None);
        let mut instants: Vec<_> = plan.delete.iter().filter_map(|deletion| deletion.backup.created_ms).collect();
        let removed = snapshots.iter().filter(|(_, reasons)| reasons.is_empty());
        let mut expected: Vec<_> = removed.map(|(time, _)| u64::try_from(time.as_millisecond()).unwrap()).collect();
        instants.sort_unstable();
        expected.sort_unstable();
        // The one floor of these facts is the newest, which every answer keeps.
        assert_eq!(instants, expected, "answer {nth}");
    }
}
