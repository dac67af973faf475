//! Tables of retirement decisions: facts and the expected decision.

use serde_json::json;

use super::*;
use crate::{Class, NextStep, consumers::names_version, target::Output};

/// Each gate that can hold, alone, and what it is called in the outcome.
fn each_gate_alone(server: &Server) -> Vec<(&'static str, Facts)> {
    let with = |change: &dyn Fn(&mut Facts)| {
        let mut facts = facts(server.clone());
        change(&mut facts);
        facts
    };
    let consumer = |consumer: ConsumerFacts| with(&|facts| facts.consumers = Some(vec![consumer.clone()]));
    vec![
        ("overlap", with(&|facts| facts.now_ms -= 1)),
        ("consumers", with(&|facts| facts.consumers = None)),
        ("the ECS service main/web", consumer(service(false, &[Some(PROMOTED_MS + 1)]))),
        ("the ECS service main/web", consumer(service(true, &[Some(PROMOTED_MS)]))),
        ("the ECS service main/web", consumer(service(true, &[Some(PROMOTED_MS + 1), None]))),
        ("the Lambda function report", consumer(function("InProgress", PROMOTED_MS + 1))),
        ("the Lambda function report", consumer(function("Failed", PROMOTED_MS + 1))),
        ("the Lambda function report", consumer(function("Successful", PROMOTED_MS))),
        ("rotation", with(&|facts| facts.secret.rotating = true)),
    ]
}

#[test]
fn each_gate_alone_holds_the_removal_back_and_says_so() {
    for (named, facts) in each_gate_alone(&server("yy", "yy")) {
        let Ok(Decision::Blocked { by }) = decide(&facts) else { panic!("{facts:?}") };
        assert_eq!(by.iter().map(|waiting| waiting.what.as_str()).collect::<Vec<_>>(), [named], "{by:?}");
    }
    assert_eq!(decided(&facts(server("yy", "yy"))), "remove");
}

#[test]
fn every_gate_that_holds_is_named_at_once() {
    let mut facts = facts(server("yy", "yy"));
    facts.now_ms = PROMOTED_MS + 1000;
    facts.secret.rotating = true;
    facts.consumers = Some(vec![service(true, &[Some(1), Some(PROMOTED_MS + 1), Some(2)]), function("Successful", 1)]);
    let Ok(Decision::Blocked { by }) = decide(&facts) else { panic!("{facts:?}") };
    let said: Vec<String> = by.into_iter().map(|waiting| format!("{}: {}", waiting.what, waiting.reason)).collect();
    assert_eq!(
        said,
        [
            "overlap: `retirement.overlap_s` is 60: 59 s remain",
            "the ECS service main/web: not started since the promotion: the tasks task-0, task-2",
            "the Lambda function report: its environment has not changed since the promotion",
            "rotation: a rotation is in progress: AWSPENDING has a new credential",
        ]
    );
}

#[test]
fn a_service_without_tasks_and_an_inactive_function_hold_nothing() {
    let mut facts = facts(server("yy", "yy"));
    let mut inactive = function("Successful", PROMOTED_MS + 1);
    let Seen::Function { state, .. } = &mut inactive.seen else { unreachable!() };
    "Inactive".clone_into(state);
    facts.consumers = Some(vec![service(true, &[]), inactive.clone()]);
    assert_eq!(decided(&facts), "remove");
    let Seen::Function { state, .. } = &mut inactive.seen else { unreachable!() };
    "Pending".clone_into(state);
    facts.consumers = Some(vec![inactive]);
    assert_eq!(decided(&facts), "blocked");
}

#[test]
fn what_cannot_be_read_is_not_taken_away_whatever_the_server_says() {
    for looked_at in [None, Some(server("yy", "yy")), Some(server("yy", "nn")), Some(server("nn", "yy"))] {
        let mut facts = Facts { server: looked_at, ..facts(server("yy", "yy")) };
        facts.secret.previous = PreviousValue::Unreadable;
        assert_eq!(decide(&facts).unwrap_err().class(), Class::Permanent);
    }
}

