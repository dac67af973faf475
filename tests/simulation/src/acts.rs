//! How each act of a plan is carried out.

use std::{sync::Arc, time::Duration};

use rand::RngExt;
use sandbox::chance;
use serde_json::json;
use tokio::time::sleep;

use crate::{
    estate::SetUp,
    fargate,
    nodes::Node,
    person,
    what::{Event, Function, What},
    world::{NAME, PERSON, SCHEDULE, World},
};

/// How long a silent node is silent.
const SILENCE: Duration = Duration::from_secs(20);

/// Within how many milliseconds of a rotation a schedule that comes round at the same time does.
const SOON_MS: u64 = 3000;

/// Carries out one act.
pub(crate) async fn carry_out(world: &Arc<World>, what: What) {
    match what {
        What::Rotate => rotate(world).await,
        What::RotateAndRetire => {
            let soon = Duration::from_millis(chance::rng().random_range(0..SOON_MS));
            tokio::join!(rotate(world), async {
                sleep(soon).await;
                invoke(world, Function::Retire).await;
            });
        }
        What::Invoke(function) => invoke(world, function).await,
        What::Person(edit) => {
            world.note(&format!("{PERSON:<20} {edit}"));
            // A refusal is in the story, and the person gives up.
            let _ = person::edit(world, edit).await;
        }
        What::Node(number, event) => {
            if let Some(node) = world.nodes().into_values().nth(number) {
                befall(world, &node, what, event).await;
            }
        }
    }
}

/// Has Secrets Manager rotate the secret. A rotation in progress makes it refuse.
pub(crate) async fn rotate(world: &World) {
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate-auth";
    let rules = aws_sdk_secretsmanager::types::RotationRulesType::builder().automatically_after_days(30).build();
    let rotate = world
        .schedule()
        .secrets_manager()
        .rotate_secret()
        .secret_id(NAME)
        .rotation_lambda_arn(arn)
        .rotation_rules(rules);
    let _ = rotate.send().await;
}

/// Invokes a function with the name of the target.
pub(crate) async fn invoke(world: &World, function: Function) {
    let name = match function {
        Function::Retire => "retire-credential",
        Function::Sync => "sync-connection",
    };
    world.note(&format!("{SCHEDULE:<20} invokes {name}"));
    world.aws.runner.invoke(name, &json!({ "target": NAME }), name).await;
}

async fn befall(world: &World, node: &Node, what: What, event: Event) {
    match event {
        Event::Restart => restart(world, node).await,
        Event::Cut => node.redis().drop_connections(),
        Event::Silence => world.set_silent(node, true),
    }
    world.look("nodes", &what.to_string());
    if event == Event::Silence {
        sleep(SILENCE).await;
        world.set_silent(node, false);
    }
}

/// Restarts a host from its files. At ElastiCache, has the node fail, which makes a replica the primary. A task is replaced.
pub(crate) async fn restart(world: &World, node: &Node) {
    match world.plan.estate.set_up {
        SetUp::Fargate => {
            world.note(&format!("{:<20} {} ends", "nodes", node.host));
            fargate::end_task(world).await;
        }
        set_up if set_up.is_elasticache() => {
            world.note(&format!("{:<20} {} fails", "nodes", node.host));
            let address = node.host.parse().expect("a node of ElastiCache is named by its address");
            // It may be failing already.
            let _ = world.aws.elasticache.fail_node(NAME, address).await;
        }
        _ => node.redis().restart(),
    }
}
