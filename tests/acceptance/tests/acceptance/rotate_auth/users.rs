//! What the rotation of an ElastiCache user guarantees, in addition to what every backend does.

use std::time::Duration;

use acceptance::{Flavour, Outcome, Stage, StageOptions, nodes, timing::quick};
use aws_sdk_elasticache::types::{AuthenticationMode, InputAuthenticationType};
use sandbox::services::{
    elasticache::Timing,
    secrets_manager::{RotationReport, RotationTiming},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};
use workload::{Site, create_serverless_cache, create_user_group};

const USER: &str = "orders-app";

/// A password that is in no secret.
const UNKNOWN: &str = "unknown-password-0123456789";

fn options() -> StageOptions {
    StageOptions { flavour: Flavour::ElasticacheUser, ..StageOptions::default() }
}

async fn a_user() -> Stage {
    Stage::set(options()).await
}

/// Sets the passwords of the user and waits until every node has them.
async fn set_passwords(stage: &Stage, passwords: &[&str]) {
    let passwords = passwords.iter().map(|password| (*password).to_owned()).collect();
    stage.elasticache().modify_user().user_id(USER).set_passwords(Some(passwords)).send().await.unwrap();
    active(stage).await;
}

/// Waits until the user is active, and first for longer than describe calls lag behind.
async fn active(stage: &Stage) {
    let give_up = Instant::now() + Duration::from_secs(20);
    sleep(quick().stale * 2).await;
    loop {
        let users = stage.elasticache().describe_users().user_id(USER).send().await.unwrap();
        if users.users()[0].status() == Some("active") {
            return;
        }
        assert!(Instant::now() < give_up, "the user stays busy");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Checks that every try failed in setSecret with this class, and returns the message of the first failure.
fn failed_to_set(report: &RotationReport, expected: &str) -> String {
    assert!(!report.succeeded);
    for (step, class, message) in &report.failures {
        assert_eq!((step.as_str(), class.as_str()), ("setSecret", expected), "{message}");
    }
    report.failures[0].2.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_three_rotations_drops_the_oldest_password() {
    let stage = a_user().await;
    let mut passwords = vec![stage.current().await];
    for rotation in 1..=3 {
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!((report.tries, stage.modifications()), (1, rotation));
        passwords.push(stage.current().await);
        let (kept, dropped) = passwords.split_last_chunk::<2>().map(|(dropped, kept)| (kept, dropped)).unwrap();
        for password in kept {
            assert!(stage.accepts(password).await);
        }
        for password in dropped {
            assert_eq!(stage.accepting(password).await, 0);
        }
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cache_of_the_user_must_accept_the_new_password() {
    let timing = Timing { spread: Duration::from_millis(600), ..quick() };
    let stage = Stage::set(StageOptions { timing, ..options() }).await;
    create_user_group(&stage.sandbox, "other-users", USER).await.unwrap();
    create_serverless_cache(&stage.sandbox, "basket", "other-users").await.unwrap();
    assert!(basket_accepts(&stage, &stage.first_token()).await);
    stage.sandbox.elasticache.set_status_lies(true);
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    let current = stage.current().await;
    assert!(stage.accepts(&current).await && basket_accepts(&stage, &current).await);
    assert!(basket_accepts(&stage, &stage.first_token()).await);
    assert_eq!(stage.modifications(), 1);
    let asked = stage.sandbox.runner.invocations().into_iter().find(|ended| ended.label == "finishSecret").unwrap();
    let outcome = Outcome::of(asked);
    // Each node of the group, and both endpoints of the cache.
    assert_eq!(outcome.logins(), Some(stage.nodes() as u64 + 2), "{outcome}");
    stage.stop().await;
}

/// Whether every node of the serverless cache accepts this password of the user.
async fn basket_accepts(stage: &Stage, password: &SecretString) -> bool {
    let nodes = Site::ServerlessCache("basket".to_owned()).nodes(&stage.sandbox);
    nodes::accepting(&stage.sandbox, &nodes, stage.target.username.as_deref(), password).await == nodes.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_password_that_is_not_in_the_secret_is_not_replaced() {
    let stage = a_user().await;
    set_passwords(&stage, &[UNKNOWN, stage.first_token().expose_secret()]).await;
    let changes = stage.modifications();
    let message = failed_to_set(&stage.rotate().await, "NeedsHuman");
    assert!(message.contains("AWSPREVIOUS") && message.contains("Nothing was changed"), "{message}");
    assert_eq!(stage.modifications(), changes);
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    assert!(stage.accepts(&stage.first_token()).await);
    assert!(stage.accepts(&UNKNOWN.into()).await);

    // Do what the message says.
    set_passwords(&stage, &[stage.first_token().expose_secret()]).await;
    assert_eq!(stage.start_rotation().await, Err("InvalidRequestException".to_owned()));
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_added_after_a_rotation_is_not_replaced() {
    let stage = a_user().await;
    assert!(stage.rotate().await.succeeded);
    let current = stage.current().await;
    set_passwords(&stage, &[current.expose_secret(), UNKNOWN]).await;
    let changes = stage.modifications();
    failed_to_set(&stage.rotate().await, "NeedsHuman");
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&current).await && stage.accepts(&UNKNOWN.into()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awsprevious_equal_to_awscurrent_does_not_allow_another_password_to_be_replaced() {
    let stage = a_user().await;
    stage.put(stage.first_token().expose_secret(), &["AWSCURRENT"]).await;
    assert_eq!(stage.value("AWSPREVIOUS").await, stage.value("AWSCURRENT").await);
    set_passwords(&stage, &[UNKNOWN, stage.first_token().expose_secret()]).await;
    let changes = stage.modifications();
    failed_to_set(&stage.rotate().await, "NeedsHuman");
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&UNKNOWN.into()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_password_is_refused() {
    for (kind, named) in
        [(InputAuthenticationType::Iam, "IAM"), (InputAuthenticationType::NoPassword, "no password to rotate")]
    {
        let rotation = RotationTiming::new(1, Duration::ZERO);
        let stage = Stage::set(StageOptions { rotation, ..options() }).await;
        let mode = AuthenticationMode::builder().r#type(kind.clone()).build();
        if kind == InputAuthenticationType::Iam {
            // For IAM authentication, ElastiCache requires that a user's id is its name.
            let create = stage.elasticache().create_user().user_id("robot").user_name("robot").engine("redis");
            create.access_string("on ~* +@all").authentication_mode(mode).send().await.unwrap();
            let settings = serde_json::json!({
                "name": "orders",
                "backend": { "type": "elasticache-user", "user_id": "robot" },
                "secret": { "id": "orders/redis" },
            });
            stage.put_settings(&settings).await;
        } else {
            stage.elasticache().modify_user().user_id(USER).authentication_mode(mode).send().await.unwrap();
            active(&stage).await;
        }
        let changes = stage.modifications();
        let message = failed_to_set(&stage.rotate().await, "Permanent");
        assert!(message.contains(named), "{message}");
        assert_eq!(stage.modifications(), changes);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_and_a_user_without_a_cache_are_refused() {
    let rotation = RotationTiming::new(1, Duration::ZERO);
    let stage = Stage::set(StageOptions { rotation, ..options() }).await;
    for (id, named) in [("nobody-there", "UserNotFound"), ("lonely", "is on no cache")] {
        if id == "lonely" {
            let create = stage.elasticache().create_user().user_id(id).user_name(id).engine("redis");
            create.access_string("on ~* +@all").passwords(UNKNOWN).send().await.unwrap();
        }
        let settings = serde_json::json!({
            "name": "orders",
            "backend": { "type": "elasticache-user", "user_id": id },
            "secret": { "id": "orders/redis" },
        });
        stage.put_settings(&settings).await;
        // Secrets Manager retries the rotation that the first refusal left pending.
        let _ = stage.start_rotation().await;
        let message = failed_to_set(&stage.settled().await, "Permanent");
        assert!(message.contains(named), "{message}");
    }
    assert_eq!(stage.modifications(), 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_permission_to_ping_is_rotated() {
    let stage = a_user().await;
    let access = stage.elasticache().modify_user().user_id(USER).access_string("on ~* -@all +get +set +select");
    access.send().await.unwrap();
    active(&stage).await;
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    assert!(stage.accepts(&stage.current().await).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_busy_user_and_then_changes_it_once() {
    let timing = Timing { modify: Duration::from_secs(2), ..quick() };
    let stage = Stage::set(StageOptions { timing, ..options() }).await;
    stage.elasticache().modify_user().user_id(USER).append_access_string("-flushall").send().await.unwrap();
    sleep(quick().stale * 2).await;
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!((report.tries, stage.modifications()), (1, 2), "one by hand, one by the function");
    let refused = stage.sandbox.journal.entries().into_iter().filter(|entry| entry.operation == "ModifyUser");
    assert_eq!(refused.count(), 2, "no call was refused");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_the_name_of_another_user_is_refused() {
    let stage = Stage::set(StageOptions { json_key: Some("password"), ..options() }).await;
    // The id instead of the name.
    let foreign = serde_json::json!({ "username": USER, "password": stage.first_token().expose_secret() });
    stage.put(&foreign.to_string(), &["AWSCURRENT"]).await;
    let message = failed_to_set(&stage.rotate().await, "NeedsHuman");
    assert!(message.contains("\"username\""), "{message}");
    assert_eq!(stage.modifications(), 0);
    stage.stop().await;
}
