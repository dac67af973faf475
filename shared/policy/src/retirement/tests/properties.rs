//! Properties of retirement decisions, for generated facts.

use proptest::prelude::*;

use super::*;
use crate::Class;

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![2 => Just(Answer::Accepted), 1 => Just(Answer::Refused)]
}

fn any_node() -> impl Strategy<Value = Node> {
    let open = prop_oneof![9 => Just(false), 1 => Just(true)];
    let asked = (open, any_answer(), any_answer()).prop_map(|(open, current, previous)| NodeState::Asked {
        open,
        pending: None,
        current,
        previous: Some(previous),
    });
    let state = prop_oneof![
        18 => asked,
        1 => Just(NodeState::Unreachable("refused".to_owned())),
        1 => Just(NodeState::NotReady("LOADING".to_owned())),
    ];
    state.prop_map(|state| Node { id: "node".to_owned(), state })
}

fn any_server() -> impl Strategy<Value = Server> {
    let group = prop_oneof![
        4 => Just(GroupState::Available),
        1 => Just(GroupState::ChangingToken),
        1 => Just(GroupState::Busy("snapshotting".to_owned())),
    ];
    let capacity = prop_oneof![Just(Capacity::Free), Just(Capacity::Full), Just(Capacity::Unlimited)];
    let propagation =
        prop_oneof![Just(Propagation::Service), Just(Propagation::NodeByNode), Just(Propagation::UntilRestart)];
    (proptest::collection::vec(any_node(), 0..4), group, any::<bool>(), capacity, propagation).prop_map(
        |(nodes, group, change_asked, capacity, propagation)| Server {
            nodes,
            group,
            change_asked,
            token_set_since_pending: false,
            capacity,
            propagation,
        },
    )
}

/// A moment around the promotion.
fn any_moment() -> impl Strategy<Value = u64> {
    PROMOTED_MS - 2..PROMOTED_MS + 3
}

fn any_consumer() -> impl Strategy<Value = ConsumerFacts> {
    let tasks = proptest::collection::vec(proptest::option::weighted(0.9, any_moment()), 0..3);
    let service = (any::<bool>(), tasks).prop_map(|(steady, tasks)| service(steady, &tasks));
    let update = prop_oneof![3 => Just("Successful"), 1 => Just("InProgress"), 1 => Just("Failed")];
    let names = prop_oneof![3 => Just(false), 1 => Just(true)];
    let function = (update, any_moment(), names).prop_map(|(update, moment, names)| {
        let mut consumer = function(update, moment);
        let Seen::Function { names_current, .. } = &mut consumer.seen else { unreachable!() };
        *names_current = names;
        consumer
    });
    let missing = Just(ConsumerFacts {
        seen: Seen::Unreadable { why: "not there".to_owned(), next_step: None },
        ..super::service(true, &[])
    });
    prop_oneof![5 => service, 5 => function, 1 => missing]
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let previous = prop_oneof![
        1 => Just(PreviousValue::Absent),
        1 => Just(PreviousValue::SameAsCurrent),
        1 => Just(PreviousValue::Unreadable),
        8 => any::<bool>().prop_map(|retired| PreviousValue::Another { retired }),
    ];
    let now = prop_oneof![any_moment(), Just(PROMOTED_MS + OVERLAP_S * 1000)];
    let consumers = proptest::option::weighted(0.9, proptest::collection::vec(any_consumer(), 0..3));
    let rotating = prop_oneof![4 => Just(false), 1 => Just(true)];
    (now, previous, rotating, proptest::option::weighted(0.95, any_server()), consumers).prop_map(
        |(now_ms, previous, rotating, server, consumers)| {
            let facts = facts(super::server("yy", "yy"));
            let secret = SecretFacts { previous, rotating, ..facts.secret };
            Facts { now_ms, secret, server, consumers, ..facts }
        },
    )
}

fn all(server: &Server, holds: impl Fn(bool, &Answer, Option<&Answer>) -> bool) -> bool {
    !server.nodes.is_empty()
        && server.nodes.iter().all(|node| match &node.state {
            NodeState::Asked { open, current, previous, .. } => holds(*open, current, previous.as_ref()),
            _ => false,
        })
}

/// Whether somebody may still hold AWSPREVIOUS, told in another way than the gates tell it.
fn may_be_held(facts: &Facts) -> bool {
    let follows = |consumer: &ConsumerFacts| match &consumer.seen {
        Seen::Unreadable { .. } => false,
        Seen::Service { status, steady, tasks, .. } => {
            let new = tasks.iter().filter(|task| task.created_ms > Some(PROMOTED_MS)).count();
            status == "ACTIVE" && *steady && new == tasks.len()
        }
        Seen::Function { last_update, modified_ms, names_current, .. } => {
            last_update == "Successful" && (*modified_ms > Some(PROMOTED_MS) || *names_current)
        }
    };
    facts.now_ms < PROMOTED_MS + OVERLAP_S * 1000
        || !facts.consumers.as_ref().is_some_and(|consumers| consumers.iter().all(follows))
}

