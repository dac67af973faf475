//! The tables of [`decide`], and what holds for every state.

use proptest::prelude::*;

use super::*;
use crate::{
    Class,
    login::{Answer, Node, NodeState},
};

/// A server of two nodes, described by what they say; `open`, `pending` and `current` are one letter a node:
/// `y` accepts, `n` refuses; `previous` is the same, and nobody is asked about it by default.
#[derive(Clone, Copy)]
struct Said {
    open: &'static str,
    pending: &'static str,
    current: &'static str,
    previous: Option<&'static str>,
}

const CLOSED: Said = Said { open: "nn", pending: "nn", current: "yy", previous: None };
const OPEN: Said = Said { open: "yy", pending: "nn", current: "nn", previous: None };

impl Said {
    fn pending(self, pending: &'static str) -> Self {
        Self { pending, ..self }
    }

    fn current(self, current: &'static str) -> Self {
        Self { current, ..self }
    }

    fn server(self) -> Server {
        let yes = |text: &str, node: usize| text.as_bytes()[node] == b'y';
        let answer = |text: &str, node| if yes(text, node) { Answer::Accepted } else { Answer::Refused };
        let node = |at: usize| Node {
            id: format!("node-{at}"),
            state: NodeState::Asked {
                open: yes(self.open, at),
                pending: Some(answer(self.pending, at)),
                current: answer(self.current, at),
                previous: self.previous.map(|previous| answer(previous, at)),
            },
        };
        Server {
            nodes: vec![node(0), node(1)],
            group: GroupState::Available,
            change_asked: false,
            token_set_since_pending: false,
            room: Room::Free,
        }
    }
}

fn facts(step: Step, said: Said) -> Facts {
    Facts {
        step,
        version: VersionStage::Pending,
        rotation_enabled: Some(true),
        pending: PendingValue::Legal,
        server: Some(said.server()),
    }
}

/// A decision or a failure in one word.
fn word(result: &Result<Decision, Failure>) -> &'static str {
    match result {
        Ok(Decision::Done { .. }) => "done",
        Ok(Decision::CreatePending { .. }) => "create",
        Ok(Decision::DiscardPending { .. }) => "discard",
        Ok(Decision::AddPending { .. }) => "add",
        Ok(Decision::Promote { .. }) => "promote",
        Ok(Decision::CloseOpenAccess { .. }) => "close",
        Ok(Decision::Wait { .. }) => "wait",
        Err(failure) => failure.class().as_str(),
    }
}

fn decided(facts: &Facts) -> &'static str {
    word(&decide(facts))
}

#[test]
fn create_makes_a_value_only_where_there_is_none() {
    for (pending, said, expected) in [
        (PendingValue::Absent, None, "create"),
        (PendingValue::Legal, None, "done"),
        (PendingValue::Illegal("too short".to_owned()), Some(CLOSED), "discard"),
        (PendingValue::Illegal("too short".to_owned()), Some(CLOSED.pending("yn")), "done"),
        (PendingValue::Illegal("too short".to_owned()), Some(OPEN), "discard"),
        (PendingValue::Illegal("too short".to_owned()), None, "wait"),
    ] {
        let facts = Facts { pending, server: said.map(Said::server), ..facts(Step::Create, CLOSED) };
        assert_eq!(decided(&facts), expected, "{facts:?}");
    }
}

#[test]
fn each_answer_of_a_closed_server_leads_to_one_decision() {
    for (said, set, test, finish) in [
        (CLOSED, "add", "Retryable", "Retryable"),
        (CLOSED.pending("yn"), "wait", "wait", "wait"),
        (CLOSED.pending("yy"), "done", "done", "promote"),
        (CLOSED.current("yn"), "wait", "wait", "wait"),
        (CLOSED.current("yn").pending("yy"), "wait", "wait", "wait"),
        (CLOSED.current("nn"), "NeedsHuman", "NeedsHuman", "NeedsHuman"),
        (CLOSED.current("nn").pending("yn"), "NeedsHuman", "NeedsHuman", "NeedsHuman"),
        (CLOSED.current("nn").pending("yy"), "NeedsHuman", "NeedsHuman", "NeedsHuman"),
    ] {
        for (step, expected) in [(Step::Set, set), (Step::Test, test), (Step::Finish, finish)] {
            let facts = facts(step, said);
            assert_eq!(decided(&facts), expected, "{facts:?}");
        }
    }
}

