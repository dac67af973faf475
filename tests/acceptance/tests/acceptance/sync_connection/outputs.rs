//! The outputs have the connection parameters of the target.

use acceptance::{
    Flavour, List, Stage, StageOptions,
    connection::{NAME, dry_run, outcome_of, sync},
};
use aws_sdk_ssm::types::ParameterType;
use redis::cmd;
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
};
use secrecy::ExposeSecret;
use serde_json::json;

use super::publishing::{
    HOST, LAMBDA, SECRET, URL, edit, environment, keys, outputs, parameter, publishing, settle, writes,
};

async fn by_default() -> Stage {
    publishing(StageOptions::default(), &outputs()).await
}

/// Checks that every output has the current connection parameters.
async fn assert_published(stage: &Stage) {
    let current = stage.current().await;
    let (url, _) = parameter(stage, URL).await.unwrap();
    let (host, port) = url.rsplit_once('@').unwrap().1.split_once('/').unwrap().0.split_once(':').unwrap();
    assert_eq!(url, format!("rediss://:{}@{host}:{port}/0?ssl_cert_reqs=required", current.expose_secret()));
    assert_eq!(parameter(stage, HOST).await.unwrap().0, format!("{host}:{port}"));
    let environment = environment(stage).await;
    let variable = |name: &str| environment.get(name).map(String::as_str);
    assert_eq!((variable("REDIS_HOST"), variable("REDIS_TLS")), (Some(host), Some("true")));
    assert_eq!(variable("REDIS_PASSWORD_SECRET_ARN"), Some(stage.target.secret_arn.as_str()));
    assert_eq!((variable("OTHER"), environment.len()), (Some("unchanged"), 4));
    assert_eq!(keys(stage).await, json!({ "other": "unchanged", "redis_password": current.expose_secret() }));
    assert!(stage.accepts(&current).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_output_is_written_with_urls_last_and_a_second_run_writes_nothing() {
    let stage = by_default().await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.status(), "done", "{outcome}");
    let expected = [
        format!("write-parameter the parameter {HOST}"),
        format!("write-environment the Lambda function {LAMBDA}"),
        format!("write-secret-keys the secret {SECRET}"),
        format!("write-parameter the parameter {URL}"),
    ];
    assert_eq!(outcome.actions_at(List::Done), expected);
    assert_published(&stage).await;
    let before = writes(&stage);
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), outcome.logins()), ("kept", Some(0)), "{outcome}");
    assert_eq!(outcome.entries(List::Kept).iter().filter(|(what, _)| *what == "output").count(), 4);
    assert_eq!(writes(&stage), before);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_credential_is_published_and_the_value_before_it_is_labelled_previous() {
    let stage = by_default().await;
    sync(&stage).await;
    let (before, first) = parameter(&stage, URL).await.unwrap();
    for rotation in 1..=3 {
        assert!(stage.rotate().await.succeeded);
        let outcome = sync(&stage).await;
        assert_eq!(outcome.actions_at(List::Done).len(), 2, "unchanged outputs are not written: {outcome}");
        assert_published(&stage).await;
        let (current, version) = parameter(&stage, &format!("{URL}:current")).await.unwrap();
        assert_eq!(version, first + rotation);
        assert_eq!(parameter(&stage, URL).await.unwrap().0, current);
        let (previous, labelled) = parameter(&stage, &format!("{URL}:previous")).await.unwrap();
        assert_eq!(labelled, version - 1);
        assert!(rotation > 1 || previous == before);
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_with_the_maximum_number_of_versions_can_still_be_published() {
    let stage =
        publishing(StageOptions::default(), &json!([{ "type": "ssm-parameter", "name": HOST, "value": "{host}" }]))
            .await;
    for round in 0..3 {
        edit(&stage, HOST, &format!("by hand {round}"), ParameterType::SecureString).await;
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "done", "{outcome}");
        // As many versions as Parameter Store keeps after the labelled one.
        for version in 0..97 {
            edit(&stage, HOST, &format!("by hand {round} {version}"), ParameterType::SecureString).await;
        }
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "done", "{outcome}");
    }
    assert_eq!(parameter(&stage, HOST).await, parameter(&stage, &format!("{HOST}:current")).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_was_edited_by_hand_is_overwritten_or_only_reported() {
    let stage = by_default().await;
    sync(&stage).await;
    let (published, _) = parameter(&stage, HOST).await.unwrap();
    edit(&stage, HOST, "elsewhere:6379", ParameterType::String).await;
    let mut reporting = outputs();
    reporting[1]["drift"] = json!("report");
    settle(&stage, &reporting).await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.status(), "kept", "{outcome}");
    assert!(outcome.entries(List::Kept)[1].1.contains("by hand"), "{outcome}");
    assert_eq!(parameter(&stage, HOST).await.unwrap().0, "elsewhere:6379");
    settle(&stage, &outputs()).await;
    let outcome = sync(&stage).await;
    assert!(outcome.entries(List::Done)[0].1.contains("by hand"), "{outcome}");
    assert_eq!(parameter(&stage, HOST).await.unwrap().0, published);
    assert_eq!(
        parameter(&stage, &format!("{HOST}:previous")).await.unwrap().0,
        published,
        "not the value written by hand"
    );
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_becomes_plain_text_meanwhile_is_written_encrypted() {
    let stage = by_default().await;
    sync(&stage).await;
    assert!(stage.rotate().await.succeeded);
    stage.arm(Rule::new(NAME, At::operation("PutParameter"), What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        edit(&stage, URL, "plain", ParameterType::String).await;
        stage.sandbox.faults.release();
    };
    let (outcome, ()) = tokio::join!(sync(&stage), meanwhile);
    assert_eq!(outcome.status(), "done", "{outcome}");
    let shown = stage.ssm().get_parameter().name(URL).send().await.unwrap().parameter.unwrap();
    assert_eq!(shown.r#type(), Some(&ParameterType::SecureString));
    assert!(!shown.value().unwrap().contains(stage.current().await.expose_secret()));
    assert_published(&stage).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_does_not_log_in_is_not_published() {
    let stage = by_default().await;
    sync(&stage).await;
    let before = (writes(&stage), parameter(&stage, URL).await);
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    let put = writes(&stage);
    let outcome = sync(&stage).await;
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    let failure = outcome.failure().unwrap();
    assert!(failure.contains("`outputs[0]`") && failure.contains("(WRONGPASS)"), "{failure}");
    assert!(failure.contains("Nothing was changed"), "{failure}");
    let planned = dry_run(&stage).await;
    assert_eq!((planned.status(), planned.planned().len()), ("needs-human", 0), "{planned}");
    assert_eq!(planned.failure(), outcome.failure(), "a dry run fails where the run would");
    assert_eq!((writes(&stage), parameter(&stage, URL).await), (put, before.1));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_is_written_while_one_of_them_cannot_be() {
    let lambda =
        |name: &str| json!({ "type": "lambda-environment", "function_name": name, "variables": { "HOST": "{host}" } });
    for (broken, named) in [
        (json!({ "type": "ssm-parameter", "name": "/orders/long", "value": "{url}".repeat(90) }), "advanced"),
        (json!({ "type": "ssm-parameter", "name": "/orders/reader", "value": "{rest_url}" }), "no REST API"),
        (
            json!({ "type": "ssm-parameter", "name": "/orders/db", "value": "{url}", "url": { "scheme": "redis" } }),
            "TLS",
        ),
        (lambda("full"), "4096"),
        (lambda("missing"), "missing"),
        (json!({ "type": "secret-keys", "secret_id": "missing", "keys": { "host": "{host}" } }), "missing"),
        (json!({ "type": "secret-keys", "secret_id": "orders/raw", "keys": { "host": "{host}" } }), "no JSON object"),
        (json!({ "type": "secret-keys", "secret_id": "orders/bytes", "keys": { "host": "{host}" } }), "is binary"),
        (json!({ "type": "ssm-parameter", "name": "/orders/other-type", "value": "{url}" }), "`outputs[1].kind`"),
    ] {
        let fine = json!({ "type": "ssm-parameter", "name": HOST, "value": "{host}" });
        let stage = publishing(StageOptions::default(), &json!([fine, broken])).await;
        stage.sandbox.lambda.create("full", [("LONG".to_owned(), "x".repeat(4070))].into());
        stage.secrets.create_secret().name("orders/raw").secret_string("a raw password").send().await.unwrap();
        let bytes = aws_sdk_secretsmanager::primitives::Blob::new([0, 255]);
        stage.secrets.create_secret().name("orders/bytes").secret_binary(bytes).send().await.unwrap();
        edit(&stage, "/orders/other-type", "text", ParameterType::String).await;
        let before = writes(&stage);
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "permanent", "{outcome}");
        let failure = outcome.failure().unwrap();
        assert!(failure.contains(named) && !failure.contains("a raw password"), "{failure}");
        assert_eq!((writes(&stage), parameter(&stage, HOST).await), (before, None));
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_plans_writes_and_shows_no_secret() {
    let stage = by_default().await;
    let before = writes(&stage);
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!((outcome.status(), outcome.entries(List::Planned).len()), ("kept", 4), "{outcome}");
    assert_eq!(writes(&stage), before);
    assert!(!outcome.to_string().contains(stage.current().await.expose_secret()));
    sync(&stage).await;
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!(outcome.entries(List::Planned).len(), 0, "nothing is left to plan");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_someone_else_writes_meanwhile_is_kept() {
    let stage = by_default().await;
    let lambda = aws_sdk_lambda::Client::new(&stage.sandbox.sdk_config());
    stage.arm(Rule::new(NAME, At::operation("UpdateFunctionConfiguration"), What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        let variables = [("OTHER", "unchanged"), ("THEIRS", "new")];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let environment = aws_sdk_lambda::types::Environment::builder().set_variables(Some(variables)).build();
        lambda.update_function_configuration().function_name(LAMBDA).environment(environment).send().await.unwrap();
        stage.sandbox.faults.release();
    };
    let (outcome, ()) = tokio::join!(sync(&stage), meanwhile);
    let environment = environment(&stage).await;
    assert_eq!(environment.get("THEIRS").map(String::as_str), Some("new"), "{outcome}");
    assert!(environment.contains_key("REDIS_HOST") && environment.len() == 5, "{outcome}");
    stage.stop().await;
}

/// Connects with the redis crate and only the published URL.
#[tokio::test(flavor = "multi_thread")]
async fn the_published_url_of_a_redis_without_tls_logs_in() {
    let plain = [Flavour::Fargate, Flavour::SelfHosted(SetUp::ConfigFile)];
    for flavour in plain {
        let stage = publishing(StageOptions { flavour, ..StageOptions::default() }, &json!([])).await;
        let mut document = stage.settings();
        document["backend"].as_object_mut().unwrap().remove("host");
        document["outputs"] = json!([{ "type": "ssm-parameter", "name": URL, "value": "{url}" }]);
        stage.put_settings(&document).await;
        for _ in 0..2 {
            let outcome = sync(&stage).await;
            assert_eq!(outcome.status(), "done", "{flavour:?}: {outcome}");
            let (url, _) = parameter(&stage, URL).await.unwrap();
            assert!(url.starts_with("redis://:"), "{flavour:?}");
            let client = redis::Client::open(url).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            cmd("SET").arg("written").arg("by a client").exec_async(&mut connection).await.unwrap();
            assert!(stage.rotate().await.succeeded);
        }
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_endpoints_of_every_cache_are_published() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser, Flavour::ElasticacheServerless] {
        let wanted = json!([
            { "type": "ssm-parameter", "name": URL, "value": "{url}" },
            { "type": "ssm-parameter", "name": "/orders/redis/reader", "value": "{reader_url}" },
            { "type": "ssm-parameter", "name": "/orders/redis/user", "value": "{username}", "kind": "string" },
        ]);
        let stage = publishing(StageOptions { flavour, ..StageOptions::default() }, &wanted).await;
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "done", "{flavour:?}: {outcome}");
        assert_eq!(outcome.logins(), Some(2), "{outcome}");
        let (url, reader) =
            (parameter(&stage, URL).await.unwrap().0, parameter(&stage, "/orders/redis/reader").await.unwrap().0);
        assert_ne!(url, reader);
        let username = stage.target.username.as_deref().unwrap_or("default");
        assert_eq!(parameter(&stage, "/orders/redis/user").await.unwrap().0, username);
        assert_eq!(url.contains(&format!("//{username}:")), username != "default");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_an_interrupted_run_did_not_move_is_moved_by_the_next() {
    let stage = by_default().await;
    sync(&stage).await;
    let (value, version) = parameter(&stage, HOST).await.unwrap();
    edit(&stage, HOST, &value, ParameterType::String).await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.entries(List::Done).iter().map(|(what, _)| *what).collect::<Vec<_>>(), ["label-parameter"]);
    assert_eq!(parameter(&stage, &format!("{HOST}:current")).await, Some((value, version + 1)));
    let labels = stage.ssm().get_parameter_history().name(HOST).send().await.unwrap();
    assert_eq!(labels.parameters().len(), 2);
    stage.stop().await;
}
