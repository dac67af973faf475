//! Tables of rotation decisions: facts and the expected decision.

use super::*;
use crate::login::{Answer, Node, NodeState};

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
            capacity: Capacity::Free,
            propagation: Propagation::Service,
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
            (server.capacity, server.group, server.change_asked) = (Capacity::Full, group, change_asked);
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
        facts.server.as_mut().unwrap().capacity = Capacity::Full;
        assert_eq!(decided(&facts), expected, "{facts:?}");
    }
    for step in [Step::Test, Step::Finish] {
        let mut facts = facts(step, CLOSED);
        facts.server.as_mut().unwrap().capacity = Capacity::Full;
        assert_eq!(decided(&facts), "Retryable", "only setSecret asks for capacity: {facts:?}");
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

#[test]
fn what_a_node_has_lost_is_given_to_it_again() {
    use Step::{Finish, Set, Test};
    let (keeps, forgets) = (Propagation::NodeByNode, Propagation::UntilRestart);
    let (pending, current) = (VersionStage::Pending, VersionStage::Current);
    let lost = CLOSED.current("nn");
    let before = |previous| Said { previous: Some(previous), ..lost };
    for (step, version, propagation, said, expected) in [
        (Set, pending, keeps, CLOSED, "add"),
        (Set, pending, keeps, CLOSED.pending("yn"), "add"),
        (Set, pending, keeps, CLOSED.pending("yy"), "add"),
        (Test, pending, forgets, CLOSED, "add"),
        (Test, pending, forgets, CLOSED.pending("ny"), "add"),
        (Test, pending, forgets, CLOSED.pending("yy"), "done"),
        (Finish, pending, forgets, CLOSED, "add"),
        (Finish, pending, forgets, CLOSED.pending("yy"), "promote"),
        (Finish, current, forgets, CLOSED, "done"),
        (Finish, current, forgets, before("yy"), "restore"),
        (Finish, current, forgets, before("yn"), "NeedsHuman"),
        (Finish, current, keeps, before("yy"), "NeedsHuman"),
        (Set, pending, forgets, before("yy"), "NeedsHuman"),
        (Set, pending, keeps, CLOSED.current("yn").pending("ny"), "restore"),
        (Set, pending, keeps, CLOSED.current("yn"), "NeedsHuman"),
        (Set, pending, keeps, OPEN, "Permanent"),
    ] {
        let mut facts = Facts { version, ..facts(step, said) };
        facts.server.iter_mut().for_each(|server| server.propagation = propagation);
        assert_eq!(decided(&facts), expected, "{facts:?}");
        facts.server.iter_mut().for_each(|server| server.group = GroupState::Busy("starting a task".to_owned()));
        let busy = decided(&facts);
        assert!(["wait", "Permanent"].contains(&busy) || expected == "done", "{busy}: {facts:?}");
    }
}

#[test]
fn what_was_not_retired_makes_room_where_nothing_else_would_take_it_away() {
    let third = |previous| Said { previous: Some(previous), ..CLOSED };
    for (step, capacity, said, expected) in [
        (Step::Set, Capacity::Unlimited, third("yy"), "remove"),
        (Step::Set, Capacity::Unlimited, third("ny"), "remove"),
        (Step::Set, Capacity::Unlimited, third("yy").pending("yy"), "remove"),
        (Step::Set, Capacity::Unlimited, third("nn"), "add"),
        (Step::Set, Capacity::Free, third("yy"), "add"),
        (Step::Finish, Capacity::Unlimited, third("yy").pending("yy"), "promote"),
    ] {
        for propagation in [Propagation::Service, Propagation::NodeByNode, Propagation::UntilRestart] {
            let mut facts = facts(step, said);
            facts.server.iter_mut().for_each(|server| (server.capacity, server.propagation) = (capacity, propagation));
            assert_eq!(decided(&facts), expected, "{facts:?}");
            facts.server.iter_mut().for_each(|server| server.group = GroupState::Busy("starting a task".to_owned()));
            assert_ne!(decided(&facts), "remove");
        }
    }
}

#[test]
fn a_run_that_has_added_it_to_every_node_is_done() {
    let mut facts = facts(Step::Set, CLOSED.pending("yy"));
    facts.server.iter_mut().for_each(|server| {
        server.propagation = Propagation::NodeByNode;
        server.change_asked = true;
    });
    assert_eq!(decided(&facts), "done");
}

#[test]
fn a_user_is_decided_on_as_a_group_is_while_nobody_gets_in_without_a_credential() {
    for step in Step::ALL {
        for said in [CLOSED, CLOSED.pending("yn"), CLOSED.pending("yy"), CLOSED.current("yn"), CLOSED.current("nn")] {
            let facts = facts(step, said);
            assert_eq!(decided_for_user(&facts), decided(&facts), "{facts:?}");
        }
    }
}

#[test]
fn a_user_without_a_password_is_refused_and_waited_for_while_it_is_changed() {
    for step in [Step::Set, Step::Test, Step::Finish] {
        for version in [VersionStage::Pending, VersionStage::Current] {
            let mut facts = Facts { version, ..facts(step, OPEN) };
            assert_eq!(decided_for_user(&facts), "Permanent", "{facts:?}");
            facts.server.as_mut().unwrap().group = GroupState::ChangingToken;
            assert_eq!(decided_for_user(&facts), "wait", "{facts:?}");
        }
        assert_eq!(decided_for_user(&facts(step, Said { open: "yn", ..CLOSED })), "wait");
    }
}

#[test]
fn nodes_that_forget_are_looked_at_again_after_the_promotion() {
    for (propagation, expected) in [
        (Propagation::Service, AfterPromotion::DecideAgain),
        (Propagation::NodeByNode, AfterPromotion::DecideAgain),
        (Propagation::UntilRestart, AfterPromotion::LookAgain),
    ] {
        let mut facts = facts(Step::Finish, CLOSED.pending("yy"));
        facts.server.as_mut().unwrap().propagation = propagation;
        let Ok(Decision::Promote { then, .. }) = decide(&facts) else { panic!("{facts:?}") };
        assert_eq!(then, expected, "{propagation:?}");
    }
}

#[test]
fn the_stage_of_a_version_is_read_off_its_labels() {
    for (labels, stage) in [
        (Some(&["AWSCURRENT", "AWSPENDING"][..]), VersionStage::Current),
        (Some(&["AWSCURRENT"]), VersionStage::Current),
        (Some(&["AWSPENDING", "AWSPREVIOUS"]), VersionStage::Pending),
        (Some(&["AWSPREVIOUS"]), VersionStage::Unlabelled),
        (Some(&[]), VersionStage::Unlabelled),
        (None, VersionStage::Unknown),
    ] {
        let labels: Option<Vec<String>> = labels.map(|labels| labels.iter().map(|label| (*label).to_owned()).collect());
        assert_eq!(VersionStage::of(labels.as_deref()), stage, "{labels:?}");
    }
}
