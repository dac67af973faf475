//! How each act of a plan is carried out.

use std::{sync::Arc, time::Duration};

use aws_sdk_ssm::types::ParameterType;
use rand::{RngExt, seq::IteratorRandom};
use sandbox::{chance, clock};
use serde_json::json;
use simulated_redis::{Address, Reply};
use tokio::time::sleep;

use crate::{
    elasticache,
    nodes::Node,
    plan::SetUp,
    what::{Edit, Event, Function, What},
    world::{FIRST, NAME, PARAMETER, PERSON, World},
};

/// How long a silent node is silent.
const SILENCE: Duration = Duration::from_secs(20);

/// A credential that a person makes up.
const OWN: &str = "own-credential-0123456789abcdefgh";

/// Carries out one act.
pub(crate) async fn carry_out(world: &Arc<World>, what: What) {
    match what {
        What::Rotate => rotate(world).await,
        What::Invoke(function) => invoke(world, function).await,
        What::Person(edit) => {
            world.note(&format!("{PERSON:<20} {edit}"));
            // A refusal is in the story, and the person gives up.
            let _ = carry_out_edit(world, edit).await;
        }
        What::Node(number, event) => {
            if let Some(node) = world.nodes.values().nth(number) {
                befall(world, node, what, event).await;
            }
        }
    }
}

/// Has Secrets Manager rotate the secret. A rotation in progress makes it refuse.
pub(crate) async fn rotate(world: &World) {
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate-auth";
    let rules = aws_sdk_secretsmanager::types::RotationRulesType::builder().automatically_after_days(30).build();
    let rotate = world.secrets().rotate_secret().secret_id(NAME).rotation_lambda_arn(arn).rotation_rules(rules);
    let _ = rotate.send().await;
}

/// Invokes a function with the name of the target.
pub(crate) async fn invoke(world: &World, function: Function) {
    let name = match function {
        Function::Retire => "retire-credential",
        Function::Sync => "sync-connection",
    };
    world.aws.runner.invoke(name, &json!({ "target": NAME }), name).await;
}

async fn befall(world: &World, node: &Node, what: What, event: Event) {
    match event {
        Event::Restart if world.plan.estate.set_up.is_elasticache() => {
            world.note(&format!("{:<20} {what}", "nodes"));
            let address = node.host.parse().expect("a node of ElastiCache is named by its address");
            // It may be failing already.
            let _ = world.aws.elasticache.fail_node(NAME, address).await;
        }
        Event::Restart => node.redis().restart(),
        Event::Cut => node.redis().drop_connections(),
        Event::Silence => node.set_silent(true),
    }
    world.look("nodes", &what.to_string());
    if event == Event::Silence {
        sleep(SILENCE).await;
        node.set_silent(false);
    }
}

/// Why an edit ended early: a call was refused, or there was nothing to edit.
#[derive(Debug)]
pub(crate) struct GivenUp;

impl<E: std::error::Error> From<E> for GivenUp {
    fn from(_: E) -> Self {
        Self
    }
}

async fn carry_out_edit(world: &World, edit: Edit) -> Result<(), GivenUp> {
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
                world.nodes.values().for_each(|node| administer(world, node, &format!("<{previous}")));
                world.watch().removed(&previous);
                world.look(PERSON, "ACL SETUSER, and saves it, on every node");
            }
            Ok(())
        }
        Edit::AddOwnCredential => {
            if world.plan.estate.set_up.is_elasticache() {
                return add(world, OWN).await;
            }
            let node = world.nodes.values().choose(&mut chance::rng()).ok_or(GivenUp)?;
            world.watch().added(OWN);
            administer(world, node, &format!(">{OWN}"));
            world.look(PERSON, &format!("ACL SETUSER {}", node.host));
            Ok(())
        }
        Edit::EditParameter => {
            let put = world.parameters().put_parameter().name(PARAMETER).value("redis://a-value-of-a-person:6379");
            put.r#type(ParameterType::SecureString).overwrite(true).send().await?;
            Ok(())
        }
        Edit::PutFirstBack => match world.plan.estate.set_up {
            SetUp::GroupUser => {
                elasticache::only(world, FIRST).await?;
                world.watch().added(FIRST);
                Ok(())
            }
            _ => add(world, FIRST).await,
        },
        Edit::Touch => elasticache::touch(world).await,
        Edit::TestFailover => elasticache::test_failover(world).await,
    }
}

/// Adds a credential at ElastiCache.
async fn add(world: &World, credential: &str) -> Result<(), GivenUp> {
    let current = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    elasticache::add(world, &current, credential).await?;
    world.watch().added(credential);
    Ok(())
}

/// Changes the user of a node, and saves it, as a person with `redis-cli` does.
fn administer(world: &World, node: &Node, modifier: &str) {
    let credentials: Vec<String> = world.watch().names.all().map(|(_, credential)| credential.to_owned()).collect();
    let (now, mut redis) = (clock::now().as_duration().unsigned_abs(), node.redis());
    let session = redis.connect(Address::new("10.0.0.1", 50_000), now);
    let mut call = |words: &[&str]| {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        session.call(&mut redis, &words, now).is_ok_and(|reply| !matches!(reply, Reply::Error(_)))
    };
    let set_up = world.plan.estate.set_up;
    if credentials.iter().any(|credential| call(&["AUTH", set_up.user(), credential])) {
        call(&["ACL", "SETUSER", set_up.user(), modifier]);
        call(match set_up {
            SetUp::AclFile => &["ACL", "SAVE"],
            _ => &["CONFIG", "REWRITE"],
        });
    }
    session.close(&mut redis);
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
