//! ECS services that log in, and settings that name them as consumers.

use std::time::Duration;

use acceptance::{Stage, StageOptions, connection::NAME};
use aws_sdk_ecs::types::{
    AwsVpcConfiguration, Compatibility, ContainerDefinition, DeploymentCircuitBreaker, DeploymentConfiguration,
    LaunchType, NetworkConfiguration, NetworkMode, Secret,
};
use aws_sdk_ssm::types::ParameterType;
use sandbox::services::ecs::TaskView;
use serde_json::{Value, json};

/// The cluster of every service here.
pub(super) const CLUSTER: &str = "main";

/// A parameter that the tasks of a fragile service need to start.
const REQUIRED: &str = "/main/required";

/// How long a service may take to reach a steady state on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Creates a stage with `sync-connection` deployed in addition to `rotate-auth`.
pub(super) async fn stage(options: StageOptions, timeout: Duration) -> Stage {
    let stage = Stage::set(options).await;
    stage.deploy(NAME, timeout);
    stage
}

/// Writes the settings with these services, this rollout, and no overlap.
pub(super) async fn settle(stage: &Stage, services: &[&str], rollout: Value) {
    let consumer = |name: &&str| json!({ "type": "ecs-service", "cluster": CLUSTER, "service": name });
    let mut document = stage.settings();
    document["retirement"] = json!({ "overlap_s": 0 });
    document["consumers"] = services.iter().map(consumer).collect();
    document["rollout"] = rollout;
    stage.put_settings(&document).await;
}

/// Returns `rollout` settings without a debounce or a window.
pub(super) fn at_once() -> Value {
    json!({ "debounce_s": 0 })
}

/// Creates a service whose tasks read the credential at startup, log in with it repeatedly, and exit when refused.
pub(super) async fn create_login_service(stage: &Stage, name: &str) {
    let node = stage.direct().remove(0).address;
    let login = format!(
        "while redis-cli --tls --insecure -h {node} -p 6379 -a \"$REDIS_PASSWORD\" --no-auth-warning ping | \
         grep -q PONG; do sleep 0.2; done; exit 1"
    );
    let secret = Secret::builder().name("REDIS_PASSWORD").value_from(&stage.target.secret_arn).build().unwrap();
    let container = ContainerDefinition::builder().name("app").image("app:1").secrets(secret);
    let command = ["sh", "-c", &login].map(str::to_owned).to_vec();
    create(stage, name, container.set_command(Some(command)).build(), None).await;
}

/// The circuit breaker of a fragile service.
#[derive(Clone, Copy, Debug)]
pub(super) enum Breaker {
    /// None: ECS keeps trying a failing deployment.
    None,
    /// ECS marks a failing deployment as failed.
    GiveUp,
    /// ECS marks a failing deployment as failed, and rolls back to the one before.
    RollBack,
}

/// Creates a service whose tasks start unless [`break_fragile`] was called.
pub(super) async fn create_fragile_service(stage: &Stage, name: &str, breaker: Breaker) {
    repair_fragile(stage).await;
    create(stage, name, reads(REQUIRED), Some(breaker)).await;
}

/// Creates a service whose tasks read a parameter, or a key of a secret, at startup.
pub(super) async fn create_reading_service(stage: &Stage, name: &str, value_from: &str) {
    create(stage, name, reads(value_from), None).await;
}

fn reads(value_from: &str) -> ContainerDefinition {
    let secret = Secret::builder().name("READ").value_from(value_from).build().unwrap();
    let container = ContainerDefinition::builder().name("app").image("app:1").secrets(secret);
    container.set_command(Some(["sleep", "infinity"].map(str::to_owned).to_vec())).build()
}

/// Makes new tasks of fragile services fail to start.
pub(super) async fn break_fragile(stage: &Stage) {
    stage.ssm().delete_parameter().name(REQUIRED).send().await.unwrap();
}

/// Lets new tasks of fragile services start again.
pub(super) async fn repair_fragile(stage: &Stage) {
    let put = stage.ssm().put_parameter().name(REQUIRED).value("exists");
    put.r#type(ParameterType::String).overwrite(true).send().await.unwrap();
}

async fn create(stage: &Stage, name: &str, container: ContainerDefinition, breaker: Option<Breaker>) {
    let client = stage.ecs();
    client.create_cluster().cluster_name(CLUSTER).send().await.unwrap();
    let register = client.register_task_definition().family(name).requires_compatibilities(Compatibility::Fargate);
    let register = register.network_mode(NetworkMode::Awsvpc).cpu("256").memory("512");
    let role = format!("arn:aws:iam::123456789012:role/{name}-execution");
    register.execution_role_arn(role).container_definitions(container).send().await.unwrap();
    let configuration = breaker.map(|breaker| {
        let enable = !matches!(breaker, Breaker::None);
        let rollback = matches!(breaker, Breaker::RollBack);
        let breaker = DeploymentCircuitBreaker::builder().enable(enable).rollback(rollback).build();
        DeploymentConfiguration::builder().deployment_circuit_breaker(breaker).build()
    });
    let vpc = AwsVpcConfiguration::builder().subnets("subnet-0sandbox").build().unwrap();
    let create = client.create_service().cluster(CLUSTER).service_name(name).task_definition(name).desired_count(2);
    let create = create.launch_type(LaunchType::Fargate).set_deployment_configuration(configuration);
    let network = NetworkConfiguration::builder().awsvpc_configuration(vpc).build();
    create.network_configuration(network).send().await.unwrap();
    steady(stage, name).await;
}

/// Waits until a service has reached a steady state.
pub(super) async fn steady(stage: &Stage, name: &str) {
    stage.sandbox.ecs.settled(CLUSTER, name, PATIENCE).await.unwrap();
}

/// Returns the tasks of a service, without those that are stopping.
pub(super) fn tasks(stage: &Stage, name: &str) -> Vec<TaskView> {
    stage.sandbox.ecs.tasks(CLUSTER, name).into_iter().filter(|task| task.wanted).collect()
}

/// Returns the ARNs of the tasks of a service, without those that are stopping.
pub(super) fn arns(stage: &Stage, name: &str) -> Vec<String> {
    tasks(stage, name).into_iter().map(|task| task.arn).collect()
}

/// Counts the deployments that the function has started.
pub(super) fn deployments(stage: &Stage) -> usize {
    use sandbox::journal::CallResult::{Answered, FaultedAfter};
    let by_function = |entry: &&sandbox::journal::Entry| {
        entry.operation == "UpdateService"
            && entry.invocation.as_ref().is_some_and(|place| place.function == NAME)
            && matches!(entry.result, Answered | FaultedAfter(_))
    };
    stage.sandbox.journal.entries().iter().filter(by_function).count()
}
