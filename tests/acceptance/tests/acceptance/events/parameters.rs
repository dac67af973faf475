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
    let label = client.label_parameter_version().name("/app/redis/url").labels("current");
    label.send().await.unwrap();
    // A refused call changes nothing and sends no event.
    client.put_parameter().name("/app/redis/url").value("x").send().await.unwrap_err();
    client.delete_parameters().names("/app/redis/url").names("/none").send().await.unwrap();
    let plain = client.put_parameter().name("plain").value("v").r#type(ParameterType::String);
    plain.send().await.unwrap();
    let events = received(&sandbox).await;
    let said: Vec<_> = events.iter().map(|event| event["detail"]["operation"].as_str().unwrap()).collect();
    assert_eq!(said, ["Create", "Update", "LabelParameterVersion", "Delete", "Create"]);
    for event in &events[..4] {
        assert_like(event, "parameter-store-change", &[]);
        assert_eq!(event["resources"], json!(["arn:aws:ssm:us-east-1:123456789012:parameter/app/redis/url"]));
        let detail = &event["detail"];
        assert_eq!((&detail["name"], &detail["type"]), (&json!("/app/redis/url"), &json!("SecureString")));
    }
    assert_eq!(events[4]["detail"], json!({ "operation": "Create", "name": "plain", "type": "String" }));
    assert_eq!(events[4]["resources"], json!(["arn:aws:ssm:us-east-1:123456789012:parameter/plain"]));
    assert!(!format!("{:?}", sandbox.events.deliveries()).contains("s3cret"));
    sandbox.stop().await.unwrap();
}
