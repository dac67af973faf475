//! `CreateServerlessCache`.

use std::{net::Ipv4Addr, sync::Arc};

use serde::Deserialize;
use tokio::time::sleep;

use super::{Cache, History, invalid, render};
use crate::{
    clock,
    redis::{Gate, PORT},
    services::elasticache::{
        ElastiCache,
        build::{Nodes, Plan, build},
        events::{Event, Source},
        group::{Endpoint, Member, Shard},
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// The port of the endpoint for readers, which has the name of the other one.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ReadReplicas.html>
const READER_PORT: u16 = 6380;
/// How many nodes are behind one cache.
const NODES: usize = 2;

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_name: String,
    description: Option<String>,
    engine: String,
    major_engine_version: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    security_group_ids: Vec<String>,
    #[serde(default, deserialize_with = "text::list")]
    subnet_ids: Vec<String>,
    user_group_id: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CreateServerlessCache`: answers at once, and builds in the background.
    pub(in super::super) fn create_cache(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let mut cache = cache(call.input()?)?;
        let name = cache.name.clone();
        let mut state = this.state();
        if state.caches.contains_key(&name) {
            let message = format!("Serverless cache {name} already exists.");
            return Err(AwsError::new("ServerlessCacheAlreadyExistsFault", message));
        }
        state.check_association(cache.user_group.as_deref(), &cache.engine)?;
        let addresses: Vec<_> = std::iter::from_fn(|| this.fleet.take_address()).take(NODES + 1).collect();
        let [public, members @ ..] = addresses.as_slice() else { return Err(full()) };
        if members.len() < NODES {
            addresses.iter().for_each(|address| this.fleet.give_back(*address));
            return Err(full());
        }
        cache.shard = shard(&name, *public, members);
        cache.turn("creating");
        let answer = Answer::xml(vec![render::cache(&cache, &cache.view())]);
        let plan = Plan {
            name: format!("{name}.serverless"),
            tls: true,
            cluster: false,
            gates: cache.shard.endpoints().map(Endpoint::socket).collect(),
            shards: vec![cache.shard.plan()],
        };
        state.caches.insert(name.clone(), cache);
        let least = state.timing.create;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            let register = |nodes: &Nodes| this.register_cache(&name, nodes);
            let (built, ()) = tokio::join!(build(&this.fleet, &plan, register), sleep(least));
            this.settle_cache(&name, built);
        });
        Ok(answer)
    }

    /// Puts new nodes where changes find them, with the access of this moment: none is missed in between.
    fn register_cache(&self, name: &str, nodes: &Nodes) {
        let mut state = self.state();
        let Ok(cache) = state.cache_mut(name) else { return };
        cache.shard.place(nodes);
        let user_group = cache.user_group.clone();
        let access = state.access_to_cache(user_group.as_deref());
        nodes.values().for_each(|node| node.prepare(access.clone()));
    }

    fn settle_cache(&self, name: &str, built: anyhow::Result<Vec<Arc<Gate>>>) {
        let mut state = self.state();
        let Ok(cache) = state.cache_mut(name) else { return };
        let message = match built {
            Ok(gates) => {
                cache.shard.open(&gates);
                cache.turn("available");
                "Serverless cache created".to_owned()
            }
            Err(error) => {
                cache.turn("create-failed");
                format!("Serverless cache could not be created: {error:#}")
            }
        };
        state.events.push(Event::now(Source::Cache, name, message));
    }
}

/// Turns the parameters into a cache without nodes.
fn cache(input: Input) -> Result<Cache, AwsError> {
    let name = &input.serverless_cache_name;
    let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.contains("--")
        && !name.ends_with('-');
    if !legal {
        return Err(invalid(
            "ServerlessCacheName has 1 to 40 letters, digits and hyphens, begins with a letter, and has neither two \
             hyphens in a row nor one at the end.",
        ));
    }
    let default_version = match input.engine.as_str() {
        "redis" => "7",
        "valkey" => "8",
        _ => return Err(invalid("Engine is not one of redis, valkey")),
    };
    Ok(Cache {
        name: name.to_ascii_lowercase(),
        description: input.description.unwrap_or_default(),
        version: input.major_engine_version.unwrap_or_else(|| default_version.to_owned()),
        engine: input.engine,
        created: clock::now(),
        security_groups: input.security_group_ids,
        subnets: input.subnet_ids,
        user_group: input.user_group_id.map(|id| id.to_ascii_lowercase()),
        shard: Shard::default(),
        failing_over: Arc::default(),
        status: "creating",
        snapshotting: false,
        tags: read_tags(input.tags)?,
        views: History::default(),
    })
}

fn shard(name: &str, public: Ipv4Addr, members: &[Ipv4Addr]) -> Shard {
    let member = |(place, address): (usize, &Ipv4Addr)| Member {
        id: format!("{name}-{:03}", place + 1),
        zone: format!("us-east-1{}", ["a", "b"][place % 2]),
        address: *address,
        node: None,
        joins: false,
    };
    let endpoint = |port| Some(Endpoint { address: public, port, gate: None });
    Shard {
        id: "0001".to_owned(),
        members: members.iter().enumerate().map(member).collect(),
        primary_endpoint: endpoint(PORT),
        reader_endpoint: endpoint(READER_PORT),
        ..Shard::default()
    }
}

/// AWS names no error for it: the quota is the nearest.
fn full() -> AwsError {
    AwsError::new("ServerlessCacheQuotaForCustomerExceededFault", "the loopback network is full")
}
