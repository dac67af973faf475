//! The Redis of a world in a Fargate task, found by Cloud Map, and what happens to the task.

pub(crate) mod edits;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use aws_sdk_ecs::types::{
    ContainerDefinition, DeploymentConfiguration, HealthCheck, LaunchType, Secret, ServiceRegistry,
};
use aws_sdk_servicediscovery::types::{DnsConfig, DnsRecord, RecordType};
use rand::RngExt;
use sandbox::chance;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    ecs::{self, CLUSTER},
    nodes::{Node, Nodes},
    world::{NAME, World},
};

/// The ECS service.
const SERVICE: &str = "redis";

/// The name that clients connect to.
const HOST: &str = "redis.orders.local";

/// The command of the container: no configuration file, and the password from the environment.
const COMMAND: &str = "exec redis-server --requirepass \"$REDIS_PASSWORD\" --dir /data --appendonly yes";

/// Creates the service of a world whose secret is there, and waits until it is steady.
///
/// # Errors
/// A call is refused, or the service does not become steady.
pub(crate) async fn create(world: &World, secret_arn: &str) -> anyhow::Result<()> {
    let registry = ServiceRegistry::builder().registry_arn(create_name(world).await?).build();
    let value_from = match world.plan.estate.json {
        true => format!("{secret_arn}:password::"),
        false => secret_arn.to_owned(),
    };
    let check = HealthCheck::builder().command("CMD-SHELL").command("redis-cli ping || exit 1").interval(5);
    let container = ContainerDefinition::builder()
        .name("redis")
        .image("redis:8-alpine")
        .set_command(Some(["sh", "-c", COMMAND].map(str::to_owned).to_vec()))
        .secrets(Secret::builder().name("REDIS_PASSWORD").value_from(value_from).build()?)
        .health_check(check.build()?)
        .build();
    ecs::register(world, SERVICE, container).await?;
    // Two Redis at once would have the data of one between them: the old task is gone before the new one starts.
    let one_at_most = DeploymentConfiguration::builder().minimum_healthy_percent(0).maximum_percent(100).build();
    let create = world.person().ecs().create_service().cluster(CLUSTER).service_name(SERVICE).task_definition(SERVICE);
    let create = create.desired_count(1).launch_type(LaunchType::Fargate).network_configuration(ecs::network()?);
    create.deployment_configuration(one_at_most).service_registries(registry).send().await?;
    ecs::settled(world, SERVICE).await
}

/// Creates the name that clients connect to, and returns the ARN of its Cloud Map service.
async fn create_name(world: &World) -> anyhow::Result<String> {
    let client = world.person().cloud_map();
    let (name, namespace) = HOST.split_once('.').context("a name in a namespace")?;
    client.create_private_dns_namespace().name(namespace).vpc("vpc-0simulated").send().await?;
    // It can be used some seconds later.
    let id = loop {
        sleep(Duration::from_secs(5)).await;
        if let Some(id) = world.aws.cloud_map.namespace_id(namespace) {
            break id;
        }
    };
    let dns = DnsConfig::builder().dns_records(DnsRecord::builder().r#type(RecordType::A).ttl(10).build()?).build()?;
    let created = client.create_service().name(name).namespace_id(id).dns_config(dns).send().await?;
    created.service.and_then(|service| service.arn).context("CreateService returns an ARN")
}

/// The settings of the target's backend.
pub(crate) fn settings(world: &World) -> Value {
    json!({
        "type": "fargate",
        "cluster": CLUSTER,
        "service": SERVICE,
        "host": HOST,
        "cloud_map_service_id": world.aws.cloud_map.service_id(HOST),
    })
}

/// Puts the tasks that run now in the place of those that ran before.
pub(crate) fn refresh(world: &World, nodes: &mut Nodes) {
    let running = world.aws.ecs.simulated(CLUSTER, SERVICE).into_iter();
    let running = running.filter_map(|(address, container)| Some((address.to_string(), container.redis?)));
    let before = std::mem::take(nodes);
    nodes.extend(running.map(|(host, redis)| {
        let known = before.get(&host).filter(|node| Arc::ptr_eq(&node.redis, &redis)).cloned();
        (host.clone(), known.unwrap_or_else(|| Node::new(&host, redis)))
    }));
}

/// Has the task end: its process dies, or ECS stops it. ECS starts another one.
pub(crate) async fn end_task(world: &World) {
    let tasks = world.aws.ecs.tasks(CLUSTER, SERVICE);
    let Some(task) = tasks.iter().find(|task| task.wanted) else { return };
    if chance::rng().random() {
        // It may not run yet.
        let _ = world.aws.ecs.kill_task(&task.arn).await;
    } else {
        let stop = world.person().ecs().stop_task().cluster(CLUSTER).task(&task.arn);
        // It may have ended meanwhile.
        let _ = stop.reason(format!("maintenance of {NAME}")).send().await;
    }
}

/// Replaces the task, and waits until the new one serves.
pub(crate) async fn replace_task(world: &World) {
    end_task(world).await;
    // A service that does not become steady has no node, which breaks a rule.
    let _ = ecs::settled(world, SERVICE).await;
}
