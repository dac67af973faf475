//! Self-hosted Redis.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{default_user, redis_port};
use crate::{
    Failure,
    target::check::{check_given, check_host, check_port, check_username, refused},
};

/// Redis on your own hosts.
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
    /// The Sentinels that monitor the nodes, if any.
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

/// The Sentinels that monitor the nodes. One that logs in to them as another user keeps its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sentinel {
    /// The name by which they monitor the primary (`sentinel monitor NAME …`).
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
            check_host(&format!("`backend.nodes[{nth}].host`"), &node.host)?;
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
        check_given(
            "`backend.sentinel.master_name`",
            &self.master_name,
            "the name by which the Sentinels monitor the primary",
        )?;
        if self.nodes.is_empty() {
            return Err(refused("`backend.sentinel.nodes`", "name every Sentinel, or omit `backend.sentinel`"));
        }
        for (nth, node) in self.nodes.iter().enumerate() {
            check_host(&format!("`backend.sentinel.nodes[{nth}].host`"), &node.host)?;
            check_port(&format!("`backend.sentinel.nodes[{nth}].port`"), node.port)?;
        }
        Ok(())
    }
}
