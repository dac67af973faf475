//! Properties of rollout decisions, for generated facts.

use proptest::prelude::*;

use super::*;
use crate::Class;

/// A moment around the change.
fn any_moment() -> impl Strategy<Value = u64> {
    CHANGED_MS - 2..CHANGED_MS + 3
}

fn any_like() -> impl Strategy<Value = Like> {
    let progress = prop_oneof![
        8 => Just(Progress::Completed),
        2 => Just(Progress::InProgress),
        1 => Just(Progress::Failed),
    ];
    let tasks = proptest::collection::vec(proptest::option::weighted(0.95, any_moment()), 0..4);
    let gave_up = proptest::option::weighted(0.1, any_moment());
    (progress, any_moment(), proptest::bool::weighted(0.8), 0..4_usize, gave_up, tasks).prop_map(
        |(progress, created_ms, steady, desired, gave_up_ms, tasks)| Like {
            // One that is not complete, or has other tasks than it should, says so.
            steady: steady && progress == Progress::Completed && desired == tasks.len(),
            ..Like { progress, created_ms, steady, desired, gave_up_ms, tasks, by_code_deploy: false }
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let like = prop_oneof![2 => any_like(), 2 => Just(old()), 1 => Just(new()), 1 => Just(rolling())];
    let services = proptest::collection::vec(like, 0..5);
    let window = proptest::option::of((0..24_u64, 1..24_u64));
    let now_ms = CHANGED_MS..CHANGED_MS + 48 * 3_600_000;
    let now_ms = prop_oneof![3 => now_ms, 1 => CHANGED_MS..CHANGED_MS + 2 * DEBOUNCE_S * 1000];
    let changes = prop_oneof![
        1 => Just(Vec::new()),
        19 => proptest::collection::vec(any_moment().prop_map(StalePeriod::until), 1..3),
    ];
    let asked = proptest::collection::vec(0..5_usize, 0..2);
    let nodes = prop_oneof![6 => Just("yy"), 1 => Just("yn"), 1 => Just("nn"), 1 => Just("-y")];
    let any = (services, window, now_ms, changes, asked, nodes);
    any.prop_map(|(services, window, now_ms, changes, asked, nodes)| {
        let facts = facts(&services);
        let settings = window.map_or(facts.settings, |(from, length)| within(from, (from + length) % 24));
        // Deployments in progress have just begun, but for those in the tables.
        Facts {
            settings: Rollout { stabilise_s: 86_400 * 3, ..settings },
            now_ms,
            stale: changes,
            asked,
            nodes: Some(super::nodes(nodes)),
            ..facts
        }
    })
}

fn since_ms(facts: &Facts) -> u64 {
    latest_ms(&facts.stale).unwrap()
}

fn is_open(facts: &Facts) -> bool {
    let hour = facts.now_ms / 3_600_000 % 24;
    facts.settings.window.as_ref().is_none_or(|window| {
        let (from, to) = (u64::from(window.from.minutes()) / 60, u64::from(window.to.minutes()) / 60);
        if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to }
    })
}

/// Whether a service is stable, and whether it has tasks from before the change: told in another way than it is decided.
fn stable_and_old(facts: &Facts, consumer: &ConsumerFacts) -> (bool, bool) {
    let Seen::Service { steady, desired, deployment, tasks, .. } = &consumer.seen else { panic!("it is a service") };
    let failed = deployment.is_some_and(|deployment| deployment.progress == Progress::Failed);
    let complete = failed && tasks.len() >= *desired;
    let nothing = *desired == 0 && tasks.is_empty();
    let old = tasks.iter().any(|task| task.created_ms.is_none_or(|created_ms| created_ms <= since_ms(facts)));
    (*steady || nothing || complete && !old, old)
}

/// The facts after a service was deployed, and has become stable.
fn deployed(facts: &Facts, nth: usize) -> Facts {
    let mut facts = facts.clone();
    let created_ms = since_ms(&facts) + 1;
    let like = Like { created_ms, tasks: vec![Some(created_ms); 2], ..new() };
    facts.consumers[nth] = service(nth, &like);
    facts.asked.push(nth);
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn only_a_stable_service_with_old_tasks_is_deployed_and_the_first_of_them(facts in any_facts()) {
        if let Ok(Decision::Deploy { nth, .. }) = decide(&facts) {
            prop_assert_eq!(stable_and_old(&facts, &facts.consumers[nth]), (true, true));
            for earlier in &facts.consumers[..nth] {
                prop_assert!(!stable_and_old(&facts, earlier).1, "{facts:?}");
            }
        }
    }

    #[test]
    fn nothing_is_deployed_while_a_service_is_not_stable(facts in any_facts()) {
        if let Ok(Decision::Deploy { .. }) = decide(&facts) {
            for consumer in &facts.consumers {
                prop_assert!(stable_and_old(&facts, consumer).0, "{consumer:?}");
            }
        }
    }

    #[test]
    fn nothing_is_deployed_where_a_node_does_not_accept_the_current_credential(facts in any_facts()) {
        if let Ok(Decision::Deploy { .. }) = decide(&facts) {
            prop_assert_eq!(facts.nodes, Some(nodes("yy")));
        }
    }

    #[test]
    fn nothing_is_deployed_outside_the_window_or_before_the_debounce_is_over(facts in any_facts()) {
        if let Ok(Decision::Deploy { .. }) = decide(&facts) {
            prop_assert!(is_open(&facts));
            prop_assert!(facts.now_ms >= since_ms(&facts) + DEBOUNCE_S * 1000);
        }
    }

    #[test]
    fn nothing_is_deployed_that_was_deployed_since_or_asked_for(facts in any_facts()) {
        if let Ok(Decision::Deploy { nth, .. }) = decide(&facts) {
            let Seen::Service { deployment, .. } = &facts.consumers[nth].seen else { panic!("it is a service") };
            prop_assert!(deployment.unwrap().created_ms <= Some(since_ms(&facts)));
            prop_assert!(!facts.asked.contains(&nth));
        }
    }

    #[test]
    fn whatever_is_held_back_is_behind_and_named(facts in any_facts()) {
        if let Ok(Decision::Blocked { by }) = decide(&facts) {
            let by_login = by[0].what == "login";
            prop_assert!(!by_login || facts.nodes != Some(nodes("yy")));
            let debounced = facts.now_ms < since_ms(&facts) + DEBOUNCE_S * 1000;
            prop_assert!(debounced || !is_open(&facts) || by_login);
            let named = |name: &str| by.iter().any(|waiting| waiting.what == name);
            prop_assert_eq!((named("debounce"), named("window")), (debounced, !is_open(&facts)));
            let behind = facts.consumers.iter().filter(|consumer| stable_and_old(&facts, consumer).1);
            for consumer in behind.take(if by_login { 1 } else { usize::MAX }) {
                prop_assert!(named(&consumer.name), "{by:?}");
            }
        }
    }

    #[test]
    fn a_rollout_deploys_each_service_at_most_once_and_then_its_plan_is_empty(facts in any_facts()) {
        let (mut facts, mut order) = (Facts { asked: Vec::new(), ..facts }, Vec::new());
        while let Ok(Decision::Deploy { nth, .. }) = decide(&facts) {
            order.push(nth);
            prop_assert!(order.len() <= facts.consumers.len(), "{order:?}");
            facts = deployed(&facts, nth);
        }
        prop_assert!(order.is_sorted_by(|one, next| one < next), "{order:?}");
        if !order.is_empty() {
            prop_assert_eq!(decided(&facts), "kept");
            prop_assert_eq!(plan(&facts).unwrap().len(), 0);
        }
    }

    #[test]
    fn whoever_needs_a_human_has_a_service_that_is_not_stable(facts in any_facts()) {
        if let Err(failure) = decide(&facts) {
            prop_assert_eq!(failure.class(), Class::NeedsHuman);
            let unwell = |consumer: &ConsumerFacts| match &consumer.seen {
                Seen::Service { steady, gave_up_ms, .. } => !steady || gave_up_ms.is_some(),
                _ => false,
            };
            let refused = facts.nodes == Some(nodes("nn"));
            prop_assert!(refused || facts.consumers.iter().any(unwell), "{facts:?}");
        }
    }
}
