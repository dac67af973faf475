//! Nodes that lose their users at a restart, restarted before, during and after a retirement.

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

/// An overlap longer than any of these tests.
const LONG: u64 = 3600;

/// How long clients run: each reconnects several times.
const AT_WORK: Duration = Duration::from_secs(3);

async fn a_rotated(flavour: Flavour) -> Stage {
    rotated(StageOptions { flavour, ..StageOptions::default() }).await
}

/// Starts clients that use this password, whatever is in AWSCURRENT.
async fn clients_with(stage: &Stage, password: &SecretString) -> Load {
    let create = stage.secrets.create_secret().name("what-consumers-hold").secret_string(password.expose_secret());
    create.send().await.unwrap();
    let target = LoadTarget::new(&stage.sandbox, &stage.target.site, "what-consumers-hold");
    Load::start(target.with_username(stage.target.username.clone()), LoadOptions::default()).await.unwrap()
}

/// Stops clients and checks that no command failed and no login was refused.
async fn assert_served(clients: Load, context: &str) {
    let stats = clients.stop().await;
    assert_eq!((stats.failed, stats.wrongpass_seen), (0, 0), "{context}: {stats:?}");
    assert!(stats.commands > 300 && stats.reconnects > 5, "{context}: {stats:?}");
}

/// Runs the function and checks what it did and what it waits for.
async fn assert_run(stage: &Stage, expected: &[&str], waiting_for: &[&str], context: &str) -> Outcome {
    let outcome = retire(stage).await;
    assert_eq!(
        (outcome.done(), outcome.waiting_for()),
        (expected.to_vec(), waiting_for.to_vec()),
        "{context}: {outcome}"
    );
    outcome
}

/// Checks that every node accepts both credentials.
async fn assert_both_accepted(stage: &Stage, context: &str) {
    assert!(stage.accepts(&stage.first_token()).await, "{context}: the previous one");
    assert!(stage.accepts(&stage.current().await).await, "{context}: the current one");
}

/// Checks that every node refuses the previous credential and accepts the current one.
async fn assert_previous_refused(stage: &Stage, context: &str) {
    assert_eq!(stage.accepting(&stage.first_token()).await, 0, "{context}");
    assert!(stage.accepts(&stage.current().await).await, "{context}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_during_the_overlap_gets_the_previous_password_back_until_the_overlap_is_over() {
    for (flavour, how) in ends() {
        let context = format!("{flavour:?}: {how:?}");
        let stage = a_rotated(flavour).await;
        settle(&stage, LONG, &[]).await;
        stage.replace_task(how).await;
        assert_previous_refused(&stage, "a task starts with AWSCURRENT alone").await;

        assert_run(&stage, &["restore-previous"], &["overlap"], &context).await;
        assert_both_accepted(&stage, &context).await;
        let clients = clients_with(&stage, &stage.first_token()).await;
        let changes = stage.modifications();
        sleep(AT_WORK / 2).await;
        assert_run(&stage, &[], &["overlap"], &context).await;
        sleep(AT_WORK / 2).await;
        assert_eq!(stage.modifications(), changes, "{context}: there was nothing left to restore");
        assert_served(clients, &context).await;

        settle(&stage, 0, &[]).await;
        assert_run(&stage, &REMOVED, &[], &context).await;
        assert_previous_refused(&stage, &context).await;
        stage.replace_task(how).await;
        assert_run(&stage, &[], &[], &context).await;
        assert_previous_refused(&stage, &context).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_before_a_consumer_is_redeployed_gets_the_previous_password_back() {
    let stage = Stage::set(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }).await;
    stage.deploy(NAME, TIMEOUT);
    create_consumer_service(&stage.sandbox, "main", "web", 1).await.unwrap();
    settle(&stage, 0, &[json!({ "type": "ecs-service", "cluster": "main", "service": "web" })]).await;
    assert!(stage.rotate().await.succeeded);
    stage.replace_task(End::Kill).await;
    assert_run(&stage, &["restore-previous"], &["the ECS service main/web"], "before").await;
    assert_both_accepted(&stage, "before").await;

    stage.ecs().update_service().cluster("main").service("web").force_new_deployment(true).send().await.unwrap();
    stage.sandbox.ecs.settled("main", "web", Duration::from_secs(40)).await.unwrap();
    assert_run(&stage, &REMOVED, &[], "afterwards").await;
    assert_previous_refused(&stage, "afterwards").await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_replaced_during_the_removal_ends_without_the_previous_password() {
    for (flavour, how) in ends() {
        let context = format!("{flavour:?}: {how:?}");
        let stage = a_rotated(flavour).await;
        stage.arm(Rule::new("retire-credential", At::operation("ACL SETUSER"), What::Hold));
        let meanwhile = async {
            stage.fired(1).await;
            stage.replace_task(how).await;
            stage.sandbox.faults.release();
        };
        let event = json!({ "target": "orders" });
        let (_ended, ()) = tokio::join!(invoke(&stage, &event), meanwhile);
        // The paused command may time out; Lambda then retries the run.
        retire_with_retries(&stage).await;
        assert_previous_refused(&stage, &context).await;
        assert_run(&stage, &[], &[], &context).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_lose_their_users_get_them_back_and_refuse_the_previous_password_in_the_end() {
    for restarted in [1, 2] {
        let context = format!("{restarted} of 2 nodes restarted");
        let stage = a_rotated(Flavour::SelfHosted(SetUp::Neither)).await;
        let restart = async || {
            for node in stage.estate().nodes().take(restarted) {
                node.restart().await.unwrap();
            }
        };
        settle(&stage, LONG, &[]).await;
        restart().await;
        assert_eq!(stage.accepting(&stage.current().await).await, 2 - restarted, "{context}: it lost its users");
        assert_run(&stage, &["restore-current"], &["overlap"], &context).await;
        assert_both_accepted(&stage, &context).await;
        stage.estate().settled().await.unwrap();

        settle(&stage, 0, &[]).await;
        assert_run(&stage, &REMOVED, &[], &context).await;
        assert_previous_refused(&stage, &context).await;
        restart().await;
        assert_eq!(stage.accepting(&stage.first_token()).await, restarted, "{context}: it is on the command line");
        assert_run(&stage, &["restore-current", "remove-previous"], &[], &context).await;
        assert_previous_refused(&stage, &context).await;
        stage.estate().settled().await.unwrap();
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_persist_their_users_lose_nothing_at_a_restart_during_the_overlap() {
    for set_up in [SetUp::ConfigFile, SetUp::AclFile] {
        let context = format!("{set_up:?}");
        let stage = a_rotated(Flavour::SelfHosted(set_up)).await;
        settle(&stage, LONG, &[]).await;
        for node in stage.estate().nodes() {
            node.restart().await.unwrap();
        }
        assert_both_accepted(&stage, &context).await;
        assert_run(&stage, &[], &["overlap"], &context).await;
        settle(&stage, 0, &[]).await;
        assert_run(&stage, &REMOVED, &[], &context).await;
        assert_previous_refused(&stage, &context).await;
        stage.stop().await;
    }
}
