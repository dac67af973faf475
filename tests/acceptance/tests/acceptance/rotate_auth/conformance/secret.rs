//! The conformance suite: what happens to the secret.

use acceptance::{Flavour, STEPS, Stage, StageOptions, class};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::stage;

pub(super) async fn a_new_credential_is_long_legal_and_safe_in_a_url(flavour: Flavour) {
    let stage = stage(flavour).await;
    assert!(stage.rotate().await.succeeded);
    assert!(flavour.is_well_formed(stage.current().await.expose_secret()));
    stage.stop().await;
}

pub(super) async fn a_json_secret_keeps_its_other_keys(flavour: Flavour) {
    let stage = Stage::set(StageOptions { flavour, json_key: Some("token"), ..StageOptions::default() }).await;
    let before: Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    let mut after: Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    assert_ne!(after["token"], before["token"]);
    assert!(stage.accepts(&stage.current().await).await);
    after["token"] = before["token"].clone();
    assert!(after == before && before.as_object().unwrap().len() > 1, "another key has changed");
    stage.stop().await;
}

pub(super) async fn a_secret_of_another_redis_is_refused_before_any_change(flavour: Flavour) {
    refused_for(flavour, "host", "elsewhere.example").await;
}

pub(super) async fn a_secret_of_another_user_is_refused_before_any_change(flavour: Flavour) {
    refused_for(flavour, "username", "nobody-here").await;
}

/// Rotates a secret whose JSON does not match its Redis.
async fn refused_for(flavour: Flavour, key: &str, value: &str) {
    let stage = Stage::set(StageOptions { flavour, json_key: Some("token"), ..StageOptions::default() }).await;
    let foreign = json!({ key: value, "token": stage.first_token().expose_secret() });
    stage.put(&foreign.to_string(), &["AWSCURRENT"]).await;
    let report = stage.rotate().await;
    assert!(!report.succeeded);
    let (step, class, message) = &report.failures[0];
    assert_eq!((step.as_str(), class.as_str()), ("setSecret", "NeedsHuman"), "{message}");
    assert!(message.contains(&format!("{key:?}")), "{message}");
    assert_eq!(stage.modifications(), 0);
    stage.stop().await;
}

pub(super) async fn a_pending_credential_put_by_hand_becomes_current(flavour: Flavour) {
    let stage = stage(flavour).await;
    let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await.unwrap();
    assert_eq!(described.rotation_enabled, None, "DescribeSecret has no RotationEnabled before the first rotation");
    let by_hand = stage.put_by_hand();
    let version = stage.put_credential(&by_hand, &["AWSPENDING"]).await;
    for step in STEPS {
        let ended = stage.call(step, &version).await;
        assert_eq!(class(&ended.result), "none", "{ended:?}");
    }
    assert_eq!(stage.current().await.expose_secret(), by_hand.expose_secret());
    stage.stop().await;
}

pub(super) async fn an_illegal_pending_credential_of_an_earlier_run_is_replaced(flavour: Flavour) {
    let stage = stage(flavour).await;
    let bad = stage.put_credential(&"not legal/anywhere@at,all%0123".into(), &["AWSPENDING"]).await;
    assert_eq!(stage.start_rotation().await, Err("InvalidRequestException".to_owned()));
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_ne!(report.version_id, bad);
    assert!(stage.accepts(&stage.current().await).await);
    assert_eq!(stage.modifications(), flavour.calls_per_change(stage.nodes()));
    stage.stop().await;
}

pub(super) async fn a_test_of_the_settings_has_no_side_effects(flavour: Flavour) {
    let stage = stage(flavour).await;
    let before = stage.sandbox.secrets_manager.values();
    let report = stage.test_only().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(stage.modifications(), 0);
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    assert_eq!(stage.value("AWSPENDING").await, None);
    let reads = ["Describe", "Get", "List", flavour.login()];
    let written = stage
        .sandbox
        .journal
        .entries()
        .into_iter()
        .filter(|entry| entry.invocation.is_some() && !reads.iter().any(|verb| entry.operation.starts_with(verb)));
    assert_eq!(written.map(|entry| entry.operation).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(stage.sandbox.secrets_manager.values().iter().all(|value| before.contains(value)));
    stage.sandbox.secrets_manager.test_with_empty_pending(true);
    let report = stage.test_only().await;
    assert!(report.succeeded, "{report:?}");
    stage.stop().await;
}