#[test]
fn a_function_that_names_the_version_has_followed_unless_it_was_named_before() {
    for (names, created_before, update, expected) in [
        (true, Some(PROMOTED_MS - 1), "Successful", "remove"),
        (false, Some(PROMOTED_MS - 1), "Successful", "blocked"),
        (true, Some(PROMOTED_MS - 1), "InProgress", "blocked"),
        // AWSCURRENT was moved back to the version that was named when it was current the first time.
        (true, Some(PROMOTED_MS + 1), "Successful", "blocked"),
        (true, None, "Successful", "remove"),
    ] {
        let mut facts = facts(server("yy", "yy"));
        let mut consumer = function(update, PROMOTED_MS);
        let Seen::Function { names_current, .. } = &mut consumer.seen else { unreachable!() };
        *names_current = names;
        facts.consumers = Some(vec![consumer]);
        facts.secret.promotion.previous_created_ms = created_before;
        assert_eq!(decided(&facts), expected, "{names} {created_before:?} {update}");
    }
}

#[test]
fn a_version_is_named_only_where_the_settings_have_it_written() {
    let outputs: Vec<Output> = serde_json::from_value(json!([
        { "type": "lambda-environment", "function_name": "report",
          "variables": { "HOST": "{host}", "VERSION": "v-{secret_version_id}" } },
        { "type": "lambda-environment", "function_name": "other", "variables": { "HOST": "{secret_arn}" } },
    ]))
    .unwrap();
    for (function, variable, value, expected) in [
        ("report", "VERSION", "v-version-1", true),
        ("report", "VERSION", "v-version-2", false),
        ("report", "HOST", "version-1", false),
        ("report", "ANOTHER", "version-1", false),
        ("other", "HOST", "version-1", false),
        ("third", "VERSION", "v-version-1", false),
    ] {
        let variables = [(variable.to_owned(), value.into())].into();
        let names = names_version(&outputs, function, &variables, "version-1");
        assert_eq!(names, expected, "{function} {variable} {value}");
    }
}

#[test]
fn a_service_follows_once_its_old_tasks_have_stopped_and_all_of_its_tasks_are_listed() {
    let promotion = Promotion { current_created_ms: Some(PROMOTED_MS), ..Promotion::default() };
    let task = |created_ms| Task { id: "old".to_owned(), created_ms: Some(created_ms), started_ms: None };
    for (stopping, desired, expected) in [
        (vec![], 1, None),
        (vec![task(PROMOTED_MS + 1)], 1, None),
        (vec![task(PROMOTED_MS - 1)], 1, Some("still stopping: the tasks old")),
        (vec![], 2, Some("lists 1 of its 2 tasks")),
    ] {
        let mut consumer = service(true, &[Some(PROMOTED_MS + 1)]);
        let Seen::Service { draining, desired: wanted, .. } = &mut consumer.seen else { unreachable!() };
        (*draining, *wanted) = (stopping, desired);
        let why = consumer.follows(&promotion).unwrap();
        assert_eq!(why.is_some(), expected.is_some(), "{why:?}");
        assert!(why.unwrap_or_default().contains(expected.unwrap_or_default()), "{expected:?}");
    }
}

#[test]
fn a_credential_that_is_not_legal_is_never_given_to_a_node() {
    for (propagation, current) in [(Propagation::NodeByNode, "yn"), (Propagation::UntilRestart, "nn")] {
        let mut facts = facts(Server { propagation, ..server(current, "yy") });
        assert!(decide(&facts).is_ok());
        facts.current_fault = Some("it is empty or contains whitespace".to_owned());
        let failure = decide(&facts).unwrap_err();
        assert_eq!(failure.class(), Class::NeedsHuman);
        assert!(failure.to_string().contains("it is empty"), "{failure}");
    }
}

#[test]
fn a_consumer_that_is_not_there_is_refused_by_its_field() {
    let mut gone = service(true, &[]);
    gone.seen = Seen::Unreadable { why: "MISSING".to_owned(), next_step: None };
    let mut draining = service(true, &[]);
    let Seen::Service { status, .. } = &mut draining.seen else { unreachable!() };
    "DRAINING".clone_into(status);
    for consumer in [gone, draining] {
        let mut facts = facts(server("yy", "yy"));
        facts.now_ms = PROMOTED_MS;
        facts.consumers = Some(vec![consumer]);
        let failure = decide(&facts).unwrap_err();
        assert_eq!(failure.class(), Class::Permanent);
        assert!(failure.to_string().starts_with("`consumers[0]` of the settings is the ECS service main/web"));
        assert!(failure.to_string().contains("The previous credential is kept"));
    }
}

