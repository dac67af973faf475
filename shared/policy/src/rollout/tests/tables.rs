//! Tables of rollout decisions: facts and the expected decision.

use super::*;
use crate::{
    Target,
    secret::{PreviousValue, Promotion, SecretFacts},
};

/// Each way a single service can be, and what is decided of it.
fn each_way() -> Vec<(&'static str, Like, &'static str)> {
    let short = |like: Like| Like { tasks: like.tasks[..1].to_vec(), steady: false, ..like };
    let failed = |like: Like| Like { progress: Progress::Failed, steady: false, ..like };
    let by_code_deploy = |like: Like| Like { by_code_deploy: true, ..like };
    let late = CHANGED_MS + DEBOUNCE_S * 1000 - (STABILISE_S + 1) * 1000;
    vec![
        ("was deployed before", old(), "deploy 0"),
        ("was deployed since", new(), "kept"),
        ("has new tasks without a deployment", Like { tasks: new().tasks, ..old() }, "kept"),
        ("has one old task", Like { tasks: vec![Some(CHANGED_MS), Some(CHANGED_MS + 1)], ..old() }, "deploy 0"),
        ("has a task of unknown age", Like { tasks: vec![None, Some(CHANGED_MS + 1)], ..old() }, "deploy 0"),
        ("is scaled to nothing", Like { desired: 0, tasks: vec![], ..old() }, "kept"),
        ("failed, and is scaled to nothing", failed(Like { desired: 0, tasks: vec![], ..old() }), "kept"),
        ("is being deployed since", rolling(), "wait for service 0"),
        ("is being deployed for long", Like { created_ms: late, ..rolling() }, "NeedsHuman"),
        ("is being deployed for almost too long", Like { created_ms: late + 1000, ..rolling() }, "wait for service 0"),
        ("is busy with an older deployment", Like { created_ms: CHANGED_MS - 9, ..rolling() }, "wait for service 0"),
        ("has lost a task, and the others are old", short(old()), "wait for service 0"),
        ("has lost a task, and the others are new", short(new()), "kept"),
        ("is complete, and still lists old tasks", Like { tasks: old().tasks, ..new() }, "wait for service 0"),
        ("failed, with old tasks", failed(Like { tasks: old().tasks, ..new() }), "NeedsHuman"),
        ("failed before the change", failed(old()), "NeedsHuman"),
        ("failed, and has lost tasks", failed(short(new())), "NeedsHuman"),
        ("failed, and has every task from since", failed(new()), "kept"),
        ("was rolled back since", Like { gave_up_ms: Some(CHANGED_MS + 5), ..old() }, "NeedsHuman"),
        ("is being rolled back since", Like { gave_up_ms: Some(CHANGED_MS + 1), ..rolling() }, "NeedsHuman"),
        ("was rolled back before", Like { gave_up_ms: Some(CHANGED_MS), ..old() }, "deploy 0"),
        ("was rolled back, and deployed since", Like { gave_up_ms: Some(CHANGED_MS - 1), ..new() }, "kept"),
        ("is deployed by CodeDeploy, with old tasks", by_code_deploy(old()), "NeedsHuman"),
        ("is deployed by CodeDeploy, with new tasks", by_code_deploy(new()), "kept"),
        ("is being deployed by CodeDeploy", by_code_deploy(rolling()), "wait for service 0"),
    ]
}

#[test]
fn each_way_a_service_can_be_leads_to_one_decision() {
    for (way, like, expected) in each_way() {
        assert_eq!(decided(&facts(&[like])), expected, "{way}");
    }
}

#[test]
fn services_are_deployed_one_by_one_in_the_order_of_the_settings() {
    for (services, expected) in [
        (vec![old(), old(), old()], "deploy 0"),
        (vec![rolling(), old(), old()], "wait for service 0, service 1, service 2"),
        (vec![new(), old(), old()], "deploy 1"),
        (vec![new(), rolling(), old()], "wait for service 1, service 2"),
        (vec![old(), rolling(), new()], "wait for service 1, service 0"),
        (vec![new(), new(), old()], "deploy 2"),
        (vec![new(), new(), new()], "kept"),
        (vec![], "kept"),
    ] {
        assert_eq!(decided(&facts(&services)), expected, "{services:?}");
    }
}

