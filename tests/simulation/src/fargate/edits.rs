//! What people do to a Fargate task and its service.

use super::SERVICE;
use crate::{ecs, person::GivenUp, redis_cli, what::Edit, world::World};

/// Carries out an edit.
pub(crate) async fn carry_out(world: &World, edit: Edit) -> Result<(), GivenUp> {
    match edit {
        Edit::RemovePrevious => redis_cli::remove_previous(world),
        Edit::AddOwnCredential => redis_cli::add_own_credential(world),
        Edit::DeployRedis => ecs::deploy(world, SERVICE).await,
        _ => Err(GivenUp),
    }
}
