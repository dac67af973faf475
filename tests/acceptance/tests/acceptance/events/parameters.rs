//! `Parameter Store Change`.

use aws_sdk_ssm::{Client, types::ParameterType};
use serde_json::json;

use super::{LISTENER, assert_like, received, start};

#[tokio::test]
async fn every_change_of_a_parameter_sends_an_event_without_its_value() {
    let sandbox = start().await;
    let client = Client::new(&sandbox.sdk_config());
    sandbox.events.route("aws.ssm", "Parameter Store Change", LISTENER).unwrap();
    let put = |value: &str| client.put_parameter().name("/app/redis/url").value(value).overwrite(true);
    let secure = put("s3cret-one").r#type(ParameterType::SecureString).description("where it is");
    secure.send().await.unwrap();
    put("s3cret-two").send().await.unwrap();
    for version in [1, 2] {
        let label = client.label_parameter_version().name("/app/redis/url").parameter_version(version);
        label.labels("current").labels("current-too").send().await.unwrap();
    }
    // A refused call changes nothing and sends no event.
    client.put_parameter().name("/app/redis/url").value("x").send().await.unwrap_err();
    client.delete_parameters().names("/app/redis/url").names("/none").send().await.unwrap();
    let plain = client.put_parameter().name("plain").value("v").r#type(ParameterType::String);
    plain.send().await.unwrap();
    let events = received(&sandbox).await;
    let said: Vec<_> = events.iter().map(|event| event["detail"]["operation"].as_str().unwrap()).collect();
    let labelled = "LabelParameterVersion";
    assert_eq!(said, ["Create", "Update", labelled, labelled, "Delete", "Create"]);
    for (event, sample) in events[..5].iter().zip(["change", "change", "labelled", "labelled", "change"]) {
        match sample {
            "change" => assert_like(event, "parameter-store-change", &[]),
            _ => assert_like(event, "parameter-labelled", &["description"]),
        }
        assert_eq!(event["resources"], json!(["arn:aws:ssm:us-east-1:123456789012:parameter/app/redis/url"]));
        let detail = &event["detail"];
        assert_eq!((&detail["name"], &detail["type"]), (&json!("/app/redis/url"), &json!("SecureString")));
    }
    for (event, from, to) in [(&events[2], "", "1"), (&events[3], "1", "2")] {
        let detail = &event["detail"];
        assert_eq!(
            (&detail["label"], &detail["fromVersion"], &detail["toVersion"]),
            (&json!("current"), &json!(from), &json!(to))
        );
    }
    assert_eq!(events[5]["detail"], json!({ "operation": "Create", "name": "plain", "type": "String" }));
    assert_eq!(events[5]["resources"], json!(["arn:aws:ssm:us-east-1:123456789012:parameter/plain"]));
    assert!(!format!("{:?}", sandbox.events.deliveries()).contains("s3cret"));
    sandbox.stop().await.unwrap();
}