#[test]
fn a_busy_group_is_waited_for_and_never_touched() {
    for group in [GroupState::ChangingToken, GroupState::Busy("snapshotting".to_owned())] {
        for said in [CLOSED, CLOSED.current("nn"), OPEN] {
            for step in [Step::Set, Step::Test, Step::Finish] {
                let mut facts = facts(step, said);
                facts.server.as_mut().unwrap().group = group.clone();
                assert_eq!(decided(&facts), "wait", "{facts:?}");
            }
        }
    }
}

#[test]
fn a_group_that_does_something_else_does_not_keep_back_what_is_proven() {
    let mut facts = facts(Step::Finish, CLOSED.pending("yy"));
    facts.server.as_mut().unwrap().group = GroupState::Busy("snapshotting".to_owned());
    assert_eq!(decided(&facts), "promote");
}

#[test]
fn a_change_that_was_asked_for_is_not_asked_for_again() {
    for said in [CLOSED, OPEN] {
        let mut facts = facts(Step::Set, said);
        facts.server.as_mut().unwrap().change_asked = true;
        assert_eq!(decided(&facts), "wait");
    }
}

#[test]
fn a_full_server_takes_the_new_value_only_in_the_place_of_the_previous_one() {
    for (previous, expected) in
        [(None, "NeedsHuman"), (Some("nn"), "NeedsHuman"), (Some("yn"), "wait"), (Some("yy"), "add")]
    {
        let mut facts = facts(Step::Set, Said { previous, ..CLOSED });
        assert_eq!(decided(&facts), "add", "{facts:?}");
        let mut full = |group: GroupState, change_asked| {
            let server = facts.server.as_mut().unwrap();
            (server.room, server.group, server.change_asked) = (Room::Full, group, change_asked);
            decided(&facts)
        };
        assert_eq!(full(GroupState::Available, false), expected, "{previous:?}");
        assert_eq!(full(GroupState::ChangingToken, false), "wait", "a change under way is waited for first");
        assert_eq!(full(GroupState::Busy("deleting".to_owned()), false), "wait");
        assert_eq!(full(GroupState::Available, true), "wait", "so is one that was asked for");
    }
}

#[test]
fn a_full_server_that_accepts_the_new_value_needs_no_room() {
    for (step, expected) in [(Step::Set, "done"), (Step::Test, "done"), (Step::Finish, "promote")] {
        let mut facts = facts(step, CLOSED.pending("yy"));
        facts.server.as_mut().unwrap().room = Room::Full;
        assert_eq!(decided(&facts), expected, "{facts:?}");
    }
    for step in [Step::Test, Step::Finish] {
        let mut facts = facts(step, CLOSED);
        facts.server.as_mut().unwrap().room = Room::Full;
        assert_eq!(decided(&facts), "Retryable", "only setSecret asks for room: {facts:?}");
    }
}

#[test]
fn a_status_that_says_available_too_early_moves_nothing() {
    let facts = facts(Step::Finish, CLOSED);
    assert_eq!(facts.server.as_ref().unwrap().group, GroupState::Available);
    assert_eq!(decided(&facts), "Retryable");
}

#[test]
fn a_node_that_cannot_be_asked_is_waited_for() {
    for state in [NodeState::Unreachable("refused".to_owned()), NodeState::NotReady("LOADING".to_owned())] {
        for said in [CLOSED, CLOSED.pending("yy"), CLOSED.current("nn"), OPEN] {
            for step in [Step::Set, Step::Test, Step::Finish] {
                let mut facts = facts(step, said);
                facts.server.as_mut().unwrap().nodes[1].state = state.clone();
                assert_eq!(decided(&facts), "wait", "{facts:?}");
            }
        }
    }
    let mut facts = facts(Step::Finish, CLOSED);
    facts.server.as_mut().unwrap().nodes.clear();
    assert_eq!(decided(&facts), "wait", "a group without nodes proves nothing");
}

#[test]
fn a_version_that_is_current_already_is_left_alone_if_it_logs_in() {
    for step in [Step::Set, Step::Test, Step::Finish] {
        let current = |said: Said| Facts { version: VersionStage::Current, ..facts(step, said) };
        assert_eq!(decided(&current(CLOSED.pending("yy"))), "done");
        assert_eq!(decided(&current(CLOSED.current("nn"))), "NeedsHuman");
    }
    let facts = Facts { version: VersionStage::Current, server: None, ..facts(Step::Create, CLOSED) };
    assert_eq!(decided(&facts), "done");
}

