//! ECS services: a Redis in a Fargate task, and services that log in to one.

use std::time::Duration;

use anyhow::{Context, ensure};
use aws_sdk_ecs::{
    Client,
    types::{
        AwsVpcConfiguration, Compatibility, ContainerDefinition, DeploymentConfiguration, EfsVolumeConfiguration,
        HealthCheck, LaunchType, MountPoint, NetworkConfiguration, NetworkMode, PortMapping, Secret, ServiceRegistry,
        Tag, Volume,
    },
};
use aws_sdk_servicediscovery::types::{DnsConfig, DnsRecord, OperationStatus, OperationTargetType, RecordType};
use sandbox::{Sandbox, services::ACCOUNT};
use tokio::time::{Instant, sleep};

/// How long a service may take to reach a steady state.
const PATIENCE: Duration = Duration::from_secs(30);

/// The command of a typical Redis on Fargate: no configuration file, and the password from the environment.
const REDIS: &str = "exec redis-server --requirepass \"$REDIS_PASSWORD\" --dir /data --appendonly yes \
                     --appendfsync everysec --save 60 1000";

/// What a Redis in one Fargate task needs.
#[derive(Clone, Copy, Debug)]
pub struct RedisService<'a> {
    /// The target whose name its service is tagged with.
    pub target: &'a str,
    /// The cluster's name. The cluster is created if it does not exist.
    pub cluster: &'a str,
    /// The service's name.
    pub service: &'a str,
    /// The DNS name that clients connect to, if any: `redis.example.local`. Its namespace is created.
    pub host: Option<&'a str>,
    /// The secret with the password.
    pub secret_arn: &'a str,
    /// The key of the password, if the secret's value is a JSON object.
    pub json_key: Option<&'a str>,
}

/// Creates a Redis in one Fargate task, with its data on EFS and its name in Cloud Map, and waits for the steady state.
///
/// # Errors
/// A call is refused, or the service does not reach a steady state.
pub async fn create_redis_service(sandbox: &Sandbox, redis: &RedisService<'_>) -> anyhow::Result<()> {
    let client = Client::new(&sandbox.sdk_config());
    client.create_cluster().cluster_name(redis.cluster).send().await?;
    let registry = match redis.host {
        Some(host) => Some(ServiceRegistry::builder().registry_arn(create_name(sandbox, host).await?).build()),
        None => None,
    };
    let value_from = match redis.json_key {
        Some(key) => format!("{}:{key}::", redis.secret_arn),
        None => redis.secret_arn.to_owned(),
    };
    let efs = EfsVolumeConfiguration::builder().file_system_id(file_system_id(redis.service)).build()?;
    // Checks that Redis runs, not that anyone can log in: redis-cli exits with status 0 after NOAUTH, too.
    let check = HealthCheck::builder().command("CMD-SHELL").command("redis-cli ping || exit 1");
    let container = ContainerDefinition::builder()
        .name("redis")
        .image("redis:8-alpine")
        .set_command(Some(["sh", "-c", REDIS].map(str::to_owned).to_vec()))
        .secrets(Secret::builder().name("REDIS_PASSWORD").value_from(value_from).build()?)
        .mount_points(MountPoint::builder().source_volume("data").container_path("/data").build())
        .port_mappings(PortMapping::builder().container_port(6379).build())
        .health_check(check.interval(5).timeout(5).retries(3).start_period(10).build()?)
        .stop_timeout(60)
        .build();
    register(sandbox, redis.service, container)
        .volumes(Volume::builder().name("data").efs_volume_configuration(efs).build())
        .send()
        .await?;
    let one_at_most = DeploymentConfiguration::builder().minimum_healthy_percent(0).maximum_percent(100).build();
    client
        .create_service()
        .cluster(redis.cluster)
        .service_name(redis.service)
        .task_definition(redis.service)
        .desired_count(1)
        .launch_type(LaunchType::Fargate)
        .network_configuration(network()?)
        .deployment_configuration(one_at_most)
        .set_service_registries(registry.map(|registry| vec![registry]))
        .tags(Tag::builder().key("redis-lifecycle:target").value(redis.target).build())
        .send()
        .await?;
    sandbox.ecs.settled(redis.cluster, redis.service, PATIENCE).await
}

