//! What a retirement guarantees for Upstash databases, in addition to what every flavour does.

use acceptance::{
    Flavour, List, Stage, StageOptions,
    retirement::{NAME, RETIRED, labels_of_previous, retire, rotated, settle},
    run::TIMEOUT,
};
use serde_json::{Value, json};

async fn a_rotated(flavour: Flavour) -> Stage {
    rotated(StageOptions { flavour, ..StageOptions::default() }).await
}

/// Checks that a run fails with this status and these words, and that the user still has both tokens.
async fn assert_refused(stage: &Stage, outcome: &str, words: &[&str]) {
    let changes = stage.modifications();
    let refusal = retire(stage).await;
    assert_eq!(refusal.status(), outcome, "{refusal}");
    for word in words {
        assert!(refusal.failure().unwrap().contains(word), "{word:?} in {refusal}");
    }
    assert_eq!(refusal.done(), [""; 0]);
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await);
    assert!(!labels_of_previous(stage).await.contains(&RETIRED.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_rotated_by_reset_has_nothing_to_retire_and_is_not_contacted() {
    let stage = a_rotated(Flavour::UpstashReset).await;
    let (current, before) = (stage.current().await, stage.sandbox.journal.entries().len());
    let outcome = retire(&stage).await;
    assert_eq!((outcome.status(), outcome.logins()), ("kept", Some(0)), "{outcome}");
    assert!(outcome.entries(List::Kept)[0].1.contains("nothing to retire"), "{outcome}");
    assert_eq!(outcome.done(), [""; 0]);
    let calls = stage.sandbox.journal.entries().into_iter().skip(before).map(|entry| entry.operation);
    assert_eq!(calls.collect::<Vec<_>>(), ["GetParameterHistory"]);
    assert!(stage.accepts(&current).await && !stage.accepts(&stage.first_token()).await);
    assert!(!labels_of_previous(&stage).await.contains(&RETIRED.to_owned()));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awscurrent_with_the_token_of_another_user_needs_a_human_before_anything_is_removed() {
    let stage = Stage::set(StageOptions { flavour: Flavour::UpstashAcl, ..StageOptions::default() }).await;
    stage.deploy(NAME, TIMEOUT);
    settle(&stage, 0, &[]).await;
    // Put by hand: a rotation never does this.
    stage.put_credential(&stage.database().token(), &["AWSCURRENT"]).await;
    assert_refused(&stage, "needs-human", &["\"default\"", "\"orders-app\""]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_admin_token_is_refused_with_the_name_of_its_secret() {
    let stage = a_rotated(Flavour::UpstashAcl).await;
    for (key, words) in [
        (json!({ "token": "AXdead" }), "refuses the token in the secret orders/upstash"),
        (json!({ "tokens": "x" }), "\"token\""),
    ] {
        put_key(&stage, &key).await;
        assert_refused(&stage, "permanent", &[words, "orders/upstash"]).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_the_url_of_another_database_needs_a_human() {
    let stage = a_rotated(Flavour::UpstashAcl).await;
    assert!(stage.rotate().await.succeeded);
    let mut foreign: Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    foreign["url"] = json!("https://elsewhere.upstash.io");
    let previous = stage.credential("AWSPREVIOUS").await.unwrap();
    stage.put(&foreign.to_string(), &["AWSCURRENT"]).await;
    stage.put_credential(&previous, &["AWSPREVIOUS"]).await;
    let (changes, outcome) = (stage.modifications(), retire(&stage).await);
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    assert!(outcome.failure().unwrap().contains("\"url\""), "{outcome}");
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&previous).await);
    stage.stop().await;
}

/// Puts another value into the secret with the admin token.
async fn put_key(stage: &Stage, value: &Value) {
    let put = stage.secrets.put_secret_value().secret_id("orders/upstash").secret_string(value.to_string());
    put.send().await.unwrap();
}