#[test]
fn a_service_that_does_not_stabilise_stops_the_rollout_and_says_what_to_do() {
    let unstable = |(_, like, expected): &(_, Like, &str)| *expected == "NeedsHuman" && !like.by_code_deploy;
    for (way, like, _) in each_way().into_iter().filter(unstable) {
        for services in [[like.clone(), old()], [old(), like.clone()]] {
            let failure = decide(&facts(&services)).unwrap_err();
            assert_eq!(failure.class(), crate::Class::NeedsHuman, "{way}");
            assert!(failure.chain().contains("the previous credential is kept"), "{way}: {failure}");
            assert!(failure.chain().contains("correct the cause and deploy it"), "{way}: {failure}");
        }
    }
}

#[test]
fn a_service_that_ecs_does_not_deploy_stops_the_rollout_and_says_who_can() {
    let failure = decide(&facts(&[Like { by_code_deploy: true, ..old() }])).unwrap_err();
    assert_eq!(failure.class(), crate::Class::NeedsHuman);
    assert_eq!(
        failure.chain(),
        "service 0 is deployed by CODE_DEPLOY, and not by ECS: not started since the last change: the tasks task-0, task-1. \
         The previous credential is kept. Have CODE_DEPLOY deploy it again; the next run continues from there"
    );
}

#[test]
fn nothing_is_deployed_beside_a_service_that_is_not_stable() {
    let scaling = Like { steady: false, tasks: new().tasks[..1].to_vec(), ..new() };
    assert_eq!(decided(&facts(&[scaling.clone(), old()])), "wait for service 0, service 1");
    assert_eq!(decided(&facts(&[old(), scaling.clone()])), "wait for service 1, service 0");
    assert_eq!(decided(&facts(&[scaling, new()])), "kept", "nothing is left to deploy");
}

#[test]
fn the_debounce_counts_from_the_last_change() {
    let at = |now_ms| Facts { now_ms, ..facts(&[old()]) };
    let Ok(Decision::Blocked { by }) = decide(&at(CHANGED_MS + 1)) else { panic!("it is held") };
    assert_eq!(by[0].reason, "`rollout.debounce_s` is 60: 60 s remain");
    assert_eq!(by[1].reason, "not started since the last change: the tasks task-0, task-1");
    assert_eq!(decided(&at(CHANGED_MS + DEBOUNCE_S * 1000 - 1)), "blocked by debounce, service 0");
    assert_eq!(decided(&at(CHANGED_MS + DEBOUNCE_S * 1000)), "deploy 0");
    let again = Facts { stale: vec![StalePeriod::until(CHANGED_MS + 30_000)], ..facts(&[new(), old()]) };
    assert_eq!(decided(&again), "blocked by debounce, service 0, service 1", "another change begins anew");
}

#[test]
fn a_closed_window_says_until_when() {
    let closed = Facts { settings: within(22, 4), now_ms: CHANGED_MS + 12 * 3_600_000, ..facts(&[rolling(), old()]) };
    let mut steady = Facts { consumers: facts(&[new(), old()]).consumers, ..closed.clone() };
    let Ok(Decision::Blocked { by }) = decide(&steady) else { panic!("it is held") };
    assert_eq!(by[0], Waiting::new("window", "`rollout.window` is closed until Thursday, 22:00 UTC"));
    steady.now_ms = CHANGED_MS + 22 * 3_600_000;
    assert_eq!(decided(&steady), "deploy 1");
    let closed = Facts { consumers: facts(&[new(), new()]).consumers, ..closed };
    assert_eq!(decided(&closed), "kept", "what needs no deployment needs no window");
}

#[test]
fn a_deployment_that_was_asked_for_is_not_asked_for_again() {
    let asked = Facts { asked: vec![0], ..facts(&[old(), old()]) };
    assert_eq!(decided(&asked), "wait for service 0, service 1");
    assert_eq!(decided(&Facts { asked: vec![0], ..facts(&[new(), old()]) }), "deploy 1");
}

