//! Steady client load that is able to fail, and a watcher.
//!
//! Everything here goes through public interfaces, as a consumer would: the nodes from the APIs of ElastiCache and ECS, the
//! credential from Secrets Manager, TLS, where there is any, with the authority's certificate. Nothing looks behind the wire.
//!
//! # Layout
//! - [`Load`]: clients of every kind on every node; [`Stats`] is what they met
//! - [`Watcher`]: logs in with AWSCURRENT everywhere, all the time
//! - `account`, `topology`, `login`: secret, nodes and connections
//! - `client`, `job`, `trouble`: one client, what it asks, and what may go wrong

mod account;
mod check;
mod client;
mod job;
mod login;
mod run;
mod seed;
mod stats;
#[cfg(test)]
mod tests;
mod topology;
mod trouble;
mod watcher;

pub use check::accepted_by;
pub use login::open;
pub use run::{Load, LoadOptions};
pub use stats::{Failure, KindStats, Stats};
pub use topology::Address;
pub use trouble::Trouble;
pub use watcher::{Violation, Watcher, WatcherOptions, WatcherReport};

use aws_config::SdkConfig;
use sandbox::Sandbox;
use serde::Serialize;

use crate::{Provisioned, Site};

/// A Redis to put under load, and where its clients find what they need.
#[derive(Clone, Debug)]
pub struct LoadTarget {
    /// What the load calls it.
    pub name: String,
    /// Where it is.
    pub site: Site,
    /// The secret that holds the token.
    pub secret_id: String,
    /// The key of the token where the secret is a JSON object; `None` where it is the raw string.
    pub secret_key: Option<String>,
    /// The user that logs in; `None` where the secret is an AUTH token.
    pub username: Option<String>,
    /// How AWS is reached.
    pub sdk_config: SdkConfig,
    /// The certificate authority that nodes are verified against, PEM.
    pub authority_pem: String,
}

impl LoadTarget {
    /// A Redis of this sandbox whose secret is the raw credential.
    pub fn new(sandbox: &Sandbox, site: &Site, secret_id: &str) -> Self {
        Self {
            name: secret_id.to_owned(),
            site: site.clone(),
            secret_id: secret_id.to_owned(),
            secret_key: None,
            username: None,
            sdk_config: sandbox.sdk_config(),
            authority_pem: sandbox.fleet.authority_pem().to_owned(),
        }
    }

    /// What a provisioned target's clients know.
    pub fn of(sandbox: &Sandbox, made: &Provisioned) -> Self {
        Self {
            name: made.target.name.clone(),
            secret_key: made.target.secret.json_key.clone(),
            username: made.username.clone(),
            ..Self::new(sandbox, &made.site, &made.secret_arn)
        }
    }

    /// The same, with a user that logs in.
    pub fn with_username(mut self, username: Option<String>) -> Self {
        self.username = username;
        self
    }
}

/// How a client comes by its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Reads the secret at start, and once more when a login is refused, as AWS advises.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html>
    Rereading,
    /// Reads the secret at start only, as most programs do.
    StartOnly,
}

impl Kind {
    /// Both kinds; each is on every node.
    pub const ALL: [Self; 2] = [Self::Rereading, Self::StartOnly];
}