#[test]
fn a_consumer_that_cannot_be_read_is_refused_with_the_next_step_of_aws_or_else_with_its_field() {
    for (next_step, expected) in [
        (Some("Grant the action"), "Grant the action"),
        (None, "Correct `consumers[0]`, or remove it from the settings if the ECS service main/web no longer logs in"),
    ] {
        let mut consumer = service(true, &[]);
        consumer.seen = Seen::Unreadable {
            why: "AccessDenied: not authorized.".to_owned(),
            next_step: next_step.map(str::to_owned),
        };
        let mut facts = facts(server("yy", "yy"));
        facts.consumers = Some(vec![consumer]);
        let failure = decide(&facts).unwrap_err();
        assert_eq!(failure.next_step().map(NextStep::as_str), Some(expected));
        let said = "cannot be read: AccessDenied: not authorized. The previous credential is kept";
        assert!(failure.to_string().ends_with(said), "{failure}");
    }
}

#[test]
fn without_another_previous_credential_nothing_is_looked_at() {
    for previous in [PreviousValue::Absent, PreviousValue::SameAsCurrent] {
        let mut facts = facts(server("yy", "yy"));
        facts.secret.previous = previous;
        facts.server = None;
        assert_eq!(decided(&facts), "kept");
    }
    assert_eq!(decided(&Facts { server: None, ..facts(server("yy", "yy")) }), "wait");
}

#[test]
fn each_answer_leads_to_one_decision() {
    use Propagation::{NodeByNode, Service, UntilRestart};
    for (current, previous, service, node_by_node, until_restart) in [
        ("yy", "yy", "remove", "remove", "remove"),
        ("yy", "yn", "wait", "remove", "remove"),
        ("yy", "nn", "mark", "remove", "remove"),
        ("yn", "yy", "blocked", "restore-current", "restore-current"),
        ("yn", "ny", "blocked", "restore-current", "restore-current"),
        ("yn", "nn", "blocked", "NeedsHuman", "NeedsHuman"),
        ("nn", "yy", "NeedsHuman", "NeedsHuman", "restore-current"),
        ("nn", "yn", "NeedsHuman", "NeedsHuman", "NeedsHuman"),
        ("nn", "nn", "NeedsHuman", "NeedsHuman", "NeedsHuman"),
    ] {
        for (propagation, expected) in [(Service, service), (NodeByNode, node_by_node), (UntilRestart, until_restart)] {
            let facts = facts(Server { propagation, ..server(current, previous) });
            assert_eq!(decided(&facts), expected, "{propagation:?} {current} {previous}");
        }
    }
}

#[test]
fn what_was_retired_stays_retired() {
    for propagation in [Propagation::Service, Propagation::NodeByNode, Propagation::UntilRestart] {
        let retired = |previous: &str| {
            let mut facts = facts(Server { propagation, ..server("yy", previous) });
            facts.secret.previous = PreviousValue::Another { retired: true };
            facts
        };
        assert_eq!(decided(&retired("nn")), "kept", "{propagation:?}");
        assert_eq!(decided(&retired("yy")), "remove", "{propagation:?}: it came back");
        let early = Facts { now_ms: PROMOTED_MS, ..retired("nn") };
        assert_eq!(decided(&early), "kept", "{propagation:?}: and is not given back");
        let early = Facts { now_ms: PROMOTED_MS, ..retired("yn") };
        assert_eq!(decided(&early), "blocked", "{propagation:?}");
    }
}

#[test]
fn a_node_that_forgets_gets_the_previous_credential_back_while_somebody_may_hold_it() {
    let forgets = Server { propagation: Propagation::UntilRestart, ..server("yy", "nn") };
    for (named, facts) in each_gate_alone(&forgets) {
        let expected = if named == "rotation" { "blocked" } else { "restore-previous" };
        assert_eq!(decided(&facts), expected, "{facts:?}");
        for (propagation, expected) in [(Propagation::Service, "mark"), (Propagation::NodeByNode, "blocked")] {
            let mut facts = facts.clone();
            facts.server.iter_mut().for_each(|server| server.propagation = propagation);
            assert_eq!(decided(&facts), expected, "{facts:?}");
        }
        let mut facts = facts;
        facts.server.iter_mut().for_each(|server| server.group = GroupState::Busy("starting a task".to_owned()));
        assert_eq!(decided(&facts), if named == "rotation" { "blocked" } else { "wait" }, "{facts:?}");
    }
    let mut half = facts(Server { propagation: Propagation::UntilRestart, ..server("yy", "yn") });
    half.now_ms = PROMOTED_MS;
    assert_eq!(decided(&half), "restore-previous");
    // A rotation removes AWSPREVIOUS itself before it adds the next credential.
    half.secret.rotating = true;
    assert_eq!(decided(&half), "blocked");
}

