//! The API of ECS, with the AWS SDK: a Redis in one Fargate task, and other services.

mod cloud_map;
mod deployments;
mod refusals;
mod secrets;
mod tasks;

use std::time::Duration;

use aws_sdk_ecs::{
    Client,
    types::{
        AwsVpcConfiguration, Compatibility, ContainerDefinition, DeploymentConfiguration, DesiredStatus, LaunchType,
        NetworkConfiguration, NetworkMode, Service, Task,
    },
};
use redis::aio::MultiplexedConnection;
use sandbox::{Options, Sandbox, services::ecs::TaskView};
use workload::{RedisService, create_redis_service};

/// How long a service may take to reach a steady state: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(40);

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

/// A Redis with the password `one`, in the service `redis` of the cluster `phillm`.
async fn start_redis() -> (Sandbox, Client) {
    let (sandbox, client) = start().await;
    let secret_arn = create_secret(&sandbox, r#"{"password":"one"}"#).await;
    let redis = RedisService {
        target: "phillm",
        cluster: "phillm",
        service: "redis",
        host: Some("redis.phillm.local"),
        secret_arn: &secret_arn,
        json_key: Some("password"),
    };
    create_redis_service(&sandbox, &redis).await.unwrap();
    (sandbox, client)
}

async fn create_secret(sandbox: &Sandbox, value: &str) -> String {
    let client = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    client.create_secret().name("phillm/redis").secret_string(value).send().await.unwrap().arn.unwrap()
}

async fn put_secret(sandbox: &Sandbox, value: &str) {
    let client = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    client.put_secret_value().secret_id("phillm/redis").secret_string(value).send().await.unwrap();
}

/// Registers a task definition of one container that runs this shell command.
async fn register(client: &Client, family: &str, command: &str) {
    let container = ContainerDefinition::builder().name("app").image("app:1");
    let container = container.set_command(Some(["sh", "-c", command].map(str::to_owned).to_vec()));
    register_container(client, family, container.build()).await;
}

async fn register_container(client: &Client, family: &str, container: ContainerDefinition) {
    let definition = client.register_task_definition().family(family).container_definitions(container);
    let definition = definition.requires_compatibilities(Compatibility::Fargate).network_mode(NetworkMode::Awsvpc);
    let role = "arn:aws:iam::123456789012:role/execution";
    definition.cpu("256").memory("512").execution_role_arn(role).send().await.unwrap();
}

fn network() -> NetworkConfiguration {
    let vpc = AwsVpcConfiguration::builder().subnets("subnet-1").build().unwrap();
    NetworkConfiguration::builder().awsvpc_configuration(vpc).build()
}

/// Creates a service with this many tasks in the cluster `phillm`, with the name of its task definition.
async fn create_service(client: &Client, family: &str, desired: i32, (minimum, maximum): (i32, i32)) {
    client.create_cluster().cluster_name("phillm").send().await.unwrap();
    let percent = DeploymentConfiguration::builder().minimum_healthy_percent(minimum).maximum_percent(maximum);
    let create = client.create_service().cluster("phillm").service_name(family).task_definition(family);
    let create = create.desired_count(desired).launch_type(LaunchType::Fargate).network_configuration(network());
    create.deployment_configuration(percent.build()).send().await.unwrap();
}

async fn service(client: &Client, name: &str) -> Service {
    let answer = client.describe_services().cluster("phillm").services(name).send().await.unwrap();
    answer.services.unwrap().remove(0)
}

async fn task(client: &Client, arn: &str) -> Task {
    let answer = client.describe_tasks().cluster("phillm").tasks(arn).send().await.unwrap();
    answer.tasks.unwrap().remove(0)
}

async fn listed(client: &Client, service: &str, desired: DesiredStatus) -> Vec<String> {
    let list = client.list_tasks().cluster("phillm").service_name(service).desired_status(desired);
    list.send().await.unwrap().task_arns.unwrap()
}

/// The only task of a steady service.
fn only(sandbox: &Sandbox, service: &str) -> TaskView {
    let mut tasks = sandbox.ecs.tasks("phillm", service);
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

/// A connection with this password, through the gate.
async fn log_in(task: &TaskView, password: &str) -> Result<MultiplexedConnection, redis::RedisError> {
    let client = redis::Client::open(format!("redis://:{password}@{}:{}", task.address, task.port)).unwrap();
    client.get_multiplexed_async_connection().await
}
