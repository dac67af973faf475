//! How a person, or Terraform, carries out each edit.

use std::{sync::Arc, time::Duration};

use aws_sdk_ssm::types::ParameterType;
use rand::{RngExt, seq::IteratorRandom};
use sandbox::{chance, lambda::InvocationResult};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    acts, elasticache, hosts,
    plan::SetUp,
    what::{Edit, Function},
    world::{FIRST, NAME, PARAMETER, PERSON, World},
};

/// How long a person takes between two steps.
const HESITATION: Duration = Duration::from_secs(3);

/// A credential that a person makes up.
const OWN: &str = "own-credential-0123456789abcdefgh";

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
    let of_nodes = [Edit::RemovePrevious, Edit::AddOwnCredential, Edit::PutFirstBack, Edit::ResetPassword];
    if let Some(upstash) = world.upstash.as_ref().filter(|_| of_nodes.contains(&edit)) {
        let previous = credential_with(world, "AWSPREVIOUS")
            .filter(|one| credential_with(world, "AWSCURRENT").as_ref() != Some(one));
        return upstash.carry_out(world, edit, previous).await;
    }
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
        Edit::RemovePrevious => {
            let previous = credential_with(world, "AWSPREVIOUS").ok_or(GivenUp)?;
            let current = credential_with(world, "AWSCURRENT");
            if current.as_ref() == Some(&previous) {
                return Err(GivenUp);
            }
            if world.plan.estate.set_up.is_elasticache() {
                elasticache::only(world, &current.ok_or(GivenUp)?).await?;
                world.watch().removed(&previous);
            } else {
                world.nodes().values().for_each(|node| world.administer(node, &format!("<{previous}")));
                world.watch().removed(&previous);
                world.look(PERSON, "ACL SETUSER, and saves it, on every node");
            }
            Ok(())
        }
        Edit::AddOwnCredential => {
            if world.plan.estate.set_up.is_elasticache() {
                return add(world, OWN).await;
            }
            let node = world
                .nodes()
                .into_values()
                .filter(|node| !node.host.starts_with(hosts::SENTINEL))
                .choose(&mut chance::rng())
                .ok_or(GivenUp)?;
            world.watch().added(OWN);
            world.administer(&node, &format!(">{OWN}"));
            world.look(PERSON, &format!("ACL SETUSER {}", node.host));
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
            sleep(HESITATION).await;
            world.put_settings(&settings).await?;
            Ok(())
        }
        Edit::ProlongOverlap => {
            let overlap = 2 * world.plan.estate.overlap.as_secs();
            edit_settings(world, |settings| settings["retirement"]["overlap_s"] = overlap.into()).await
        }
        Edit::AddReplica if is_on_hosts(world) => {
            if !world.add_replica() {
                return Err(GivenUp);
            }
            world.look(PERSON, "starts a replica");
            edit_settings(world, |settings| settings["backend"] = world.on_hosts(world.listed())).await
        }
        Edit::MoveAway if is_on_hosts(world) => move_away(world).await,
        Edit::RollBack if is_on_hosts(world) => {
            roll_back(world).await;
            Ok(())
        }
        Edit::MoveAwayAndRollBack if is_on_hosts(world) => {
            move_away(world).await?;
            let pause = chance::rng().random_range(500..6000);
            let rolled_back = async {
                sleep(Duration::from_millis(pause)).await;
                roll_back(world).await;
            };
            tokio::join!(acts::invoke(world, Function::Sync), rolled_back);
            Ok(())
        }
        Edit::AddReplica | Edit::MoveAway | Edit::RollBack | Edit::MoveAwayAndRollBack | Edit::ResetPassword => {
            Err(GivenUp)
        }
        Edit::PutFirstBack if world.plan.estate.set_up.has_users() => {
            elasticache::only(world, FIRST).await?;
            world.watch().added(FIRST);
            Ok(())
        }
        Edit::PutFirstBack => add(world, FIRST).await,
        Edit::Touch => elasticache::touch(world).await,
        Edit::TestFailover => elasticache::test_failover(world).await,
    }
}

/// Gives the other host AWSCURRENT, and names it in the settings.
async fn move_away(world: &World) -> Result<(), GivenUp> {
    let credential = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    let other = world.node(hosts::OTHER).ok_or(GivenUp)?;
    world.administer(&other, &format!(">{credential}"));
    world.look(PERSON, "ACL SETUSER other");
    edit_settings(world, |settings| settings["backend"] = world.on_hosts([hosts::OTHER.to_owned()].into_iter()))
        .await?;
    world.watch().rolled_back = false;
    Ok(())
}

/// Has `sync-connection` roll the move back.
async fn roll_back(world: &World) {
    let event = json!({ "target": NAME, "rollback": true });
    let ended = world.aws.runner.invoke("sync-connection", &event, "rollback").await;
    if matches!(ended.result, InvocationResult::Returned(_)) {
        world.watch().rolled_back = true;
    }
}

/// Whether the target is on its owner's hosts.
pub(crate) fn is_on_hosts(world: &World) -> bool {
    world.plan.estate.set_up.is_on_hosts()
}

/// Changes the settings that were stored last.
async fn edit_settings(world: &World, edit: impl FnOnce(&mut Value)) -> Result<(), GivenUp> {
    let mut settings = world.stored_settings().ok_or(GivenUp)?;
    edit(&mut settings);
    world.put_settings(&settings).await?;
    Ok(())
}

/// Adds a credential at ElastiCache.
async fn add(world: &World, credential: &str) -> Result<(), GivenUp> {
    let current = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    elasticache::add(world, &current, credential).await?;
    world.watch().added(credential);
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
