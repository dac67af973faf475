//! What the rotation of Redis in a Fargate task guarantees, in addition to what every backend does.
//!
//! A new task only has the password that was AWSCURRENT when it started.

use std::time::Duration;

use acceptance::{
    Flavour, STEPS, Stage, StageOptions, class,
    fargate::{CLUSTER, End, SERVICE, ends},
};
use sandbox::{
    faults::{At, Rule, What},
    services::{ecs::EcsTiming, secrets_manager::RotationTiming},
};
use secrecy::{ExposeSecret, SecretString};

use super::matrix::every_fault;

const SECOND: &str = "second-password-0123456789";

/// How long the service may take to become steady again.
const PATIENCE: Duration = Duration::from_secs(30);

async fn on_fargate() -> Stage {
    on(Flavour::Fargate).await
}

async fn on(flavour: Flavour) -> Stage {
    Stage::set(StageOptions { flavour, ..StageOptions::default() }).await
}

/// A fault at one call of finishSecret.
fn at_finish(operation: &str, what: What) -> Rule {
    Rule::new("rotate-auth", At::operation(operation), what).during("finishSecret")
}

fn second() -> SecretString {
    SECOND.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_before_any_step_gets_both_passwords_back() {
    for (how, chosen) in End::ALL.into_iter().flat_map(|how| STEPS.map(|step| (how, step))) {
        let stage = on_fargate().await;
        let version = stage.put(SECOND, &["AWSPENDING"]).await;
        for step in STEPS {
            if step == chosen {
                stage.replace_task(how).await;
                let current = stage.current().await;
                assert!(stage.accepts(&current).await, "{how:?} before {step}: it starts with AWSCURRENT");
            }
            stage.step(step, &version).await;
        }
        assert_eq!(stage.current().await.expose_secret(), SECOND, "{how:?} before {chosen}");
        assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&second()).await, "{how:?} before {chosen}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_just_before_the_promotion_gets_awscurrent_from_the_same_step() {
    for (flavour, how) in ends() {
        let stage = on(flavour).await;
        let version = stage.put(SECOND, &["AWSPENDING"]).await;
        stage.step("setSecret", &version).await;
        stage.arm(at_finish("UpdateSecretVersionStage", What::Hold));
        let meanwhile = async {
            stage.fired(1).await;
            stage.replace_task(how).await;
            assert_eq!(
                stage.current().await.expose_secret(),
                stage.first_token().expose_secret(),
                "the promotion is paused"
            );
            assert!(!stage.accepts(&second()).await, "the task started with the old AWSCURRENT");
            stage.sandbox.faults.release();
        };
        let (ended, ()) = tokio::join!(stage.call("finishSecret", &version), meanwhile);
        assert_eq!(class(&ended.result), "none", "{ended:?}");
        assert_eq!(stage.current().await.expose_secret(), SECOND);
        assert!(stage.accepts(&second()).await && stage.accepts(&stage.first_token()).await, "{how:?}: {ended:?}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_starts_while_awscurrent_moves_gets_it_from_the_next_run() {
    let stage = on_fargate().await;
    let version = stage.put(SECOND, &["AWSPENDING"]).await;
    stage.step("setSecret", &version).await;
    stage.arm(at_finish("UpdateSecretVersionStage", What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        stage.replace_task(End::Kill).await;
        // The run is killed before its last look at the tasks.
        stage.arm(at_finish("ListTasks", What::KillBefore));
        stage.sandbox.faults.release();
    };
    let (killed, ()) = tokio::join!(stage.call("finishSecret", &version), meanwhile);
    assert_ne!(class(&killed.result), "none", "{killed:?}");
    assert_eq!(stage.current().await.expose_secret(), SECOND);
    assert!(!stage.accepts(&second()).await, "the task does not have it yet");
    // Secrets Manager retries from the first step.
    for step in STEPS {
        stage.step(step, &version).await;
    }
    assert!(stage.accepts(&second()).await && stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_after_the_rotation_has_awscurrent_and_nothing_is_left_to_do() {
    let stage = on_fargate().await;
    let version = stage.rotate().await.version_id;
    stage.replace_task(End::Kill).await;
    let changes = stage.modifications();
    assert!(stage.accepts(&stage.current().await).await);
    for step in STEPS {
        stage.step(step, &version).await;
    }
    assert_eq!(stage.modifications(), changes);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_waits_for_a_task_that_is_starting() {
    for how in End::ALL {
        for chosen in ["setSecret", "testSecret", "finishSecret"] {
            let stage = on_fargate().await;
            let slow = Duration::from_millis(700);
            let timing = EcsTiming { provision: slow, pull: slow, activate: slow, ..EcsTiming::default() };
            stage.sandbox.ecs.set_timing(timing);
            let version = stage.put(SECOND, &["AWSPENDING"]).await;
            for step in STEPS {
                if step == chosen {
                    stage.end_task(how).await;
                }
                stage.step(step, &version).await;
            }
            assert_eq!(stage.current().await.expose_secret(), SECOND, "{how:?} before {chosen}");
            assert!(stage.accepts(&second()).await, "{how:?} before {chosen}");
            stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_deployment() {
    let stage = on_fargate().await;
    let deploy = stage.ecs().update_service().cluster(CLUSTER).service(SERVICE).force_new_deployment(true);
    deploy.send().await.unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded, "{report:?}");
    stage.sandbox.ecs.settled(CLUSTER, SERVICE, PATIENCE).await.unwrap();
    assert!(stage.accepts(&stage.current().await).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_scaled_to_zero_or_does_not_exist_is_refused() {
    let rotation = RotationTiming::new(1, Duration::ZERO);
    let stage = Stage::set(StageOptions { flavour: Flavour::Fargate, rotation, ..StageOptions::default() }).await;
    let version = stage.put(SECOND, &["AWSPENDING"]).await;
    stage.ecs().update_service().cluster(CLUSTER).service(SERVICE).desired_count(0).send().await.unwrap();
    let ended = stage.call("setSecret", &version).await;
    assert_eq!(class(&ended.result), "Permanent", "{ended:?}");
    assert!(format!("{:?}", ended.result).contains("Set its desired count to 1"), "{ended:?}");
    let settings = serde_json::json!({ "name": "orders", "secret": { "id": "orders/redis" },
        "backend": { "type": "fargate", "cluster": CLUSTER, "service": "rediss", "host": "redis.orders.local" } });
    stage.put_settings(&settings).await;
    let ended = stage.call("setSecret", &version).await;
    assert_eq!(class(&ended.result), "Permanent", "{ended:?}");
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instances_in_cloud_map_are_checked_too() {
    let rotation = RotationTiming::new(1, Duration::ZERO);
    let stage = Stage::set(StageOptions { flavour: Flavour::Fargate, rotation, ..StageOptions::default() }).await;
    let described = stage.ecs().describe_services().cluster(CLUSTER).services(SERVICE).send().await.unwrap();
    let registry = described.services()[0].service_registries()[0].registry_arn().unwrap().to_owned();
    let id = registry.rsplit('/').next().unwrap();
    for (id, expected) in [(id, "none"), ("srv-not-there", "Permanent")] {
        let settings = serde_json::json!({ "name": "orders", "secret": { "id": "orders/redis" },
            "backend": { "type": "fargate", "cluster": CLUSTER, "service": SERVICE, "host": "redis.orders.local",
                "cloud_map_service_id": id } });
        stage.put_settings(&settings).await;
        let version = stage.put(&format!("{SECOND}-{expected}"), &["AWSPENDING"]).await;
        let ended = stage.call("setSecret", &version).await;
        assert_eq!(class(&ended.result), expected, "{ended:?}");
    }
    assert!(stage.sandbox.journal.effective("ListInstances") > 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_uses_acl_commands_and_never_config() {
    let stage = on_fargate().await;
    assert!(stage.rotate().await.succeeded);
    let operations: Vec<String> = stage.sandbox.journal.entries().into_iter().map(|entry| entry.operation).collect();
    assert!(operations.iter().any(|operation| operation == "ACL SETUSER"), "{operations:?}");
    assert!(!operations.iter().any(|operation| operation.starts_with("CONFIG")), "{operations:?}");
    stage.stop().await;
}

every_fault!(a_fargate_rotation, Flavour::Fargate);
