//! How a person, or Terraform, carries out each edit.

use std::{sync::Arc, time::Duration};

use aws_sdk_ssm::types::ParameterType;
use rand::RngExt;
use sandbox::chance;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    consumer, elasticache,
    estate::SetUp,
    fargate, hosts, upstash,
    what::Edit,
    world::{NAME, PARAMETER, World},
};

/// How long a person takes between two steps.
const HESITATION: Duration = Duration::from_secs(3);

/// A credential that a person makes up.
pub(crate) const OWN: &str = "own-credential-0123456789abcdefgh";

/// Why an edit ended early: a call was refused, or there was nothing to edit.
#[derive(Debug)]
pub(crate) struct GivenUp;

impl<E: Into<anyhow::Error>> From<E> for GivenUp {
    fn from(_: E) -> Self {
        Self
    }
}

/// Carries out one edit.
pub(crate) async fn edit(world: &Arc<World>, edit: Edit) -> Result<(), GivenUp> {
    match edit {
        Edit::PutSameCredential => put_value_of(world, "AWSCURRENT").await,
        Edit::PutPreviousValue => put_value_of(world, "AWSPREVIOUS").await,
        Edit::MoveCurrentBack => move_current_back(world).await.map(drop),
        Edit::MoveCurrentBackAndForward => {
            let (from, to) = move_current_back(world).await?;
            let pause = chance::rng().random_range(1..30);
            sleep(Duration::from_secs(pause)).await;
            move_current(world, &to, &from).await
        }
        Edit::Cancel => cancel(world).await,
        Edit::CancelAndStrip => {
            cancel(world).await?;
            let pending = version_with(world, "AWSPENDING").ok_or(GivenUp)?;
            let strip = world.secrets().update_secret_version_stage().secret_id(NAME).version_stage("AWSPENDING");
            strip.remove_from_version_id(pending).send().await?;
            Ok(())
        }
        Edit::EditParameter => {
            let put = world.parameters().put_parameter().name(PARAMETER).value("redis://a-value-of-a-person:6379");
            put.r#type(ParameterType::SecureString).overwrite(true).send().await?;
            Ok(())
        }
        Edit::DeleteParameter => {
            world.parameters().delete_parameter().name(PARAMETER).send().await?;
            Ok(())
        }
        // A task definition names the ARN of the secret, so no task would start any more.
        Edit::RecreateSecret if world.plan.estate.set_up == SetUp::Fargate => Err(GivenUp),
        Edit::RecreateSecret => {
            let credential = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
            let delete = world.secrets().delete_secret().secret_id(NAME).force_delete_without_recovery(true);
            delete.send().await?;
            sleep(HESITATION).await;
            world.create_secret(&world.value(&credential, 1)).await?;
            Ok(())
        }
        Edit::RecreateSettings => {
            let settings = world.stored_settings().ok_or(GivenUp)?;
            world.delete_settings().await?;
            world.watch().settings_deleted();
            sleep(HESITATION).await;
            world.put_settings(&settings).await?;
            Ok(())
        }
        Edit::ProlongOverlap => {
            let overlap = 2 * world.plan.estate.overlap.as_secs();
            edit_settings(world, |settings| settings["retirement"]["overlap_s"] = overlap.into()).await
        }
        Edit::DeployConsumer => consumer::deploy(world).await,
        Edit::RemovePrevious
        | Edit::AddOwnCredential
        | Edit::AddReplica
        | Edit::MoveAway
        | Edit::RollBack
        | Edit::MoveAwayAndRollBack
        | Edit::PutFirstBack
        | Edit::Touch
        | Edit::TestFailover
        | Edit::IncreaseReplicaCount
        | Edit::DecreaseReplicaCount
        | Edit::ResetPassword
        | Edit::DeployRedis => edit_redis(world, edit).await,
    }
}

/// Carries out an edit of Redis, as it is done to this kind of Redis.
async fn edit_redis(world: &Arc<World>, edit: Edit) -> Result<(), GivenUp> {
    match world.plan.estate.set_up {
        SetUp::ConfigFile | SetUp::AclFile | SetUp::Memory => hosts::edits::carry_out(world, edit).await,
        SetUp::AuthToken | SetUp::ClusterAuthToken | SetUp::GroupUser | SetUp::ServerlessUser => {
            elasticache::edits::carry_out(world, edit).await
        }
        SetUp::Fargate => fargate::edits::carry_out(world, edit).await,
        SetUp::UpstashAcl | SetUp::UpstashReset => upstash::edits::carry_out(world, edit).await,
    }
}

/// Changes the settings that were stored last.
pub(crate) async fn edit_settings(world: &World, edit: impl FnOnce(&mut Value)) -> Result<(), GivenUp> {
    let mut settings = world.stored_settings().ok_or(GivenUp)?;
    edit(&mut settings);
    world.put_settings(&settings).await?;
    Ok(())
}

async fn put_value_of(world: &World, label: &str) -> Result<(), GivenUp> {
    let credential = credential_with(world, label).ok_or(GivenUp)?;
    let value = world.value(&credential, chance::rng().random_range(1..1000));
    world.secrets().put_secret_value().secret_id(NAME).secret_string(value).send().await?;
    Ok(())
}

/// Moves AWSCURRENT to the version with AWSPREVIOUS; returns where it was and where it is.
async fn move_current_back(world: &World) -> Result<(String, String), GivenUp> {
    let current = version_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    let previous = version_with(world, "AWSPREVIOUS").ok_or(GivenUp)?;
    move_current(world, &current, &previous).await?;
    Ok((current, previous))
}

async fn move_current(world: &World, from: &str, to: &str) -> Result<(), GivenUp> {
    let update = world.secrets().update_secret_version_stage().secret_id(NAME).version_stage("AWSCURRENT");
    update.remove_from_version_id(from).move_to_version_id(to).send().await?;
    Ok(())
}

async fn cancel(world: &World) -> Result<(), GivenUp> {
    world.secrets().cancel_rotate_secret().secret_id(NAME).send().await?;
    Ok(())
}

/// The id of the version with a label.
fn version_with(world: &World, label: &str) -> Option<String> {
    let mut versions = world.aws.secrets_manager.versions(NAME).into_iter();
    versions.find(|(_, labels, _)| labels.contains(label)).map(|(id, ..)| id)
}

/// The credential in the version with a label.
pub(crate) fn credential_with(world: &World, label: &str) -> Option<String> {
    let mut versions = world.aws.secrets_manager.versions(NAME).into_iter();
    let value = versions.find(|(_, labels, _)| labels.contains(label))?.2?;
    world.credential(&value)
}

/// The credential of AWSPREVIOUS, if it is not AWSCURRENT's too.
pub(crate) fn previous(world: &World) -> Option<String> {
    let current = credential_with(world, "AWSCURRENT");
    credential_with(world, "AWSPREVIOUS").filter(|previous| current.as_ref() != Some(previous))
}