#[test]
fn a_busy_group_is_waited_for_and_never_touched() {
    for group in [GroupState::ChangingToken, GroupState::Busy("snapshotting".to_owned())] {
        for (current, previous) in [("yy", "yy"), ("yy", "yn"), ("yn", "yy"), ("nn", "nn")] {
            for propagation in [Propagation::Service, Propagation::NodeByNode, Propagation::UntilRestart] {
                let facts = facts(Server { group: group.clone(), propagation, ..server(current, previous) });
                assert_eq!(decided(&facts), "wait", "{facts:?}");
            }
        }
    }
    let proven = facts(Server { group: GroupState::Busy("snapshotting".to_owned()), ..server("yy", "nn") });
    assert_eq!(decided(&proven), "mark", "what is proven by logins needs no quiet group");
}

#[test]
fn a_removal_that_was_asked_for_is_not_asked_for_again_of_a_service() {
    for (propagation, expected) in [(Propagation::Service, "wait"), (Propagation::NodeByNode, "remove")] {
        let facts = facts(Server { propagation, change_asked: true, ..server("yy", "yy") });
        assert_eq!(decided(&facts), expected);
    }
}

#[test]
fn what_nodes_refuse_is_marked_only_by_a_run_that_made_them_refuse_it_for_good() {
    for propagation in [Propagation::NodeByNode, Propagation::UntilRestart] {
        let refused = |change_asked, group| facts(Server { propagation, change_asked, group, ..server("yy", "nn") });
        assert_eq!(decided(&refused(false, GroupState::Available)), "remove");
        assert_eq!(decided(&refused(true, GroupState::Available)), "mark");
        assert_eq!(decided(&refused(false, GroupState::Busy("deploying".to_owned()))), "wait");
    }
}

#[test]
fn a_node_that_gives_no_answer_holds_everything_back() {
    for state in [NodeState::Unreachable("refused".to_owned()), NodeState::NotReady("LOADING".to_owned())] {
        for (change_asked, expected) in [(false, "blocked"), (true, "wait")] {
            let mut silent = Server { change_asked, ..server("yy", "yy") };
            silent.nodes[1].state = state.clone();
            assert_eq!(decided(&facts(silent)), expected);
        }
    }
    let empty = Server { nodes: Vec::new(), ..server("yy", "yy") };
    assert_eq!(decided(&facts(empty)), "blocked");
}

#[test]
fn a_server_that_lets_everybody_in_proves_nothing() {
    let mut open = server("yy", "yy");
    open.nodes.iter_mut().for_each(|node| {
        let NodeState::Asked { open, .. } = &mut node.state else { unreachable!() };
        *open = true;
    });
    assert_eq!(decided(&facts(open.clone())), "Permanent");
    open.group = GroupState::ChangingToken;
    assert_eq!(decided(&facts(open)), "blocked");
}

#[test]
fn a_password_that_the_secret_does_not_know_is_left_alone_and_told() {
    let full = facts(Server { capacity: Capacity::Full, ..server("yy", "nn") });
    let Ok(Decision::MarkRetired { reason }) = decide(&full) else { panic!("{full:?}") };
    assert!(reason.contains("which the secret does not contain"), "{reason}");
}

#[test]
fn consumers_are_looked_at_only_where_somebody_could_be_cut_off() {
    use Propagation::{NodeByNode, Service, UntilRestart};
    for (propagation, current, previous, retired, needed) in [
        (Service, "yy", "yy", false, true),
        (Service, "yy", "yn", true, true),
        (Service, "yy", "nn", false, false),
        (UntilRestart, "yy", "nn", false, true),
        (NodeByNode, "yy", "nn", false, true),
        (UntilRestart, "yy", "nn", true, false),
        (Service, "nn", "yy", false, false),
    ] {
        let mut facts = facts(Server { propagation, ..server(current, previous) });
        facts.secret.previous = PreviousValue::Another { retired };
        assert!(!needs_consumers(&facts), "they have been looked at");
        facts.consumers = None;
        assert_eq!(needs_consumers(&facts), needed, "{facts:?}");
    }
}

#[test]
fn without_a_promotion_nothing_is_taken_away() {
    let mut facts = facts(server("yy", "yy"));
    facts.secret.promotion = Promotion::default();
    assert_eq!(decided(&facts), "blocked");
}
