//! The cluster of a world, and how long its ECS takes.

use std::time::Duration;

use aws_sdk_ecs::types::{AwsVpcConfiguration, Compatibility, ContainerDefinition, NetworkConfiguration, NetworkMode};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sandbox::services::{ACCOUNT, ecs::EcsTiming};

use crate::{person::GivenUp, world::World};

/// The cluster.
pub(crate) const CLUSTER: &str = "orders";

/// How long a service takes at most until it is steady.
const PATIENCE: Duration = Duration::from_secs(900);

/// How long ECS takes: half a minute until a task serves, and as long until it is gone.
///
/// Numbers of its own, so that those of the plan stay the same.
pub(crate) fn timing(seed: u64) -> EcsTiming {
    let mut rng = StdRng::seed_from_u64(seed.rotate_left(16));
    let mut seconds = |range| Duration::from_secs(rng.random_range(range));
    EcsTiming {
        provision: seconds(2..=15),
        pull: seconds(2..=20),
        activate: seconds(1..=5),
        deactivate: seconds(1..=15),
        deprovision: seconds(2..=15),
        notice: seconds(1..=3),
        retry: seconds(10..=60),
        second: Duration::from_secs(1),
        keep_stopped: Duration::from_secs(3600),
    }
}

/// Creates the cluster if there is none, and registers the definition of a task with this one container.
///
/// # Errors
/// A call is refused.
pub(crate) async fn register(world: &World, family: &str, container: ContainerDefinition) -> anyhow::Result<()> {
    let client = world.person().ecs();
    client.create_cluster().cluster_name(CLUSTER).send().await?;
    let register = client.register_task_definition().family(family).container_definitions(container);
    let register = register.requires_compatibilities(Compatibility::Fargate).network_mode(NetworkMode::Awsvpc);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{family}-execution");
    register.cpu("256").memory("512").execution_role_arn(role).send().await?;
    Ok(())
}

/// Where the tasks get their network interfaces.
///
/// # Errors
/// None: what it needs is there.
pub(crate) fn network() -> anyhow::Result<NetworkConfiguration> {
    let vpc = AwsVpcConfiguration::builder().subnets("subnet-0simulated").build()?;
    Ok(NetworkConfiguration::builder().awsvpc_configuration(vpc).build())
}

/// Has a person deploy a service.
pub(crate) async fn deploy(world: &World, service: &str) -> Result<(), GivenUp> {
    let update = world.person().ecs().update_service().cluster(CLUSTER).service(service);
    update.force_new_deployment(true).send().await?;
    Ok(())
}

/// Waits until a service is steady.
///
/// # Errors
/// It does not become steady.
pub(crate) async fn settled(world: &World, service: &str) -> anyhow::Result<()> {
    world.aws.ecs.settled(CLUSTER, service, PATIENCE).await
}
