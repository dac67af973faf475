//! What is refused before anything is touched, with a class and a way out.

use sandbox::upstash::{Plan, Way};
use secrecy::ExposeSecret;
use serde_json::json;

use super::stage::{Stage, same};

/// Holds that a rotation was refused like this, and that nothing happened to the database.
async fn holds(stage: Stage, step: &str, class: &str, words: &[&str]) {
    let first = stage.refused().await;
    assert_eq!((first.0.as_str(), first.1.as_str()), (step, class), "{}", first.2);
    for word in words {
        assert!(first.2.contains(word), "{word:?} in {}", first.2);
    }
    for operation in ["ResetPassword", "Rest ACL SETUSER"] {
        assert_eq!(stage.effective(operation), 0, "{operation}");
    }
    assert!(stage.accepts(&stage.target.first_token).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_plan_has_no_acl_is_refused_before_anything_is_changed() {
    let stage = Stage::with(Way::Acl, Plan::Free, 1).await;
    holds(stage, "createSecret", "Permanent", &["ACL GETUSER", "paid", "`reset`"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_is_not_there_is_refused_and_not_made() {
    let stage = Stage::with(Way::Acl, Plan::Paid, 1).await;
    stage.settings(|backend| backend["renewal"]["username"] = json!("nobody")).await;
    holds(stage, "createSecret", "Permanent", &["nobody", "is not there"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_is_none_is_refused() {
    for (key, words) in [
        (json!({ "token": "AXdead" }), "refuses the token in the secret orders/upstash"),
        (json!({ "tokens": "x" }), "\"token\""),
        (json!(["x"]), "\"token\""),
    ] {
        let stage = Stage::with(Way::Acl, Plan::Paid, 1).await;
        stage.put_key(&key).await;
        holds(stage, "createSecret", "Permanent", &[words]).await;
    }
    let stage = Stage::with(Way::Acl, Plan::Paid, 1).await;
    stage.put_key(&json!({ "token": stage.target.first_token.expose_secret() })).await;
    holds(stage, "createSecret", "Permanent", &["`+acl`"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_credentials_nobody_sees_is_not_reset() {
    let stage = Stage::with(Way::Reset, Plan::Paid, 2).await;
    stage.target.database.protect(true);
    holds(stage, "createSecret", "Permanent", &["Credential Protection", "Nothing was touched"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_of_the_developer_api_is_refused_by_the_name_of_its_secret() {
    for (key, words) in [
        (json!({ "email": "platform@example.com", "api_key": "wrong" }), ["401", "orders/upstash"]),
        (json!({ "email": "platform@example.com" }), ["\"api_key\"", "orders/upstash"]),
    ] {
        let stage = Stage::with(Way::Reset, Plan::Paid, 1).await;
        stage.put_key(&key).await;
        holds(stage, "createSecret", "Permanent", &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_name_another_database_are_refused() {
    let stage = Stage::with(Way::Reset, Plan::Paid, 1).await;
    stage.settings(|backend| backend["renewal"]["database_id"] = json!("nowhere")).await;
    holds(stage, "createSecret", "Permanent", &["404", "`backend.renewal.database_id`"]).await;

    let stage = Stage::with(Way::Reset, Plan::Paid, 1).await;
    let other = stage.sandbox.upstash.create("billing", Plan::Paid).await.unwrap();
    let token = other.token();
    stage.settings(|backend| backend["renewal"]["database_id"] = json!(other.id)).await;
    let first = stage.refused().await;
    assert_eq!((first.0.as_str(), first.1.as_str()), ("createSecret", "Permanent"), "{}", first.2);
    assert!(first.2.contains("`backend.endpoint`"), "{}", first.2);
    assert_eq!(stage.effective("ResetPassword"), 0);
    assert!(same(&token, &other.token()));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_url_leads_elsewhere_needs_a_human() {
    for (way, step) in [(Way::Reset, "createSecret"), (Way::Acl, "setSecret")] {
        let stage = Stage::with(way, Plan::Paid, 1).await;
        let token = stage.target.first_token.expose_secret();
        stage.put_value(&json!({ "url": "https://elsewhere.upstash.io", "token": token }), &["AWSCURRENT"]).await;
        holds(stage, step, "NeedsHuman", &["\"url\""]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_the_databases_own_needs_a_human_before_a_reset() {
    let stage = Stage::with(Way::Reset, Plan::Paid, 1).await;
    let app = stage.target.database.create_user("app", &["~*", "+@all"]).await.unwrap();
    stage.put(app.expose_secret(), &["AWSCURRENT"]).await;
    holds(stage, "createSecret", "NeedsHuman", &["not the database's own REST token"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_nothing_known_logs_in_to_needs_a_human() {
    let stage = Stage::with(Way::Reset, Plan::Paid, 1).await;
    stage.target.database.protect(true);
    stage.put(stage.target.database.make_token_for_nobody("default").expose_secret(), &["AWSCURRENT"]).await;
    holds(stage, "createSecret", "NeedsHuman", &["accepts neither"]).await;
}
