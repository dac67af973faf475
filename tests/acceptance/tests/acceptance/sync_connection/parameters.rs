//! A parameter that sync-connection creates is tagged with its target; an existing one is not.

use std::collections::HashMap;

use acceptance::{
    List, Stage, StageOptions,
    connection::{NAME, sync},
};
use aws_sdk_ssm::types::{ParameterType, ResourceTypeForTagging};
use sandbox::faults::{At, Rule, What};
use serde_json::json;

use super::publishing::{HOST, edit, parameter, publishing};

async fn stage() -> Stage {
    let outputs = json!([{ "type": "ssm-parameter", "name": HOST, "value": "{port}", "kind": "string" }]);
    publishing(StageOptions::default(), &outputs).await
}

async fn tags(stage: &Stage) -> HashMap<String, String> {
    let list = stage.ssm().list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(HOST);
    let tags = list.send().await.unwrap().tag_list.unwrap_or_default();
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_parameter_is_tagged_with_its_target_and_an_existing_one_keeps_its_tags() {
    let made = stage().await;
    sync(&made).await;
    let expected = HashMap::from([("redis-lifecycle:target".to_owned(), "orders".to_owned())]);
    assert_eq!((parameter(&made, HOST).await, tags(&made).await), (Some(("6379".to_owned(), 1)), expected));
    made.stop().await;
    let there = stage().await;
    edit(&there, HOST, "by hand", ParameterType::String).await;
    sync(&there).await;
    assert_eq!((parameter(&there, HOST).await, tags(&there).await.len()), (Some(("6379".to_owned(), 2)), 0));
    there.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_someone_creates_meanwhile_is_read_again() {
    let stage = stage().await;
    stage.arm(Rule::new(NAME, At::operation("PutParameter"), What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        edit(&stage, HOST, "by hand", ParameterType::String).await;
        stage.sandbox.faults.release();
    };
    let (outcome, ()) = tokio::join!(sync(&stage), meanwhile);
    assert_eq!((outcome.status(), outcome.entries(List::Done).len()), ("done", 1), "{outcome}");
    assert_eq!(parameter(&stage, HOST).await, Some(("6379".to_owned(), 2)));
    assert_eq!(parameter(&stage, &format!("{HOST}:previous")).await, Some(("by hand".to_owned(), 1)));
    stage.stop().await;
}
