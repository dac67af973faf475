//! `Secret Label Updated`.

use acceptance::{Stage, StageOptions, retirement};
use aws_sdk_secretsmanager::Client;
use serde_json::Value;

use super::{LISTENER, PATIENCE, assert_like, received, start};

const FIRST: &str = "11111111-1111-4111-8111-111111111111";
const SECOND: &str = "22222222-2222-4222-8222-222222222222";

fn labels(events: &[Value]) -> Vec<(&str, &str)> {
    let said = |event: &'_ Value, name: &str| event["detail"][name].as_str().unwrap().to_owned();
    let mut labels: Vec<_> = Vec::new();
    for event in events {
        assert_eq!(said(event, "name"), "app/redis");
        let detail = &event["detail"];
        labels.push((detail["labelUpdated"].as_str().unwrap(), detail["versionId"].as_str().unwrap()));
    }
    labels.sort_unstable();
    labels
}

#[tokio::test]
async fn a_moved_label_sends_an_event_unless_it_is_awspending_or_awsprevious() {
    let sandbox = start().await;
    let client = Client::new(&sandbox.sdk_config());
    let create = client.create_secret().name("app/redis").client_request_token(FIRST).secret_string("one");
    let arn = create.send().await.unwrap().arn.unwrap();
    sandbox.events.route("aws.secretsmanager", "Secret Label Updated", LISTENER).unwrap();
    let put = |stage: &str| {
        let put = client.put_secret_value().secret_id("app/redis").client_request_token(SECOND).secret_string("two");
        put.version_stages(stage).send()
    };
    put("AWSPENDING").await.unwrap();
    assert!(received(&sandbox).await.is_empty());
    let update = |stage: &str, from: Option<&str>, to: Option<&str>| {
        let update = client.update_secret_version_stage().secret_id("app/redis").version_stage(stage);
        update.set_remove_from_version_id(from.map(str::to_owned)).set_move_to_version_id(to.map(str::to_owned)).send()
    };
    update("AWSCURRENT", Some(FIRST), Some(SECOND)).await.unwrap();
    update("blue", None, Some(FIRST)).await.unwrap();
    update("blue", Some(FIRST), Some(SECOND)).await.unwrap();
    // No label moves: it is there already, is removed, or the call is refused.
    update("blue", Some(SECOND), Some(SECOND)).await.unwrap();
    update("blue", Some(SECOND), None).await.unwrap();
    update("AWSCURRENT", None, Some(FIRST)).await.unwrap_err();
    let events = received(&sandbox).await;
    assert_eq!(labels(&events), [("AWSCURRENT", SECOND), ("blue", FIRST), ("blue", SECOND)]);
    for event in &events {
        assert_like(event, "secret-label-updated", &[]);
        assert_eq!(event["resources"], serde_json::json!([arn]));
    }
    let put = client.put_secret_value().secret_id("app/redis").secret_string("three").send().await.unwrap();
    let third = put.version_id.unwrap();
    assert_eq!(labels(&received(&sandbox).await[3..]), [("AWSCURRENT", third.as_str())]);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_promotion_starts_the_retirement_of_the_previous_credential() {
    let stage = Stage::set(StageOptions::default()).await;
    stage.deploy(retirement::NAME, PATIENCE);
    retirement::settle(&stage, 0, &[]).await;
    stage.sandbox.events.route("aws.secretsmanager", "Secret Label Updated", retirement::NAME).unwrap();
    assert!(stage.rotate().await.succeeded);
    stage.sandbox.events.settled(PATIENCE).await.unwrap();
    assert_eq!(stage.accepting(&stage.first_token()).await, 0);
    // The promotion, and then our own label, which starts nothing.
    let deliveries = stage.sandbox.events.deliveries();
    let said: Vec<_> = deliveries.iter().map(|one| one.payload["detail"]["labelUpdated"].as_str().unwrap()).collect();
    assert_eq!(said, ["AWSCURRENT", retirement::RETIRED]);
    stage.stop().await;
}
