//! What a rotation of an Upstash database refuses before it changes anything.

use acceptance::{Flavour, Stage};
use sandbox::upstash::Plan;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{effective, refused, same, tried_once};

/// Puts another value into the secret with the credential that renews tokens.
async fn put_key(stage: &Stage, value: &Value) {
    let put = stage.secrets.put_secret_value().secret_id("orders/upstash").secret_string(value.to_string());
    put.send().await.unwrap();
}

/// Changes a key of `renewal` in the settings.
async fn set_renewal(stage: &Stage, key: &str, value: &str) {
    let mut document = stage.settings();
    document["backend"]["renewal"][key] = json!(value);
    stage.put_settings(&document).await;
}

/// Checks that a rotation fails in this step, with this class and these words, and changes nothing in the database.
async fn assert_refused(stage: Stage, step: &str, class: &str, words: &[&str]) {
    let first = refused(&stage).await;
    assert_eq!((first.0.as_str(), first.1.as_str()), (step, class), "{}", first.2);
    for word in words {
        assert!(first.2.contains(word), "{word:?} in {}", first.2);
    }
    for operation in ["ResetPassword", "Rest ACL SETUSER"] {
        assert_eq!(effective(&stage, operation), 0, "{operation}");
    }
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_a_plan_without_acl_is_refused() {
    let stage = tried_once(Flavour::UpstashAcl).await;
    stage.database().set_plan(Plan::Free);
    assert_refused(stage, "createSecret", "Permanent", &["ACL GETUSER", "paid", "`reset`"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_is_refused_and_not_created() {
    let stage = tried_once(Flavour::UpstashAcl).await;
    set_renewal(&stage, "username", "nobody").await;
    assert_refused(stage, "createSecret", "Permanent", &["nobody", "does not exist"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_admin_token_is_refused() {
    for (key, words) in [
        (json!({ "token": "AXdead" }), "refuses the token in the secret orders/upstash"),
        (json!({ "tokens": "x" }), "\"token\""),
        (json!(["x"]), "\"token\""),
    ] {
        let stage = tried_once(Flavour::UpstashAcl).await;
        put_key(&stage, &key).await;
        assert_refused(stage, "createSecret", "Permanent", &[words]).await;
    }
    let stage = tried_once(Flavour::UpstashAcl).await;
    put_key(&stage, &json!({ "token": stage.first_token().expose_secret() })).await;
    assert_refused(stage, "createSecret", "Permanent", &["`+acl`"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_credential_protection_is_not_reset() {
    let stage = tried_once(Flavour::UpstashReset).await;
    stage.database().protect(true);
    assert_refused(stage, "createSecret", "Permanent", &["Credential Protection", "Nothing was changed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_api_key_is_refused_with_the_name_of_its_secret() {
    for (key, words) in [
        (json!({ "email": "platform@example.com", "api_key": "wrong" }), ["401", "orders/upstash"]),
        (json!({ "email": "platform@example.com" }), ["\"api_key\"", "orders/upstash"]),
    ] {
        let stage = tried_once(Flavour::UpstashReset).await;
        put_key(&stage, &key).await;
        assert_refused(stage, "createSecret", "Permanent", &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_name_another_database_are_refused() {
    let stage = tried_once(Flavour::UpstashReset).await;
    set_renewal(&stage, "database_id", "nowhere").await;
    assert_refused(stage, "createSecret", "Permanent", &["404", "`backend.renewal.database_id`"]).await;

    let stage = tried_once(Flavour::UpstashReset).await;
    let other = stage.sandbox.upstash.create("billing", Plan::Paid).await.unwrap();
    let token = other.token();
    set_renewal(&stage, "database_id", &other.id).await;
    let first = refused(&stage).await;
    assert_eq!((first.0.as_str(), first.1.as_str()), ("createSecret", "Permanent"), "{}", first.2);
    assert!(first.2.contains("`backend.endpoint`"), "{}", first.2);
    assert_eq!(effective(&stage, "ResetPassword"), 0);
    assert!(same(&token, &other.token()));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_the_url_of_another_database_needs_a_human() {
    for (flavour, step) in [(Flavour::UpstashReset, "createSecret"), (Flavour::UpstashAcl, "setSecret")] {
        let stage = tried_once(flavour).await;
        let token = stage.first_token();
        let foreign = json!({ "url": "https://elsewhere.upstash.io", "token": token.expose_secret() });
        stage.put(&foreign.to_string(), &["AWSCURRENT"]).await;
        assert_refused(stage, step, "NeedsHuman", &["\"url\""]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_an_acl_user_needs_a_human_before_a_reset() {
    let stage = tried_once(Flavour::UpstashReset).await;
    let app = stage.database().create_user("app", &["~*", "+@all"]).await.unwrap();
    stage.put_credential(&app, &["AWSCURRENT"]).await;
    assert_refused(stage, "createSecret", "NeedsHuman", &["not the database's own REST token"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_accepts_no_known_token_needs_a_human() {
    let stage = tried_once(Flavour::UpstashReset).await;
    stage.database().protect(true);
    stage.put_credential(&stage.database().make_token_for_nobody("default"), &["AWSCURRENT"]).await;
    assert_refused(stage, "createSecret", "NeedsHuman", &["accepts neither"]).await;
}
