//! Tests of the AWS in memory, with the real SDK.

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::{Client, config::SharedAsyncSleep, error::SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use serde_json::json;

use super::InMemory;
use crate::{
    chance, clock,
    delivery::EventTiming,
    faults::{At, Rule, What},
    lambda::{Here, InvocationResult},
    services::secrets_manager::RotationTiming,
};

fn start(seed: u64) -> Arc<InMemory> {
    clock::set("2026-11-30T09:00:00Z".parse().unwrap());
    chance::seed(seed);
    let rotation = RotationTiming { attempts: 5, retry_after: Duration::from_secs(5) };
    let latency = || Duration::from_millis(fastrand::u64(1..30));
    Arc::new(InMemory::new(rotation, EventTiming::default(), Arc::new(latency)))
}

fn client(aws: &InMemory, principal: &str) -> Client {
    let base = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build();
    Client::new(&aws.configure(base, principal))
}

/// A function that reads a secret twice.
fn reader(aws: &Arc<InMemory>) -> Here {
    let aws = aws.clone();
    Here::new(Duration::from_secs(30), move |work| {
        let client = client(&aws, &work.principal);
        Box::pin(async move {
            for _ in 0..2 {
                let read = client.get_secret_value().secret_id("orders").send().await;
                read.map_err(|error| ("Failed".to_owned(), format!("{error:?}")))?;
            }
            Ok(json!("read"))
        })
    })
}

/// Creates a secret, reads it in a function of this process, and returns every call.
async fn story(seed: u64) -> String {
    let aws = start(seed);
    let person = client(&aws, "person");
    person.create_secret().name("orders").secret_string("secret").send().await.unwrap();
    aws.runner.add_here("reader", reader(&aws));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    assert_eq!(ended.result, InvocationResult::Returned(json!("read")));
    aws.stop().await;
    format!("{} {:?}", ended.request_id, aws.journal.entries())
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_calls_at_the_same_times() {
    let first = story(1).await;
    assert!(first.contains("reader.1") && first.contains("GetSecretValue"), "{first}");
    assert_eq!((story(2).await == first, story(1).await == first), (false, true));
}

#[tokio::test(start_paused = true)]
async fn a_fault_kills_a_function_of_this_process_at_its_call() {
    let aws = start(1);
    let person = client(&aws, "person");
    person.create_secret().name("orders").secret_string("secret").send().await.unwrap();
    aws.runner.add_here("reader", reader(&aws));
    aws.faults.arm(Rule::new("reader", At::Call(1), What::KillAfter));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    let InvocationResult::Failed { error_type, .. } = ended.result else { panic!("{ended:?}") };
    assert_eq!((error_type.as_str(), aws.journal.effective("GetSecretValue")), ("Runtime.ExitError", 1));
    aws.faults
        .choose(|place, operation| (place.nth == 2 && operation == "GetSecretValue").then_some(What::InternalError));
    aws.runner.invoke("reader", &json!({}), "read").await;
    assert_eq!(aws.faults.fired(), 2);
    aws.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_response_is_a_dispatch_failure() {
    let aws = start(1);
    aws.runner.add_here("reader", reader(&aws));
    let missing = client(&aws, "person").get_secret_value().secret_id("orders").send().await.unwrap_err();
    assert!(matches!(missing, SdkError::ServiceError(_)), "{missing:?}");
    aws.faults.arm(Rule::new("reader", At::Every, What::Reset).times(100));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    let InvocationResult::Failed { message, .. } = ended.result else { panic!("{ended:?}") };
    assert!(message.starts_with("DispatchFailure"), "{message}");
    aws.stop().await;
}