/// Creates a service whose tasks only sleep, as a stand-in for a consumer, and waits for the steady state.
///
/// # Errors
/// A call is refused, or the service does not reach a steady state.
pub async fn create_consumer_service(
    sandbox: &Sandbox,
    cluster: &str,
    service: &str,
    tasks: i32,
) -> anyhow::Result<()> {
    let container = ContainerDefinition::builder()
        .name("app")
        .image("app:1")
        .set_command(Some(["sleep", "infinity"].map(str::to_owned).to_vec()))
        .build();
    create_service_of(sandbox, cluster, service, container, tasks).await
}

/// Creates a service of tasks with this one container and waits for the steady state.
///
/// # Errors
/// A call is refused, or the service does not become steady.
pub async fn create_service_of(
    sandbox: &Sandbox,
    cluster: &str,
    service: &str,
    container: ContainerDefinition,
    tasks: i32,
) -> anyhow::Result<()> {
    let client = Client::new(&sandbox.sdk_config());
    client.create_cluster().cluster_name(cluster).send().await?;
    register(sandbox, service, container).send().await?;
    client
        .create_service()
        .cluster(cluster)
        .service_name(service)
        .task_definition(service)
        .desired_count(tasks)
        .launch_type(LaunchType::Fargate)
        .network_configuration(network()?)
        .send()
        .await?;
    sandbox.ecs.settled(cluster, service, PATIENCE).await
}

fn register(
    sandbox: &Sandbox,
    family: &str,
    container: ContainerDefinition,
) -> aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder {
    Client::new(&sandbox.sdk_config())
        .register_task_definition()
        .family(family)
        .requires_compatibilities(Compatibility::Fargate)
        .network_mode(NetworkMode::Awsvpc)
        .cpu("256")
        .memory("512")
        .execution_role_arn(format!("arn:aws:iam::{ACCOUNT}:role/{family}-execution"))
        .container_definitions(container)
}

/// Creates a private DNS name and returns the ARN of its Cloud Map service.
async fn create_name(sandbox: &Sandbox, host: &str) -> anyhow::Result<String> {
    let client = aws_sdk_servicediscovery::Client::new(&sandbox.sdk_config());
    let (name, namespace) =
        host.split_once('.').context("the host needs a name and a namespace: redis.example.local")?;
    let create = client.create_private_dns_namespace().name(namespace).vpc("vpc-0sandbox");
    let operation = create.send().await?.operation_id.context("CreatePrivateDnsNamespace returned no operation id")?;
    let give_up = Instant::now() + PATIENCE;
    let id = loop {
        let answer = client.get_operation().operation_id(&operation).send().await?;
        let done = answer.operation().filter(|one| one.status() == Some(&OperationStatus::Success));
        let mut targets = done.and_then(|done| done.targets.clone()).unwrap_or_default();
        if let Some(id) = targets.remove(&OperationTargetType::Namespace) {
            break id;
        }
        ensure!(Instant::now() < give_up, "the namespace {namespace} does not exist after {} s", PATIENCE.as_secs());
        sleep(Duration::from_millis(50)).await;
    };
    let record = DnsRecord::builder().r#type(RecordType::A).ttl(10).build()?;
    let dns = DnsConfig::builder().dns_records(record).build()?;
    let made = client.create_service().name(name).namespace_id(id).dns_config(dns).send().await?;
    made.service.and_then(|service| service.arn).context("CreateService returned no ARN")
}

/// Returns the id of the file system with the data of a Redis service.
fn file_system_id(service: &str) -> String {
    format!("fs-{service}")
}

fn network() -> anyhow::Result<NetworkConfiguration> {
    let vpc = AwsVpcConfiguration::builder().subnets("subnet-0sandbox").build()?;
    Ok(NetworkConfiguration::builder().awsvpc_configuration(vpc).build())
}
