//! The labels of a parameter's versions, which others use too.

use acceptance::{StageOptions, connection::sync};
use aws_sdk_ssm::types::ParameterType;
use serde_json::json;

use super::publishing::{HOST, edit, parameter, publishing};

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_published_although_others_have_used_up_the_labels_of_the_one_before_it() {
    let outputs = json!([{ "type": "ssm-parameter", "name": HOST, "value": "{host}", "kind": "string" }]);
    let stage = publishing(StageOptions::default(), &outputs).await;
    sync(&stage).await;
    let (host, version) = parameter(&stage, HOST).await.unwrap();
    // With `current`, they are ten, as many as a version can have.
    let labels = ('a'..='i').map(|label| label.to_string()).collect();
    let label = stage.ssm().label_parameter_version().name(HOST).parameter_version(version);
    label.set_labels(Some(labels)).send().await.unwrap();
    edit(&stage, HOST, "elsewhere", ParameterType::String).await;
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), outcome.done()), ("done", vec!["write-parameter"]), "{outcome}");
    assert_eq!(parameter(&stage, &format!("{HOST}:current")).await, Some((host, version + 2)));
    assert_eq!(parameter(&stage, &format!("{HOST}:previous")).await, None);
    stage.stop().await;
}