#[test]
fn a_test_without_a_rotation_only_asks_whether_current_logs_in() {
    let test = |said| decided(&Facts { pending: PendingValue::Absent, ..facts(Step::Test, said) });
    assert_eq!(test(CLOSED), "done");
    assert_eq!(test(CLOSED.current("nn")), "NeedsHuman");
    assert_eq!(test(OPEN), "done");
    for step in [Step::Set, Step::Finish] {
        let facts = Facts { pending: PendingValue::Absent, ..facts(step, CLOSED) };
        assert_eq!(decided(&facts), "Retryable");
    }
}

#[test]
fn a_first_rotation_closes_the_door_after_current_has_moved() {
    let open = |step, version, taken| {
        let mut facts = Facts { version, ..facts(step, OPEN) };
        facts.server.as_mut().unwrap().token_set_since_pending = taken;
        decided(&facts)
    };
    assert_eq!(open(Step::Set, VersionStage::Pending, false), "add");
    assert_eq!(open(Step::Set, VersionStage::Pending, true), "done");
    assert_eq!(open(Step::Test, VersionStage::Pending, false), "Retryable");
    assert_eq!(open(Step::Test, VersionStage::Pending, true), "done");
    assert_eq!(open(Step::Finish, VersionStage::Pending, false), "Retryable");
    assert_eq!(open(Step::Finish, VersionStage::Pending, true), "promote");
    assert_eq!(open(Step::Finish, VersionStage::Current, true), "close");
    assert_eq!(open(Step::Set, VersionStage::Current, true), "done");
    let half = Said { open: "yn", ..CLOSED };
    assert_eq!(decided(&facts(Step::Finish, half)), "wait");
}

#[test]
fn an_event_that_does_not_fit_the_secret_is_refused() {
    for step in Step::ALL {
        for version in [VersionStage::Unknown, VersionStage::Unlabelled] {
            assert_eq!(decided(&Facts { version, server: None, ..facts(step, CLOSED) }), "Permanent");
        }
        assert_eq!(decided(&Facts { rotation_enabled: Some(false), ..facts(step, CLOSED) }), "Permanent");
        let unsaid = Facts { rotation_enabled: None, ..facts(step, CLOSED.pending("yy")) };
        assert_ne!(decided(&unsaid), "Permanent");
    }
}

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
    let room = prop_oneof![Just(Room::Free), Just(Room::Full)];
    (proptest::collection::vec(any_node(), 0..4), group, any::<bool>(), any::<bool>(), room).prop_map(
        |(nodes, group, change_asked, token_set_since_pending, room)| Server {
            nodes,
            group,
            change_asked,
            token_set_since_pending,
            room,
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
            let first = all(server, |open, _, _| open);
            prop_assert!(proven || first, "{facts:?}");
            prop_assert_eq!(facts.step, Step::Finish);
            prop_assert_eq!(facts.version, VersionStage::Pending);
        }
    }

    #[test]
    fn a_token_is_added_only_to_a_quiet_group_that_refuses_it_and_accepts_current(facts in any_facts()) {
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
        if let Ok(Decision::CloseOpenAccess { .. }) = decide(&facts) {
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
    fn the_test_step_changes_nothing(facts in any_facts()) {
        let facts = Facts { step: Step::Test, ..facts };
        prop_assert!(matches!(decided(&facts), "done" | "wait" | "Retryable" | "Permanent" | "NeedsHuman"));
    }

    #[test]
    fn whoever_needs_a_human_finds_current_refused_or_an_unknown_credential(facts in any_facts()) {
        if let Err(failure) = decide(&facts) && failure.class() == Class::NeedsHuman {
            let server = facts.server.as_ref().unwrap();
            let refused = all(server, |open, _, current| !open && *current == Answer::Refused);
            let in_the_way = server.room == Room::Full && facts.step == Step::Set && server.nodes.iter().all(|node| {
                matches!(&node.state, NodeState::Asked { previous, .. } if *previous != Some(Answer::Accepted))
            });
            prop_assert!(refused || in_the_way, "{facts:?}");
        }
    }

    #[test]
    fn a_credential_that_the_secret_does_not_know_is_never_pushed_out(facts in any_facts()) {
        if let Ok(Decision::AddPending { .. }) = decide(&facts) {
            let server = facts.server.as_ref().unwrap();
            let known = server.nodes.iter().all(|node| {
                matches!(&node.state, NodeState::Asked { previous: Some(Answer::Accepted), .. })
            });
            prop_assert!(server.room == Room::Free || known || all(server, |open, _, _| open), "{facts:?}");
        }
    }

    #[test]
    fn the_same_facts_give_the_same_decision(facts in any_facts()) {
        prop_assert_eq!(decided(&facts), decided(&facts));
    }
}
