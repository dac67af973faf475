//! Nodes that forget what they were told, and are restarted before, during and after the retirement.

use std::time::Duration;

use acceptance::{
    Flavour, Outcome, Stage, StageOptions,
    fargate::{End, ends},
    retirement::{NAME, REMOVED, invoke, retire, retire_with_retries, rotated, settle},
    run::TIMEOUT,
};
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::time::sleep;
use workload::{
    create_consumer_service,
    load::{Load, LoadOptions, LoadTarget},
};

/// Longer than any of these tests takes.
const LONG: u64 = 3600;

/// How long clients are at work, each logging in anew several times.
const AT_WORK: Duration = Duration::from_secs(3);

async fn a_rotated(flavour: Flavour) -> Stage {
    rotated(StageOptions { flavour, ..StageOptions::default() }).await
}

/// Clients that hold this password, whatever AWSCURRENT holds.
async fn clients_with(stage: &Stage, password: &SecretString) -> Load {
    let create = stage.secrets.create_secret().name("what-consumers-hold").secret_string(password.expose_secret());
    create.send().await.unwrap();
    let target = LoadTarget::new(&stage.sandbox, &stage.target.site, "what-consumers-hold");
    Load::start(target.with_username(stage.target.username.clone()), LoadOptions::default()).await.unwrap()
}

/// Holds that none of them was ever refused.
async fn assert_served(clients: Load, told: &str) {
    let stats = clients.stop().await;
    assert_eq!((stats.failed, stats.wrongpass_seen), (0, 0), "{told}: {stats:?}");
    assert!(stats.commands > 300 && stats.reconnects > 5, "{told}: {stats:?}");
}

/// Runs the function, and holds that it did this and is held back by that.
async fn does(stage: &Stage, expected: &[&str], held_by: &[&str], told: &str) -> Outcome {
    let outcome = retire(stage).await;
    assert_eq!((outcome.done(), outcome.waiting_for()), (expected.to_vec(), held_by.to_vec()), "{told}: {outcome}");
    outcome
}

/// Holds that every node accepts both.
async fn both_are_accepted(stage: &Stage, told: &str) {
    assert!(stage.accepts(&stage.first_token()).await, "{told}: the previous one");
    assert!(stage.accepts(&stage.current().await).await, "{told}: the current one");
}

/// Holds that every node refuses the previous one, and accepts the current one.
async fn previous_is_refused(stage: &Stage, told: &str) {
    assert_eq!(stage.accepting(&stage.first_token()).await, 0, "{told}");
    assert!(stage.accepts(&stage.current().await).await, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_replaced_during_the_overlap_is_given_the_previous_password_back_until_it_is_over() {
    for (flavour, how) in ends() {
        let told = format!("{flavour:?}: {how:?}");
        let stage = a_rotated(flavour).await;
        settle(&stage, LONG, &[]).await;
        stage.replace_task(how).await;
        previous_is_refused(&stage, "a task starts with AWSCURRENT alone").await;

        does(&stage, &["restore-previous"], &["overlap"], &told).await;
        both_are_accepted(&stage, &told).await;
        let clients = clients_with(&stage, &stage.first_token()).await;
        let changes = stage.modifications();
        sleep(AT_WORK / 2).await;
        does(&stage, &[], &["overlap"], &told).await;
        sleep(AT_WORK / 2).await;
        assert_eq!(stage.modifications(), changes, "{told}: there was nothing left to give back");
        assert_served(clients, &told).await;

        settle(&stage, 0, &[]).await;
        does(&stage, &REMOVED, &[], &told).await;
        previous_is_refused(&stage, &told).await;
        stage.replace_task(how).await;
        does(&stage, &[], &[], &told).await;
        previous_is_refused(&stage, &told).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_replaced_before_a_consumer_has_followed_is_given_the_previous_password_back() {
    let stage = Stage::set(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }).await;
    stage.deploy(NAME, TIMEOUT);
    create_consumer_service(&stage.sandbox, "main", "web", 1).await.unwrap();
    settle(&stage, 0, &[json!({ "type": "ecs-service", "cluster": "main", "service": "web" })]).await;
    assert!(stage.rotate().await.succeeded);
    stage.replace_task(End::Kill).await;
    does(&stage, &["restore-previous"], &["the ECS service main/web"], "before").await;
    both_are_accepted(&stage, "before").await;

    stage.ecs().update_service().cluster("main").service("web").force_new_deployment(true).send().await.unwrap();
    stage.sandbox.ecs.settled("main", "web", Duration::from_secs(40)).await.unwrap();
    does(&stage, &REMOVED, &[], "afterwards").await;
    previous_is_refused(&stage, "afterwards").await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_replaced_in_the_middle_of_the_removal_ends_without_the_previous_password() {
    for (flavour, how) in ends() {
        let told = format!("{flavour:?}: {how:?}");
        let stage = a_rotated(flavour).await;
        stage.arm(Rule::new("retire-credential", At::operation("ACL SETUSER"), What::Hold));
        let meanwhile = async {
            stage.fired(1).await;
            stage.replace_task(how).await;
            stage.sandbox.faults.release();
        };
        let event = json!({ "target": "orders" });
        let (_ended, ()) = tokio::join!(invoke(&stage, &event), meanwhile);
        // A command that was held for long counts as lost, and the platform tries again.
        retire_with_retries(&stage).await;
        previous_is_refused(&stage, &told).await;
        does(&stage, &[], &[], &told).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_forget_are_given_back_what_they_lost_and_refuse_the_previous_password_in_the_end() {
    for restarted in [1, 2] {
        let told = format!("{restarted} of 2 nodes restarted");
        let stage = a_rotated(Flavour::SelfHosted(SetUp::Neither)).await;
        let restart = async || {
            for node in stage.estate().nodes().take(restarted) {
                node.restart().await.unwrap();
            }
        };
        settle(&stage, LONG, &[]).await;
        restart().await;
        assert_eq!(stage.accepting(&stage.current().await).await, 2 - restarted, "{told}: it has forgotten");
        does(&stage, &["restore-current"], &["overlap"], &told).await;
        both_are_accepted(&stage, &told).await;
        stage.estate().settled().await.unwrap();

        settle(&stage, 0, &[]).await;
        does(&stage, &REMOVED, &[], &told).await;
        previous_is_refused(&stage, &told).await;
        restart().await;
        assert_eq!(stage.accepting(&stage.first_token()).await, restarted, "{told}: it is on their command line");
        does(&stage, &["restore-current", "remove-previous"], &[], &told).await;
        previous_is_refused(&stage, &told).await;
        stage.estate().settled().await.unwrap();
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_keep_their_users_lose_nothing_by_a_restart_during_the_overlap() {
    for set_up in [SetUp::ConfigFile, SetUp::AclFile] {
        let told = format!("{set_up:?}");
        let stage = a_rotated(Flavour::SelfHosted(set_up)).await;
        settle(&stage, LONG, &[]).await;
        for node in stage.estate().nodes() {
            node.restart().await.unwrap();
        }
        both_are_accepted(&stage, &told).await;
        does(&stage, &[], &["overlap"], &told).await;
        settle(&stage, 0, &[]).await;
        does(&stage, &REMOVED, &[], &told).await;
        previous_is_refused(&stage, &told).await;
        stage.stop().await;
    }
}
