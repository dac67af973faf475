//! Properties of rotation decisions, for generated facts.

use proptest::prelude::*;

use super::*;
use crate::{
    Class,
    login::{Answer, Node, NodeState},
};

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![Just(Answer::Accepted), Just(Answer::Refused)]
}

fn any_node() -> impl Strategy<Value = Node> {
    let maybe = || proptest::option::of(any_answer());
    let asked = (any::<bool>(), maybe(), any_answer(), maybe())
        .prop_map(|(open, pending, current, previous)| NodeState::Asked { open, pending, current, previous });
    let state = prop_oneof![
        8 => asked,
        1 => Just(NodeState::Unreachable("refused".to_owned())),
        1 => Just(NodeState::NotReady("LOADING".to_owned())),
    ];
    state.prop_map(|state| Node { id: "node".to_owned(), state })
}

fn any_server() -> impl Strategy<Value = Server> {
    let group = prop_oneof![
        3 => Just(GroupState::Available),
        1 => Just(GroupState::ChangingToken),
        1 => Just(GroupState::Busy("snapshotting".to_owned())),
    ];
    let capacity = prop_oneof![Just(Capacity::Free), Just(Capacity::Full), Just(Capacity::Unlimited)];
    let propagation =
        prop_oneof![Just(Propagation::Service), Just(Propagation::NodeByNode), Just(Propagation::UntilRestart)];
    (proptest::collection::vec(any_node(), 0..4), group, any::<bool>(), any::<bool>(), capacity, propagation).prop_map(
        |(nodes, group, change_asked, token_set_since_pending, capacity, propagation)| Server {
            nodes,
            group,
            change_asked,
            token_set_since_pending,
            capacity,
            propagation,
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let version = prop_oneof![
        4 => Just(VersionStage::Pending),
        2 => Just(VersionStage::Current),
        1 => Just(VersionStage::Unlabelled),
        1 => Just(VersionStage::Unknown),
    ];
    let pending = prop_oneof![
        4 => Just(PendingValue::Legal),
        1 => Just(PendingValue::Absent),
        1 => Just(PendingValue::Illegal("too short".to_owned())),
    ];
    (0..4_usize, version, proptest::option::of(any::<bool>()), pending, proptest::option::of(any_server())).prop_map(
        |(step, version, rotation_enabled, pending, server)| Facts {
            step: Step::ALL[step],
            version,
            rotation_enabled,
            pending,
            server,
        },
    )
}

/// Facts of a server that a service keeps in step.
fn kept_by_a_service() -> impl Strategy<Value = Facts> {
    any_facts().prop_map(|mut facts| {
        facts.server.iter_mut().for_each(|server| server.propagation = Propagation::Service);
        facts
    })
}

/// Facts of a server whose nodes are changed one by one.
fn changed_node_by_node() -> impl Strategy<Value = Facts> {
    (any_facts(), any::<bool>()).prop_map(|(mut facts, forgets)| {
        let propagation = if forgets { Propagation::UntilRestart } else { Propagation::NodeByNode };
        facts.server.iter_mut().for_each(|server| server.propagation = propagation);
        facts
    })
}

fn accepts_nothing_known(node: &Node) -> bool {
    match &node.state {
        NodeState::Asked { pending, current, previous, .. } => {
            *current == Answer::Refused
                && [pending, previous].into_iter().all(|answer| *answer != Some(Answer::Accepted))
        }
        _ => false,
    }
}

fn all(server: &Server, holds: impl Fn(bool, Option<&Answer>, &Answer) -> bool) -> bool {
    !server.nodes.is_empty()
        && server.nodes.iter().all(|node| match &node.state {
            NodeState::Asked { open, pending, current, .. } => holds(*open, pending.as_ref(), current),
            _ => false,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn current_moves_only_to_what_every_node_accepts_while_it_still_logs_in(facts in any_facts()) {
        if let Ok(Decision::Promote { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let proven = all(server, |open, pending, current| {
                !open && pending == Some(&Answer::Accepted) && *current == Answer::Accepted
            });
            let first = server.propagation == Propagation::Service && all(server, |open, _, _| open);
            prop_assert!(proven || first, "{facts:?}");
            prop_assert_eq!(facts.step, Step::Finish);
            prop_assert_eq!(facts.version, VersionStage::Pending);
        }
    }

    #[test]
    fn a_token_is_added_only_to_a_quiet_group_that_refuses_it_and_accepts_current(facts in kept_by_a_service()) {
        if let Ok(Decision::AddPending { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let closed = all(server, |open, pending, current| {
                !open && pending != Some(&Answer::Accepted) && *current == Answer::Accepted
            });
            prop_assert!(closed || all(server, |open, _, _| open), "{facts:?}");
            prop_assert_eq!(&server.group, &GroupState::Available);
            prop_assert!(!server.change_asked);
            prop_assert_eq!(&facts.pending, &PendingValue::Legal);
        }
    }

    #[test]
    fn open_access_is_closed_only_after_current_has_moved(facts in any_facts()) {
        if let Ok(Decision::Specific { change: Change::Close, .. }) = decide(&facts) {
            prop_assert_eq!(facts.version, VersionStage::Current);
            prop_assert!(all(facts.server.as_ref().unwrap(), |open, _, _| open));
        }
    }

    #[test]
    fn a_value_that_some_node_accepts_is_never_discarded(facts in any_facts()) {
        if let Ok(Decision::DiscardPending { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let in_use = server.nodes.iter().any(|node| {
                matches!(&node.state, NodeState::Asked { open: false, pending: Some(Answer::Accepted), .. })
            }) && all(server, |open, _, _| !open);
            prop_assert!(!in_use, "{facts:?}");
        }
    }

    #[test]
    fn the_test_step_changes_nothing_that_a_service_keeps(facts in kept_by_a_service()) {
        let facts = Facts { step: Step::Test, ..facts };
        prop_assert!(matches!(decided(&facts), "done" | "wait" | "Retryable" | "Permanent" | "NeedsHuman"));
    }

    #[test]
    fn whoever_needs_a_human_finds_current_refused_or_an_unknown_credential(facts in any_facts()) {
        if let Err(failure) = decide(&facts) && failure.class() == Class::NeedsHuman {
            let server = facts.server.as_ref().unwrap();
            let refused = all(server, |open, _, current| !open && *current == Answer::Refused);
            let in_the_way = server.capacity == Capacity::Full && facts.step == Step::Set && server.nodes.iter().all(|node| {
                matches!(&node.state, NodeState::Asked { previous, .. } if *previous != Some(Answer::Accepted))
            });
            let out_of_reach = server.propagation != Propagation::Service && server.nodes.iter().any(accepts_nothing_known);
            prop_assert!(refused || in_the_way || out_of_reach, "{facts:?}");
        }
    }

    #[test]
    fn a_credential_that_the_secret_does_not_know_is_never_pushed_out(facts in kept_by_a_service()) {
        if let Ok(Decision::AddPending { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let known = server.nodes.iter().all(|node| {
                matches!(&node.state, NodeState::Asked { previous: Some(Answer::Accepted), .. })
            });
            prop_assert!(server.capacity != Capacity::Full || known || all(server, |open, _, _| open), "{facts:?}");
        }
    }

    #[test]
    fn nodes_are_changed_only_where_somebody_can_get_in_and_nothing_else_changes_them(facts in changed_node_by_node()) {
        if let Ok(Decision::AddPending { .. } | Decision::Specific { change: Change::Restore, .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            prop_assert_eq!(&server.group, &GroupState::Available);
            prop_assert!(all(server, |open, _, _| !open), "{facts:?}");
            prop_assert!(!server.nodes.iter().any(accepts_nothing_known), "{facts:?}");
        }
    }

    #[test]
    fn previous_is_removed_only_by_set_secret_while_current_logs_in_everywhere(facts in any_facts()) {
        if let Ok(Decision::RemovePrevious { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            prop_assert!(all(server, |open, _, current| !open && *current == Answer::Accepted), "{facts:?}");
            prop_assert_eq!((facts.step, facts.version), (Step::Set, VersionStage::Pending));
            prop_assert_eq!((server.capacity, &server.group), (Capacity::Unlimited, &GroupState::Available));
        }
    }

    #[test]
    fn no_rotation_adds_a_third_credential(facts in any_facts()) {
        if let Ok(Decision::AddPending { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let third = server.nodes.iter().any(|node| {
                matches!(&node.state, NodeState::Asked { open: false, previous: Some(Answer::Accepted), .. })
            });
            let in_set = facts.step == Step::Set;
            prop_assert!(!in_set || server.capacity != Capacity::Unlimited || !third || all(server, |open, _, _| open), "{facts:?}");
        }
    }

    #[test]
    fn current_is_restored_everywhere_at_once_only_after_it_has_moved(facts in changed_node_by_node()) {
        if let Ok(Decision::Specific { change: Change::Restore, .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let drifted = all(server, |_, _, current| *current == Answer::Refused);
            let moved = facts.version == VersionStage::Current && server.propagation == Propagation::UntilRestart;
            prop_assert!(!drifted || moved, "{facts:?}");
        }
    }

    #[test]
    fn setting_a_credential_node_by_node_ends_only_in_a_run_that_did_it(facts in changed_node_by_node()) {
        let facts = Facts { step: Step::Set, version: VersionStage::Pending, ..facts };
        if let Ok(Decision::Done { .. }) = decide(&facts) {
            prop_assert!(facts.server.unwrap().change_asked);
        }
    }

    #[test]
    fn the_same_facts_give_the_same_decision(facts in any_facts()) {
        prop_assert_eq!(decided(&facts), decided(&facts));
    }
}
