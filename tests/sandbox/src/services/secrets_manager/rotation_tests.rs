//! Rotations, with closures for functions.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use serde_json::{Value, json};

use super::{RotationReport, RotationTiming, SecretsManager, functions::Functions};
use crate::{
    delivery::{EventTiming, Events},
    lambda::Runner,
    wire::{AwsError, Call},
};

const FIRST: &str = "11111111-1111-4111-8111-111111111111";
const SECOND: &str = "22222222-2222-4222-8222-222222222222";
const THIRD: &str = "33333333-3333-4333-8333-333333333333";
const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotator";
const PATIENCE: Duration = Duration::from_secs(5);

/// What the rotator does at its next step, instead of its work.
#[derive(Clone, Copy, PartialEq)]
enum Mishap {
    /// It fails before it has done anything.
    Fail(&'static str),
    /// It does its work, then fails.
    FailAfter(&'static str),
    /// It drops the pending version and fails.
    Drop(&'static str),
    /// It never answers.
    Hang(&'static str),
    /// It says that it is done, and did nothing.
    Pretend(&'static str),
}

/// A manager, with a rotator that works but for its mishaps.
struct World {
    manager: Arc<SecretsManager>,
    steps: Arc<Mutex<Vec<(String, String)>>>,
}

impl World {
    async fn new(mishaps: impl IntoIterator<Item = Mishap>) -> Self {
        let home = Arc::new(OnceLock::<Arc<SecretsManager>>::new());
        let mishaps = Arc::new(Mutex::new(mishaps.into_iter().collect::<VecDeque<_>>()));
        let steps = Arc::new(Mutex::new(Vec::new()));
        let (inner, seen) = (home.clone(), steps.clone());
        let functions = Functions::new(
            |name| name == "rotator",
            move |_, event, step| {
                let (manager, mishaps, seen) = (inner.get().unwrap().clone(), mishaps.clone(), seen.clone());
                Box::pin(async move {
                    assert_eq!(event["Step"], step);
                    let token = event["ClientRequestToken"].as_str().unwrap().to_owned();
                    seen.lock().unwrap().push((step.to_owned(), token.clone()));
                    let mishap = take(&mishaps, step);
                    let failed = Err(("Retryable".to_owned(), "a mishap".to_owned()));
                    match mishap {
                        Some(Mishap::Fail(_)) => return failed,
                        Some(Mishap::Pretend(_)) => return Ok(()),
                        Some(Mishap::Hang(_)) => std::future::pending().await,
                        Some(Mishap::Drop(_)) => {
                            let drop = json!({"VersionStage": "AWSPENDING", "RemoveFromVersionId": token});
                            send(&manager, "UpdateSecretVersionStage", drop).await.unwrap();
                            return failed;
                        }
                        Some(Mishap::FailAfter(_)) | None => work(&manager, step, &event).await,
                    }
                    if mishap.is_some() { failed } else { Ok(()) }
                })
            },
        );
        let timing = RotationTiming::new(3, Duration::from_millis(5));
        let nobody = Events::new(Arc::new(Runner::new(Arc::default(), BTreeMap::new())), EventTiming::default());
        let manager = Arc::new(SecretsManager::with_functions(functions, nobody, timing));
        home.set(manager.clone()).unwrap();
        let world = Self { manager, steps };
        world.call("CreateSecret", json!({"ClientRequestToken": FIRST, "SecretString": "one"})).await.unwrap();
        world
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        send(&self.manager, operation, input).await
    }

    async fn rotate(&self, token: &str) -> Result<Value, AwsError> {
        self.call("RotateSecret", json!({"ClientRequestToken": token, "RotationLambdaARN": LAMBDA})).await
    }

    async fn settled(&self) -> RotationReport {
        self.manager.rotation_settled("redis", PATIENCE).await.expect("the rotation ends in time")
    }

    /// The labels of a version, or none.
    async fn stages(&self, token: &str) -> Vec<String> {
        let secret = self.call("DescribeSecret", json!({})).await.unwrap();
        serde_json::from_value(secret["VersionIdsToStages"][token].clone()).unwrap_or_default()
    }

    async fn current(&self) -> String {
        let value = self.call("GetSecretValue", json!({})).await.unwrap();
        value["SecretString"].as_str().unwrap().to_owned()
    }

    fn steps(&self) -> Vec<String> {
        self.steps.lock().unwrap().iter().map(|(step, _)| step.clone()).collect()
    }

    /// Waits until the function has been called this often.
    async fn called(&self, times: usize) {
        let waited = async {
            while self.steps().len() < times {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.expect("the function is called in time");
    }
}

fn take(mishaps: &Mutex<VecDeque<Mishap>>, step: &str) -> Option<Mishap> {
    use Mishap::{Drop, Fail, FailAfter, Hang, Pretend};
    let mut mishaps = mishaps.lock().unwrap();
    let (Fail(at) | FailAfter(at) | Drop(at) | Hang(at) | Pretend(at)) = *mishaps.front()?;
    if at == step { mishaps.pop_front() } else { None }
}

async fn send(manager: &Arc<SecretsManager>, operation: &str, mut input: Value) -> Result<Value, AwsError> {
    input[if operation == "CreateSecret" { "Name" } else { "SecretId" }] = "redis".into();
    let call = Call::new(&super::DESCRIPTION, operation, "test", input);
    SecretsManager::call(manager, &call).await.map(|answer| answer.into_json().unwrap())
}

/// What a rotator does, safe to repeat.
async fn work(manager: &Arc<SecretsManager>, step: &str, event: &Value) {
    let token = &event["ClientRequestToken"];
    match step {
        "createSecret" => {
            let value = json!({
                "ClientRequestToken": token,
                "SecretString": format!("value of {token}"),
                "VersionStages": ["AWSPENDING"],
                "RotationToken": event["RotationToken"],
            });
            send(manager, "PutSecretValue", value).await.unwrap();
        }
        "finishSecret" => {
            let current = send(manager, "GetSecretValue", json!({})).await.unwrap()["VersionId"].clone();
            if current != *token {
                let input =
                    json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": token, "RemoveFromVersionId": current});
                send(manager, "UpdateSecretVersionStage", input).await.unwrap();
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_four_steps_run_in_order_and_the_value_becomes_current() {
    let world = World::new([]).await;
    let before = world.call("DescribeSecret", json!({})).await.unwrap();
    assert!(before.get("RotationEnabled").is_none(), "rotation was never configured");
    assert_eq!(world.rotate(SECOND).await.unwrap()["VersionId"], SECOND);
    let report = world.settled().await;
    assert_eq!(report, RotationReport { tries: 1, succeeded: true, failures: vec![], version_id: SECOND.to_owned() });
    assert_eq!(world.steps(), ["createSecret", "setSecret", "testSecret", "finishSecret"]);
    assert_eq!(world.stages(SECOND).await, ["AWSCURRENT", "AWSPENDING"]);
    assert_eq!(world.stages(FIRST).await, ["AWSPREVIOUS"]);
    let after = world.call("DescribeSecret", json!({})).await.unwrap();
    assert_eq!(after["RotationEnabled"], true);
    assert!(after["LastRotatedDate"].is_number());
    assert!(world.rotate(THIRD).await.is_ok(), "AWSPENDING on the current version does not stand in the way");
}

#[tokio::test]
async fn the_pending_version_is_empty_until_it_is_filled() {
    let world = World::new([Mishap::Hang("createSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    assert_eq!(world.stages(SECOND).await, ["AWSPENDING"]);
    let error = world.call("GetSecretValue", json!({"VersionStage": "AWSPENDING"})).await.unwrap_err();
    assert_eq!(error.code, "ResourceNotFoundException");
    world.manager.stop();
}

#[tokio::test]
async fn a_failed_step_begins_the_whole_rotation_again_with_the_same_token() {
    let world = World::new([Mishap::Fail("testSecret"), Mishap::FailAfter("finishSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded), (3, true));
    let failed: Vec<_> = report.failures.iter().map(|(step, class, _)| (step.as_str(), class.as_str())).collect();
    assert_eq!(failed, [("testSecret", "Retryable"), ("finishSecret", "Retryable")]);
    assert!(world.steps.lock().unwrap().iter().all(|(_, token)| token == SECOND));
    assert_eq!(world.steps().iter().filter(|step| *step == "createSecret").count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_step_can_be_invoked_twice_at_once() {
    let world = World::new([]).await;
    let timing = RotationTiming::new(3, Duration::from_millis(5));
    world.manager.set_rotation_timing(RotationTiming { twice: 1000, ..timing });
    world.rotate(SECOND).await.unwrap();
    assert!(world.settled().await.succeeded);
    tokio::time::sleep(Duration::from_secs(4)).await;
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        assert_eq!(world.steps().iter().filter(|one| *one == step).count(), 2, "{step}");
    }
}

#[tokio::test]
async fn a_failed_rotation_is_stuck_and_asking_again_tries_the_old_token() {
    let world = World::new([Mishap::Fail("setSecret"); 3]).await;
    world.rotate(SECOND).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded), (3, false));
    assert_eq!(world.current().await, "one");
    let error = world.rotate(THIRD).await.unwrap_err();
    assert_eq!(error.code, "InvalidRequestException");
    assert!(error.message.starts_with("A previous rotation isn't complete."));
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded, report.version_id.as_str()), (1, true, SECOND));
    assert_eq!(world.stages(THIRD).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_failed_rotation_can_be_tried_again_after_a_while() {
    let world = World::new([Mishap::Fail("setSecret"); 3]).await;
    let timing = RotationTiming::new(3, Duration::from_millis(5));
    world.manager.set_rotation_timing(RotationTiming { reattempt_after: Duration::from_secs(60), ..timing });
    world.rotate(SECOND).await.unwrap();
    assert!(!world.settled().await.succeeded);
    let steps = world.steps().len();
    assert_eq!(world.rotate(THIRD).await.unwrap_err().code, "InvalidRequestException");
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(world.steps().len(), steps);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let report = world.settled().await;
    assert_eq!((report.succeeded, report.version_id.as_str()), (true, SECOND));
}

#[tokio::test]
async fn an_empty_version_that_nobody_fills_any_more_gives_way() {
    let world = World::new([Mishap::Fail("createSecret"); 3]).await;
    world.rotate(SECOND).await.unwrap();
    assert!(!world.settled().await.succeeded);
    world.rotate(THIRD).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.succeeded, report.version_id.as_str()), (true, THIRD));
}

#[tokio::test]
async fn a_dropped_pending_version_is_followed_by_a_new_token() {
    let world = World::new([Mishap::Drop("setSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded), (2, true));
    assert_ne!(report.version_id, SECOND);
    assert_eq!(world.stages(&report.version_id).await, ["AWSCURRENT", "AWSPENDING"]);
    assert_eq!(world.stages(SECOND).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_function_that_only_says_it_is_done_is_not_believed() {
    let world = World::new([Mishap::Pretend("finishSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded), (2, true));
    assert_eq!(report.failures[0].1, "RotationFailed");
}

#[tokio::test]
async fn without_rotating_immediately_only_the_test_step_runs_and_its_version_stays_without_a_label() {
    let world = World::new([Mishap::Hang("testSecret")]).await;
    let input = json!({"ClientRequestToken": SECOND, "RotationLambdaARN": LAMBDA, "RotateImmediately": false,
        "RotationRules": {"AutomaticallyAfterDays": 30}});
    world.call("RotateSecret", input).await.unwrap();
    world.called(1).await;
    let pending = world.call("GetSecretValue", json!({"VersionStage": "AWSPENDING"})).await.unwrap();
    assert_eq!((&pending["SecretString"], &pending["VersionId"]), (&json!("one"), &json!(SECOND)));
    world.call("CancelRotateSecret", json!({})).await.unwrap();

    let kept = world.call("GetSecretValue", json!({"VersionId": SECOND})).await.unwrap();
    assert_eq!((&kept["SecretString"], &kept["VersionStages"]), (&json!("one"), &json!([])));

    world.manager.test_with_empty_pending(true);
    let input = json!({"ClientRequestToken": THIRD, "RotateImmediately": false});
    world.call("RotateSecret", input).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.tries, report.succeeded), (1, true));
    assert_eq!(world.steps(), ["testSecret", "testSecret"]);
    let after = world.call("DescribeSecret", json!({})).await.unwrap();
    assert_eq!(after["VersionIdsToStages"], json!({FIRST: ["AWSCURRENT"]}));
    let listed = world.call("ListSecretVersionIds", json!({"IncludeDeprecated": true})).await.unwrap();
    assert_eq!(listed["Versions"].as_array().unwrap().len(), 3);
    assert!(after["NextRotationDate"].is_number() && after.get("LastRotatedDate").is_none());
}

#[tokio::test]
async fn a_cancelled_rotation_runs_no_further_step_and_is_off() {
    let world = World::new([Mishap::Hang("setSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    world.called(2).await;
    let answer = world.call("CancelRotateSecret", json!({})).await.unwrap();
    assert!(answer.get("VersionId").is_none(), "{answer}");
    let report = world.settled().await;
    assert_eq!((report.succeeded, report.failures[0].1.as_str()), (false, "RotationCancelled"));
    assert_eq!(world.stages(SECOND).await, ["AWSPENDING"]);
    assert_eq!(world.call("DescribeSecret", json!({})).await.unwrap()["RotationEnabled"], false);
    world.manager.stop();
}

#[tokio::test]
async fn a_new_version_abandons_the_rotation_and_strips_its_label() {
    let world = World::new([Mishap::Hang("setSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    world.called(2).await;
    let value = json!({"ClientRequestToken": THIRD, "SecretString": "by hand", "VersionStages": ["mine"]});
    world.call("PutSecretValue", value).await.unwrap();
    let report = world.settled().await;
    assert_eq!((report.succeeded, report.failures[0].1.as_str()), (false, "RotationAbandoned"));
    assert_eq!(world.stages(SECOND).await, Vec::<String>::new());
    assert_eq!(world.current().await, "one");
    world.manager.stop();
}

#[tokio::test]
async fn a_second_request_during_a_rotation_is_refused_and_the_same_one_is_not_a_second() {
    let world = World::new([Mishap::Hang("createSecret")]).await;
    world.rotate(SECOND).await.unwrap();
    assert_eq!(world.rotate(SECOND).await.unwrap()["VersionId"], SECOND);
    assert_eq!(world.rotate(THIRD).await.unwrap_err().code, "InvalidRequestException");
    world.called(1).await;
    assert_eq!(world.steps().len(), 1);
    world.manager.stop();
}

#[tokio::test]
async fn a_rotation_token_is_checked_and_can_be_demanded() {
    let world = World::new([Mishap::Hang("createSecret")]).await;
    world.manager.demand_rotation_token(true);
    world.rotate(SECOND).await.unwrap();
    let mut value = json!({"ClientRequestToken": SECOND, "SecretString": "two", "VersionStages": ["AWSPENDING"]});
    assert_eq!(world.call("PutSecretValue", value.clone()).await.unwrap_err().code, "AccessDeniedException");
    value["RotationToken"] = THIRD.into();
    assert_eq!(world.call("PutSecretValue", value).await.unwrap_err().code, "InvalidParameterException");
    world.manager.stop();
}

#[tokio::test]
async fn promoting_early_moves_the_current_label_with_the_pending_one() {
    let world = World::new([Mishap::Hang("setSecret")]).await;
    world.manager.promote_early(true);
    world.rotate(SECOND).await.unwrap();
    world.called(2).await;
    assert_eq!(world.stages(SECOND).await, ["AWSCURRENT", "AWSPENDING"]);
    world.manager.stop();
}

#[tokio::test]
async fn a_request_without_a_token_is_refused() {
    let world = World::new([]).await;
    for (operation, input, code) in [
        ("PutSecretValue", json!({"SecretString": "two"}), "InvalidRequestException"),
        ("RotateSecret", json!({"RotationLambdaARN": LAMBDA}), "InvalidParameterException"),
    ] {
        let error = world.call(operation, input).await.unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.message.starts_with("You must provide a ClientRequestToken value."), "{error}");
    }
}
