//! What the owner of hosts does to them.

use std::{sync::Arc, time::Duration};

use rand::RngExt;
use sandbox::{chance, lambda::InvocationResult};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::OTHER;
use crate::{
    acts,
    person::{GivenUp, credential_with, edit_settings},
    redis_cli,
    what::{Edit, Function},
    world::{NAME, PERSON, World},
};

/// Carries out an edit.
pub(crate) async fn carry_out(world: &Arc<World>, edit: Edit) -> Result<(), GivenUp> {
    match edit {
        Edit::RemovePrevious => redis_cli::remove_previous(world),
        Edit::AddOwnCredential => redis_cli::add_own_credential(world),
        Edit::AddReplica => {
            if !world.add_replica() {
                return Err(GivenUp);
            }
            world.look(PERSON, "starts a replica");
            edit_settings(world, |settings| settings["backend"] = world.on_hosts(world.listed())).await
        }
        Edit::MoveAway => move_away(world).await,
        Edit::RollBack => {
            roll_back(world).await;
            Ok(())
        }
        Edit::MoveAwayAndRollBack => {
            move_away(world).await?;
            let pause = chance::rng().random_range(500..6000);
            let rolled_back = async {
                sleep(Duration::from_millis(pause)).await;
                roll_back(world).await;
            };
            tokio::join!(acts::invoke(world, Function::Sync), rolled_back);
            Ok(())
        }
        _ => Err(GivenUp),
    }
}

/// Gives the other host AWSCURRENT and no other credential, and names it in the settings.
async fn move_away(world: &World) -> Result<(), GivenUp> {
    let credential = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    let other = world.node(OTHER).ok_or(GivenUp)?;
    world.administer(&other, &format!(">{credential}"));
    let known: Vec<String> = world.watch().names.all().map(|(_, known)| known.to_owned()).collect();
    for before in known.into_iter().filter(|known| *known != credential) {
        world.administer(&other, &format!("<{before}"));
    }
    world.look(PERSON, "ACL SETUSER other");
    edit_settings(world, |settings| settings["backend"] = world.on_hosts([OTHER.to_owned()].into_iter())).await?;
    Ok(())
}

/// Has `sync-connection` roll the move back.
async fn roll_back(world: &World) {
    let newest = world.newest_settings().map(|(version, _)| version).unwrap_or_default();
    let event = json!({ "target": NAME, "rollback": true });
    let ended = world.aws.runner.invoke("sync-connection", &event, "rollback").await;
    let is_rolled_back = |outcome: &Value| matches!(outcome["status"].as_str(), Some("done" | "kept"));
    if matches!(&ended.result, InvocationResult::Returned(outcome) if is_rolled_back(outcome)) {
        world.watch().rolled_back(newest);
    }
}
