//! What a rotation guarantees whatever it finds: each guarantee with a test of its own name.

use std::time::Duration;

use acceptance::{Stage, StageOptions, door, quick};
use sandbox::{
    Topology,
    faults::{At, Rule, What},
    lambda::InvocationResult,
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

/// The class of the error that an invocation ended with.
fn class(result: &InvocationResult) -> &str {
    match result {
        InvocationResult::Returned(_) => "none",
        InvocationResult::Failed { error_type, .. } => error_type,
    }
}

/// Holds that `token` is accepted by every node.
async fn accepted_everywhere(stage: &Stage, token: &SecretString) -> bool {
    stage.accepting(token).await == stage.nodes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_ends_with_the_new_token_current_and_the_old_one_still_accepted() {
    for topology in [Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }] {
        let stage = Stage::set(StageOptions { topology, ..StageOptions::default() }).await;
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(report.tries, 1, "{report:?}");
        let current = stage.current().await;
        assert_ne!(current.expose_secret(), stage.first_token().expose_secret());
        assert!(accepted_everywhere(&stage, &current).await);
        assert!(accepted_everywhere(&stage, &stage.first_token()).await, "taking it away is another function's");
        assert_eq!(stage.value("AWSPREVIOUS").await.unwrap(), stage.first_token().expose_secret());
        assert_eq!(stage.modifications(), 1);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_is_long_legal_and_safe_in_a_url() {
    let stage = Stage::by_default().await;
    assert!(stage.rotate().await.succeeded);
    let token = stage.current().await;
    assert_eq!(token.expose_secret().len(), 64);
    assert!(token.expose_secret().chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_token_that_was_never_set_fails_the_test_and_is_not_promoted() {
    let stage = Stage::by_default().await;
    let version = stage.put("never-set-0123456789abcdef", &["AWSPENDING"]).await;
    for step in ["testSecret", "finishSecret"] {
        let ended = stage.call(step, &version).await;
        assert_eq!(class(&ended.result), "Retryable", "{ended:?}");
    }
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_does_not_say_whether_rotation_is_on_is_rotated() {
    let stage = Stage::by_default().await;
    let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await.unwrap();
    assert_eq!(described.rotation_enabled, None);
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        let ended = stage.call(step, &version).await;
        assert_eq!(class(&ended.result), "none", "{ended:?}");
    }
    assert_eq!(stage.current().await.expose_secret(), "put-by-hand-0123456789abcdef");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_reads_available_too_early_moves_nothing() {
    let timing = Timing { modify: Duration::from_secs(2), spread: Duration::from_millis(500), ..quick() };
    let stage = Stage::set(StageOptions { timing, ..StageOptions::default() }).await;
    stage.sandbox.elasticache.set_status_lies(true);
    stage.start_rotation().await.unwrap();
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert!(accepted_everywhere(&stage, &stage.current().await).await);
    assert_eq!(stage.modifications(), 1);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_rotation_of_a_group_without_auth_does_not_leave_it_open() {
    for topology in [Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }] {
        let stage = Stage::set(StageOptions { topology, token: false, ..StageOptions::default() }).await;
        assert_eq!(door::open(&stage.sandbox, &stage.direct()).await, stage.nodes());
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(door::open(&stage.sandbox, &stage.direct()).await, 0, "somebody gets in with nothing");
        assert!(accepted_everywhere(&stage, &stage.current().await).await);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_current_token_that_has_drifted_stops_the_rotation_and_nothing_is_touched() {
    let stage = Stage::by_default().await;
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    let report = stage.rotate().await;
    assert!(!report.succeeded);
    assert!(report.failures.iter().all(|(step, class, _)| step == "setSecret" && class == "NeedsHuman"), "{report:?}");
    assert_eq!(stage.modifications(), 0);
    assert_eq!(stage.current().await.expose_secret(), "drifted-token-0123456789abcdef");
    assert!(accepted_everywhere(&stage, &stage.first_token()).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_redis_is_refused_and_nothing_is_touched() {
    let stage = Stage::set(StageOptions { json_key: Some("token"), ..StageOptions::default() }).await;
    stage.put(r#"{"host":"elsewhere.example","token":"first-token-0123456789abcdef"}"#, &["AWSCURRENT"]).await;
    let report = stage.rotate().await;
    assert!(!report.succeeded);
    let (step, class, message) = &report.failures[0];
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "NeedsHuman"), "{message}");
    assert!(message.contains("\"host\""), "{message}");
    assert_eq!(stage.modifications(), 0);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_left_stuck_by_an_earlier_one_is_taken_up_and_finished() {
    let rotation = RotationTiming { attempts: 1, retry_after: Duration::from_millis(100) };
    let stage = Stage::set(StageOptions { rotation, ..StageOptions::default() }).await;
    stage.sandbox.faults.arm(Rule {
        function: "rotate-auth".to_owned(),
        during: Some("testSecret".to_owned()),
        at: At::Operation("DescribeReplicationGroups".to_owned()),
        what: What::InternalError,
        times: 100,
    });
    let stuck = stage.rotate().await;
    assert!(!stuck.succeeded);
    stage.sandbox.faults.disarm();
    assert_eq!(stage.start_rotation().await, Err("InvalidRequestException".to_owned()));
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(report.version_id, stuck.version_id);
    assert_eq!(stage.modifications(), 1, "the server accepted the pending token already");
    assert!(accepted_everywhere(&stage, &stage.current().await).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_illegal_pending_token_left_by_an_earlier_run_is_replaced_not_used() {
    let stage = Stage::by_default().await;
    let bad = stage.put("not/legal@as,an%auth:token", &["AWSPENDING"]).await;
    assert_eq!(stage.start_rotation().await, Err("InvalidRequestException".to_owned()));
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_ne!(report.version_id, bad);
    assert!(accepted_everywhere(&stage, &stage.current().await).await);
    assert_eq!(stage.modifications(), 1);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_at_once_make_one_change() {
    let stage = Stage::by_default().await;
    let (first, second) = tokio::join!(stage.start_rotation(), stage.start_rotation());
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(stage.modifications(), 1);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_step_that_runs_twice_at_once_makes_one_change() {
    let stage = Stage::by_default().await;
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    let (one, other) = tokio::join!(stage.call("setSecret", &version), stage.call("setSecret", &version));
    assert_eq!((class(&one.result), class(&other.result)), ("none", "none"), "{one:?} {other:?}");
    assert_eq!(stage.modifications(), 1);
    assert!(accepted_everywhere(&stage, &stage.first_token()).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_another_run_put_first_stays() {
    let stage = Stage::by_default().await;
    stage.sandbox.faults.arm(Rule {
        function: "rotate-auth".to_owned(),
        during: Some("createSecret".to_owned()),
        at: At::Operation("PutSecretValue".to_owned()),
        what: What::Hold,
        times: 1,
    });
    stage.start_rotation().await.unwrap();
    let give_up = Instant::now() + Duration::from_secs(20);
    while stage.sandbox.faults.fired() == 0 {
        assert!(Instant::now() < give_up, "nothing is put");
        sleep(Duration::from_millis(20)).await;
    }
    let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await.unwrap();
    let stages = described.version_ids_to_stages.unwrap();
    let (pending, _) = stages.iter().find(|(_, stages)| stages.contains(&"AWSPENDING".to_owned())).unwrap();
    assert_eq!(class(&stage.call("createSecret", pending).await.result), "none");
    let put_first = stage.value("AWSPENDING").await.unwrap();
    stage.sandbox.faults.release();
    let report = stage.settled().await;
    assert!(report.succeeded && report.failures.is_empty(), "{report:?}");
    assert_eq!(stage.current().await.expose_secret(), put_first);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_group_is_waited_for_without_touching_its_tokens() {
    let stage = Stage::by_default().await;
    stage.sandbox.elasticache.busy(stage.cache(), "snapshotting", Duration::from_secs(2)).unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!((report.tries, stage.modifications()), (1, 1));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_busy_for_longer_than_the_function_may_run_is_left_in_time_and_taken_up_again() {
    let rotation = RotationTiming { attempts: 20, retry_after: Duration::from_millis(100) };
    let stage = Stage::set(StageOptions { rotation, timeout: Duration::from_secs(5), ..StageOptions::default() }).await;
    stage.sandbox.elasticache.busy(stage.cache(), "snapshotting", Duration::from_secs(6)).unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    for (step, class, message) in &report.failures {
        assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Retryable"), "{message}");
    }
    let (_, _, first) = &report.failures[0];
    assert!(first.contains("snapshotting"), "{first}");
    assert_eq!(stage.modifications(), 1);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_the_settings_has_no_side_effects() {
    let stage = Stage::by_default().await;
    let before = stage.sandbox.secrets_manager.values();
    let report = stage.test_only().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(stage.modifications(), 0);
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    assert_eq!(stage.value("AWSPENDING").await, None);
    let written = stage.sandbox.journal.entries().into_iter().filter(|entry| {
        entry.invocation.is_some()
            && !["Describe", "Get", "Connect"].iter().any(|verb| entry.operation.starts_with(verb))
    });
    assert_eq!(written.map(|entry| entry.operation).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(stage.sandbox.secrets_manager.values().iter().all(|value| before.contains(value)));
    stage.sandbox.secrets_manager.test_with_empty_pending(true);
    let report = stage.test_only().await;
    assert!(report.succeeded, "{report:?}");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rotation_token_is_handed_on() {
    let stage = Stage::by_default().await;
    stage.sandbox.secrets_manager.demand_rotation_token(true);
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_secret_keeps_its_other_keys() {
    let stage = Stage::set(StageOptions { json_key: Some("token"), ..StageOptions::default() }).await;
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    let value: serde_json::Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    assert_eq!(value["owner"], "platform");
    assert_eq!(value.as_object().unwrap().len(), 2);
    assert!(accepted_everywhere(&stage, &stage.current().await).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_finished_rotation_can_be_called_again() {
    let stage = Stage::by_default().await;
    let version = stage.rotate().await.version_id;
    let current = stage.current().await;
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        let ended = stage.call(step, &version).await;
        let InvocationResult::Returned(outcome) = &ended.result else { panic!("{ended:?}") };
        assert_eq!(outcome["outcome"], "kept", "{outcome}");
    }
    assert_eq!(stage.modifications(), 1);
    assert_eq!(stage.current().await.expose_secret(), current.expose_secret());
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn current_is_not_moved_while_one_node_cannot_be_asked() {
    let stage = Stage::set(StageOptions { timeout: Duration::from_secs(5), ..StageOptions::default() }).await;
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    assert_eq!(class(&stage.call("setSecret", &version).await.result), "none");
    let replica = stage.sandbox.elasticache.nodes(stage.cache())[1].address;
    stage.sandbox.fleet.node(replica).unwrap().freeze().await;
    let ended = stage.call("finishSecret", &version).await;
    assert_eq!(class(&ended.result), "Retryable", "{ended:?}");
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    stage.sandbox.fleet.node(replica).unwrap().thaw().await;
    assert_eq!(class(&stage.call("finishSecret", &version).await.result), "none");
    assert_eq!(stage.current().await.expose_secret(), "put-by-hand-0123456789abcdef");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_is_not_sent_again_while_the_status_lags() {
    let timing = Timing { modify: Duration::from_secs(3), stale: Duration::from_secs(2), ..quick() };
    let stage = Stage::set(StageOptions { timing, ..StageOptions::default() }).await;
    stage.sandbox.faults.arm(Rule {
        function: "rotate-auth".to_owned(),
        during: None,
        at: At::Operation("ModifyReplicationGroup".to_owned()),
        what: What::LoseAnswer,
        times: 1,
    });
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    let sent = stage.sandbox.journal.entries().into_iter().filter(|entry| entry.operation == "ModifyReplicationGroup");
    assert_eq!(sent.count(), 1);
    stage.strike().await;
}