#[test]
fn nothing_is_deployed_that_would_come_back_with_a_credential_that_nobody_accepts() {
    for (letters, expected) in [
        ("yy", "deploy 0"),
        ("yn", "blocked by login, service 0"),
        ("y-", "blocked by login, service 0"),
        ("n-", "blocked by login, service 0"),
        ("nn", "NeedsHuman"),
        ("", "blocked by login, service 0"),
    ] {
        let behind = Facts { nodes: Some(nodes(letters)), ..facts(&[old()]) };
        assert_eq!(decided(&behind), expected, "{letters}");
        let followed = Facts { nodes: Some(nodes(letters)), ..facts(&[new()]) };
        assert_eq!(decided(&followed), "kept", "{letters}");
    }
}

#[test]
fn the_nodes_are_asked_only_where_a_service_would_be_deployed() {
    for (way, like, expected) in each_way() {
        let unasked = Facts { nodes: None, ..facts(&[like]) };
        assert_eq!(needs_login(&unasked), expected == "deploy 0", "{way}");
        let held = if expected == "deploy 0" { "blocked by login, service 0" } else { expected };
        assert_eq!(decided(&unasked), held, "{way}");
    }
    assert!(!needs_login(&facts(&[old()])), "they have been asked");
}

#[test]
fn a_consumer_that_is_not_there_is_refused_by_its_field() {
    let mut missing = facts(&[new(), old()]);
    missing.consumers[0].seen = Seen::Unreadable { why: "MISSING".to_owned(), next_step: None };
    let failure = decide(&missing).unwrap_err();
    assert_eq!(failure.class(), crate::Class::Permanent);
    assert!(failure.to_string().starts_with("`consumers[0]` of the settings is service 0"), "{failure}");
}

#[test]
fn functions_are_neither_deployed_nor_waited_for() {
    let mut facts = facts(&[old(), old()]);
    facts.consumers[0].seen = Seen::Function {
        state: "Pending".to_owned(),
        last_update: "InProgress".to_owned(),
        modified_ms: Some(CHANGED_MS - 1),
        names_current: false,
    };
    assert_eq!(decided(&facts), "deploy 1");
    facts.consumers.truncate(1);
    assert_eq!(decided(&facts), "kept");
}

#[test]
fn without_a_change_nothing_is_deployed_whatever_the_services_are_like() {
    for (way, like, _) in each_way() {
        let facts = Facts { stale: Vec::new(), ..facts(&[like]) };
        assert_eq!((decided(&facts).as_str(), plan(&facts).unwrap().len()), ("kept", 0), "{way}");
    }
}

#[test]
fn the_plan_names_everything_that_is_behind_in_order() {
    let planned = plan(&facts(&[old(), new(), rolling(), old()])).unwrap();
    assert_eq!(
        planned,
        [
            "service 0: not started since the last change: the tasks task-0, task-1",
            "service 3: not started since the last change: the tasks task-0, task-1",
        ]
    );
}

#[test]
fn services_are_looked_at_only_if_something_that_they_read_at_start_can_have_changed() {
    let service = json!({ "type": "ecs-service", "cluster": "main", "service": "web" });
    let function = json!({ "type": "lambda-function", "function_name": "report" });
    let parameter = json!({ "type": "ssm-parameter", "name": "/orders/url", "value": "{url}" });
    let environment =
        json!({ "type": "lambda-environment", "function_name": "report", "variables": { "HOST": "{host}" } });
    let promoted = |previous| SecretFacts {
        previous,
        promotion: Promotion { current_created_ms: Some(1), ..Promotion::default() },
        rotating: false,
    };
    let (never, once) = (PreviousValue::Absent, PreviousValue::Another { retired: false });
    for (consumer, output, previous, expected) in [
        (&function, &parameter, once, false),
        (&service, &environment, never, false),
        (&service, &environment, once, true),
        (&service, &parameter, never, true),
    ] {
        let document = json!({
            "name": "orders",
            "backend": { "type": "elasticache-auth", "replication_group_id": "orders" },
            "secret": { "id": "orders" },
            "consumers": [consumer],
            "outputs": [output],
        });
        let target = Target::parse(&document.to_string()).unwrap();
        assert_eq!(needs_services(&target, &promoted(previous)), expected, "{document} {previous:?}");
    }
}