/// The facts after a decision was carried out, as far as it changes any.
fn after(facts: &Facts, decision: &Decision<Restore>) -> Facts {
    let mut facts = facts.clone();
    let Some(server) = &mut facts.server else { return facts };
    let nodes = server.nodes.iter_mut().filter_map(|node| match &mut node.state {
        NodeState::Asked { current, previous, .. } => Some((current, previous)),
        _ => None,
    });
    match decision {
        Decision::Remove { .. } => {
            nodes.for_each(|(_, previous)| *previous = Some(Answer::Refused));
            server.change_asked = true;
        }
        Decision::Specific { change: Restore::Current, .. } => {
            nodes.for_each(|(current, _)| *current = Answer::Accepted);
        }
        Decision::Specific { change: Restore::Previous, .. } => {
            nodes.for_each(|(_, previous)| *previous = Some(Answer::Accepted));
        }
        Decision::MarkRetired { .. } => facts.secret.previous = PreviousValue::Another { retired: true },
        Decision::Kept { .. } | Decision::Blocked { .. } | Decision::Wait { .. } => {}
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_removed_while_a_gate_holds(facts in any_facts()) {
        if let Ok(Decision::Remove { .. }) = decide(&facts) {
            prop_assert!(!may_be_held(&facts), "{facts:?}");
            prop_assert!(!facts.secret.rotating);
        }
    }

    #[test]
    fn nothing_is_removed_but_a_previous_credential_beside_a_current_one_that_logs_in_everywhere(facts in any_facts()) {
        if let Ok(Decision::Remove { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            prop_assert_eq!(facts.secret.nothing_to_retire(), None);
            prop_assert!(all(server, |open, current, _| !open && *current == Answer::Accepted), "{facts:?}");
            let refused = all(server, |_, _, previous| previous == Some(&Answer::Refused));
            prop_assert!(!refused || server.propagation != Propagation::Service, "{facts:?}");
            prop_assert_eq!(&server.group, &GroupState::Available);
            prop_assert!(!(server.change_asked && server.propagation == Propagation::Service));
        }
    }

    #[test]
    fn a_service_is_asked_only_once_all_its_nodes_are_in_step(facts in any_facts()) {
        if let Ok(Decision::Remove { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let in_step = all(server, |_, _, previous| previous == Some(&Answer::Accepted));
            prop_assert!(in_step || server.propagation != Propagation::Service, "{facts:?}");
        }
    }

    #[test]
    fn what_is_marked_retired_is_refused_everywhere(facts in any_facts()) {
        if let Ok(Decision::MarkRetired { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            prop_assert!(all(server, |open, _, previous| !open && previous == Some(&Answer::Refused)), "{facts:?}");
            prop_assert!(server.propagation != Propagation::UntilRestart || !may_be_held(&facts), "{facts:?}");
        }
    }

    #[test]
    fn nothing_is_restored_while_a_change_is_under_way(facts in any_facts()) {
        if let Ok(Decision::Specific { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            prop_assert_eq!(&server.group, &GroupState::Available);
        }
    }

    #[test]
    fn what_was_retired_is_never_given_back(facts in any_facts()) {
        if let Ok(Decision::Specific { change: Restore::Previous, .. }) = decide(&facts) {
            prop_assert_eq!(facts.secret.previous, PreviousValue::Another { retired: false });
            prop_assert!(may_be_held(&facts));
        }
    }

    #[test]
    fn whoever_needs_a_human_finds_current_refused_somewhere(facts in any_facts()) {
        if let Err(failure) = decide(&facts) && failure.class() == Class::NeedsHuman {
            let server = facts.server.as_ref().unwrap();
            prop_assert!(!all(server, |_, current, _| *current == Answer::Accepted), "{facts:?}");
        }
    }

    #[test]
    fn what_was_done_is_not_done_again(facts in any_facts()) {
        let mut facts = facts;
        let mut done = Vec::new();
        while let Ok(decision) = decide(&facts) {
            if matches!(decision, Decision::Kept { .. } | Decision::Blocked { .. } | Decision::Wait { .. }) {
                break;
            }
            let what = word(&Ok(decision.clone()));
            prop_assert!(!done.contains(&what), "{what} twice: {facts:?}");
            done.push(what);
            facts = after(&facts, &decision);
        }
        let marked = facts.secret.previous == PreviousValue::Another { retired: true };
        prop_assert!(!done.contains(&"remove") || marked, "what was removed is marked: {facts:?}");
    }
}
