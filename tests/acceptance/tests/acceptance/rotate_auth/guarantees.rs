//! What the rotation of an AUTH token guarantees, in addition to what every backend does.

use std::time::Duration;

use acceptance::{Stage, StageOptions, class, nodes};
use sandbox::{
    faults::{At, Rule, What},
    services::secrets_manager::RotationTiming,
};
use secrecy::ExposeSecret;
use workload::Topology;

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_token_that_was_never_set_fails_the_test_and_is_not_promoted() {
    let stage = Stage::by_default().await;
    let version = stage.put("never-set-0123456789abcdef", &["AWSPENDING"]).await;
    for step in ["testSecret", "finishSecret"] {
        let ended = stage.call(step, &version).await;
        assert_eq!(class(&ended.result), "Retryable", "{ended:?}");
    }
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_rotation_of_a_group_without_auth_does_not_leave_it_open() {
    for topology in [Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }] {
        let stage = Stage::set(StageOptions { topology, token: false, ..StageOptions::default() }).await;
        assert_eq!(nodes::open(&stage.sandbox, &stage.direct()).await, stage.nodes());
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(nodes::open(&stage.sandbox, &stage.direct()).await, 0, "a node accepts commands without a login");
        assert!(stage.accepts(&stage.current().await).await);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_value_from_a_concurrent_run_is_kept() {
    let stage = Stage::by_default().await;
    stage.arm(Rule::new("rotate-auth", At::operation("PutSecretValue"), What::Hold).during("createSecret"));
    stage.start_rotation().await.unwrap();
    stage.fired(1).await;
    let pending = stage.version_with("AWSPENDING").await.unwrap();
    assert_eq!(class(&stage.call("createSecret", &pending).await.result), "none");
    let put_first = stage.value("AWSPENDING").await.unwrap();
    stage.sandbox.faults.release();
    let report = stage.settled().await;
    assert!(report.succeeded && report.failures.is_empty(), "{report:?}");
    assert_eq!(stage.current().await.expose_secret(), put_first);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_busy_group_and_then_changes_it_once() {
    let stage = Stage::by_default().await;
    stage.sandbox.elasticache.busy(stage.cache(), "snapshotting", Duration::from_secs(2)).unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!((report.tries, stage.modifications()), (1, 1));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_stops_before_its_deadline_if_the_group_stays_busy_and_a_retry_continues() {
    let rotation = RotationTiming::new(20, Duration::from_millis(100));
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
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rotation_token_is_passed_to_put_secret_value() {
    let stage = Stage::by_default().await;
    stage.sandbox.secrets_manager.demand_rotation_token(true);
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    stage.stop().await;
}
