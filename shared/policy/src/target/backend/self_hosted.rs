//! Redis on hosts of one's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{check_given, check_port, check_username, default_user, redis_port, refused};
use crate::Failure;

/// Redis on hosts of your own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// Every node, primary and replicas.
    #[schemars(length(min = 1))]
    pub nodes: Vec<Host>,
    /// The user that logs in.
    #[serde(default = "default_user")]
    #[schemars(length(min = 1))]
    pub username: String,
    /// Whether the nodes speak TLS; their certificates are verified.
    #[serde(default)]
    pub tls: bool,
    /// The Sentinels that watch the nodes, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentinel: Option<Sentinel>,
}

/// One host that runs Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name or address.
    #[schemars(length(min = 1))]
    pub host: String,
    /// The port that Redis listens on.
    #[serde(default = "redis_port")]
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// The Sentinels that watch the nodes, and log in to them with the same credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sentinel {
    /// What they call the nodes' primary.
    #[schemars(length(min = 1))]
    pub master_name: String,
    /// Every Sentinel: each has its own configuration.
    #[schemars(length(min = 1))]
    pub nodes: Vec<SentinelNode>,
}

/// One host that runs a Sentinel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SentinelNode {
    /// Its name or address.
    #[schemars(length(min = 1))]
    pub host: String,
    /// The port that the Sentinel listens on.
    #[serde(default = "sentinel_port")]
    #[schemars(range(min = 1))]
    pub port: u16,
}

fn sentinel_port() -> u16 {
    26379
}

impl Hosts {
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.nodes.is_empty() {
            return Err(refused("`backend.nodes`", "name at least one host"));
        }
        for (nth, node) in self.nodes.iter().enumerate() {
            check_given(&format!("`backend.nodes[{nth}].host`"), &node.host, "the host's name or address")?;
            check_port(&format!("`backend.nodes[{nth}].port`"), node.port)?;
            if self.nodes[..nth].contains(node) {
                return Err(refused(&format!("`backend.nodes[{nth}]`"), "it is named twice; name each node once"));
            }
        }
        check_username("`backend.username`", &self.username)?;
        self.sentinel.as_ref().map_or(Ok(()), Sentinel::check)
    }
}

impl Sentinel {
    fn check(&self) -> Result<(), Failure> {
        check_given("`backend.sentinel.master_name`", &self.master_name, "what the Sentinels call the primary")?;
        if self.nodes.is_empty() {
            return Err(refused("`backend.sentinel.nodes`", "name every Sentinel, or leave `backend.sentinel` out"));
        }
        for (nth, node) in self.nodes.iter().enumerate() {
            check_given(&format!("`backend.sentinel.nodes[{nth}].host`"), &node.host, "the host's name or address")?;
            check_port(&format!("`backend.sentinel.nodes[{nth}].port`"), node.port)?;
        }
        Ok(())
    }
}
