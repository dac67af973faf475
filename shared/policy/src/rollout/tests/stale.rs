//! When what is read was another, and who has missed it.

use proptest::prelude::*;

use super::*;

/// Versions of a parameter, one letter for each value, the first one with this number and written at 100, each later one 10
/// ms after; `published` is the place of the one that was published last.
fn parameter(values: &str, first: i64, published: Option<usize>) -> Vec<ParameterVersion> {
    let version = |(at, value): (usize, char)| ParameterVersion {
        number: first + i64::try_from(at).unwrap(),
        value: value.to_string().into(),
        modified_ms: 100 + 10 * u64::try_from(at).unwrap(),
        is_published: published == Some(at),
    };
    values.chars().enumerate().map(version).collect()
}

fn task(created_ms: Option<u64>, started_ms: Option<u64>) -> Task {
    Task { id: "task".to_owned(), created_ms, started_ms }
}

#[test]
fn the_stretches_of_a_parameter_are_when_it_had_another_value_than_what_is_published() {
    for (what, values, first, published, expected) in [
        ("nothing was published", "a", 1, None, vec![]),
        ("the first publication", "a", 1, Some(0), vec![]),
        ("another value", "ab", 1, Some(1), vec![(100, 110)]),
        ("two other values", "abc", 1, Some(2), vec![(100, 110), (110, 120)]),
        ("back to the value before", "aba", 1, Some(2), vec![(110, 120)]),
        ("written by hand, and put right", "bab", 1, Some(2), vec![(110, 120)]),
        ("written by hand, and left", "ba", 1, Some(0), vec![]),
        ("written by hand as it is", "abb", 1, Some(1), vec![(100, 110)]),
        ("the first is not kept any more", "ab", 7, Some(1), vec![(0, 100), (100, 110)]),
        ("no other is kept any more", "bb", 7, Some(1), vec![(0, 100)]),
        ("there is none", "", 1, None, vec![]),
    ] {
        let mut versions = parameter(values, first, published);
        versions.reverse();
        let stretches = StalePeriod::of_parameter(versions);
        let found: Vec<_> = stretches.iter().map(|stretch| (stretch.from_ms, stretch.until_ms)).collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn the_stretch_of_keys_ends_when_one_of_them_changed() {
    let version = |created_ms, value: &str| KeysVersion { value: value.into(), created_ms };
    let current = version(200, r#"{"host":"b","port":"1","other":"x"}"#);
    for (what, previous, expected) in [
        ("no version before", None, None),
        ("none of the keys before", Some(version(100, r#"{"other":"x"}"#)), None),
        ("another text", Some(version(100, r#"{"host":"a","port":"1"}"#)), Some(200)),
        ("one key more", Some(version(100, r#"{"host":"b"}"#)), Some(200)),
        ("another key of somebody's", Some(version(100, r#"{"host":"b","port":"1","other":"y"}"#)), Some(100)),
        ("no JSON", Some(version(100, "hunter2")), Some(200)),
        ("moved back", Some(version(300, r#"{"host":"a","port":"1"}"#)), Some(300)),
    ] {
        let stretch = StalePeriod::of_keys(["host", "port"], &current, previous.as_ref());
        assert_eq!(stretch, expected.map(StalePeriod::until), "{what}");
    }
}

#[test]
fn a_task_has_missed_what_it_may_have_been_given_before() {
    let stretch = StalePeriod { from_ms: 100, until_ms: 200 };
    for (created_ms, started_ms, expected) in [
        (Some(50), Some(99), false),
        (Some(50), Some(100), true),
        (Some(50), Some(300), true),
        (Some(150), Some(160), true),
        (Some(200), Some(210), true),
        (Some(201), Some(210), false),
        (Some(50), None, true),
        (None, Some(99), false),
        (None, None, true),
    ] {
        assert_eq!(stretch.meets(&task(created_ms, started_ms)), expected, "{created_ms:?} {started_ms:?}");
    }
}

#[test]
fn a_service_that_holds_the_right_value_is_not_deployed_because_a_wrong_one_was_put_right() {
    let with = |tasks: [u64; 2]| {
        let like = Like { created_ms: tasks[0], tasks: tasks.map(Some).to_vec(), ..old() };
        let changes = vec![StalePeriod { from_ms: CHANGED_MS - 100, until_ms: CHANGED_MS }];
        Facts { stale: changes, ..facts(&[like]) }
    };
    assert_eq!(decided(&with([CHANGED_MS - 200, CHANGED_MS - 150])), "kept");
    assert_eq!(decided(&with([CHANGED_MS - 200, CHANGED_MS - 50])), "deploy 0");
    assert_eq!(decided(&with([CHANGED_MS + 1, CHANGED_MS + 2])), "kept");
}

#[test]
fn every_change_is_debounced_from_the_latest() {
    let (early, late) = (StalePeriod::until(CHANGED_MS - 500_000), StalePeriod::until(CHANGED_MS + 1));
    for changes in [vec![early, late], vec![late, early]] {
        assert_eq!(latest_ms(&changes), Some(CHANGED_MS + 1));
        let facts = Facts { stale: changes, ..facts(&[old()]) };
        assert_eq!(decided(&facts), "blocked by debounce, service 0");
        assert_eq!(decided(&Facts { now_ms: facts.now_ms + 1, ..facts }), "deploy 0");
    }
    assert_eq!(latest_ms(&[]), None);
}

proptest! {
    /// Told in another way: a task that was given its value at one moment missed a change exactly where the value of that
    /// moment is not the one that is published.
    #[test]
    fn a_task_missed_a_change_exactly_where_it_was_given_another_value(
        values in "[ab]{1,8}",
        at_ms in 100_u64..200,
        published in proptest::sample::select(vec![true, false]),
    ) {
        let last = values.len() - 1;
        let stretches = StalePeriod::of_parameter(parameter(&values, 1, published.then_some(last)));
        let given = values.as_bytes()[last.min(usize::try_from((at_ms - 100) / 10).unwrap())];
        let missed = stretches.iter().any(|stretch| stretch.meets(&task(Some(at_ms), Some(at_ms))));
        let now = values.as_bytes()[last];
        // At the very moment of a write, either value may have been read.
        prop_assume!(at_ms % 10 != 0);
        prop_assert_eq!(missed, published && given != now);
    }

    #[test]
    fn whoever_starts_after_the_latest_change_has_missed_nothing(values in "[abc]{1,8}", first in 1_i64..3) {
        let stretches = StalePeriod::of_parameter(parameter(&values, first, Some(values.len() - 1)));
        let after = latest_ms(&stretches).map_or(0, |latest_ms| latest_ms + 1);
        prop_assert!(!stretches.iter().any(|stretch| stretch.meets(&task(Some(after), None))), "{stretches:?}");
    }
}
