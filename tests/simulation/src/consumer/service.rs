//! An ECS service whose tasks read the parameter when they start.

use aws_sdk_ecs::types::{ContainerDefinition, LaunchType, Secret};
use sandbox::services::ecs::Simulated;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::VARIABLE;
use crate::{
    ecs::{self, CLUSTER},
    person::GivenUp,
    world::{PARAMETER, World},
};

/// The ECS service.
const SERVICE: &str = "app";

/// How many tasks it has: a deployment replaces one while the other still uses what it read.
const TASKS: i32 = 2;

/// Creates the service of a world whose parameter is there, and waits until it is steady.
///
/// # Errors
/// A call is refused, or the service does not become steady.
pub(super) async fn create(world: &World) -> anyhow::Result<()> {
    let container = ContainerDefinition::builder()
        .name("app")
        .image("app:1")
        .command("app")
        .secrets(Secret::builder().name(VARIABLE).value_from(PARAMETER).build()?)
        .build();
    ecs::register(world, SERVICE, container).await?;
    let create = world.person().ecs().create_service().cluster(CLUSTER).service_name(SERVICE).task_definition(SERVICE);
    let create = create.desired_count(TASKS).launch_type(LaunchType::Fargate);
    create.network_configuration(ecs::network()?).send().await?;
    settled(world).await
}

/// Adds it to the settings of the target.
pub(super) fn add_to(settings: &mut Value) {
    settings["consumers"] = json!([{ "type": "ecs-service", "cluster": CLUSTER, "service": SERVICE }]);
    settings["rollout"] = json!({ "debounce_s": 0 });
}

/// Has a person deploy it.
pub(super) async fn deploy(world: &World) -> Result<(), GivenUp> {
    ecs::deploy(world, SERVICE).await
}

/// Waits until every task has been replaced that a deployment in progress replaces.
///
/// # Errors
/// The service does not become steady.
pub(super) async fn settled(world: &World) -> anyhow::Result<()> {
    ecs::settled(world, SERVICE).await
}

/// What the tasks that run read when they started.
pub(super) fn used(world: &World) -> Vec<SecretString> {
    let read = |(_, Simulated { environment, .. }): (_, Simulated)| {
        environment.iter().find(|(name, _)| name == VARIABLE).map(|(_, value)| value.clone())
    };
    world.aws.ecs.simulated(CLUSTER, SERVICE).into_iter().filter_map(read).collect()
}
