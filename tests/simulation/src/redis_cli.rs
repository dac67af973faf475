//! What a person does with `redis-cli` on nodes whose users nobody else keeps: hosts, and a task.

use rand::seq::IteratorRandom;
use sandbox::{chance, clock};
use simulated_redis::{Address, Reply};

use crate::{
    estate::SetUp,
    hosts,
    nodes::Node,
    person::{GivenUp, OWN, previous},
    world::{PERSON, World},
};

/// Removes the credential of AWSPREVIOUS from every node.
pub(crate) fn remove_previous(world: &World) -> Result<(), GivenUp> {
    let previous = previous(world).ok_or(GivenUp)?;
    world.nodes().values().for_each(|node| world.administer(node, &format!("<{previous}")));
    world.watch().removed(&previous);
    world.look(PERSON, "ACL SETUSER, and saves it, on every node");
    Ok(())
}

/// Adds a credential of the person's own to a node.
pub(crate) fn add_own_credential(world: &World) -> Result<(), GivenUp> {
    let nodes = world.nodes().into_values().filter(|node| node.host != hosts::SENTINEL);
    let node = nodes.choose(&mut chance::rng()).ok_or(GivenUp)?;
    world.watch().added(OWN);
    world.administer(&node, &format!(">{OWN}"));
    world.look(PERSON, &format!("ACL SETUSER {}", node.host));
    Ok(())
}

impl World {
    /// Changes the user of a host, and saves it, as a person with `redis-cli` does.
    pub(crate) fn administer(&self, node: &Node, modifier: &str) {
        let credentials: Vec<String> = self.watch().names.all().map(|(_, credential)| credential.to_owned()).collect();
        let (now, mut redis) = (clock::now().as_duration().unsigned_abs(), node.redis());
        let session = redis.connect(Address::new("10.0.0.1", 50_000), now);
        let mut call = |words: &[&str]| {
            let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            session.call(&mut redis, &words, now).is_ok_and(|reply| !matches!(reply, Reply::Error(_)))
        };
        let set_up = self.plan.estate.set_up;
        if credentials.iter().any(|credential| call(&["AUTH", set_up.user(), credential])) {
            call(&["ACL", "SETUSER", set_up.user(), modifier]);
            call(match set_up {
                SetUp::AclFile => &["ACL", "SAVE"],
                _ => &["CONFIG", "REWRITE"],
            });
        }
        session.close(&mut redis);
    }
}
