//! Steady client load that counts every failure, and a watcher.
//!
//! Both use public interfaces only, as a consumer would: they read the nodes from ElastiCache and ECS, the credential from
//! Secrets Manager, and verify TLS with the authority's certificate.
//!
//! # Layout
//! - [`Load`]: clients of every kind on every node; [`Stats`]: their counts
//! - [`Watcher`]: logs in to every node with AWSCURRENT, continuously
//! - `account`, `topology`, `login`: secret, nodes and connections
//! - `client`, `request`, `command_error`: one client, its requests, and their errors

mod account;
mod check;
mod client;
mod command_error;
mod login;
mod request;
mod run;
mod seed;
mod stats;
#[cfg(test)]
mod tests;
mod topology;
mod watcher;

pub use check::accepted_by;
pub use command_error::CommandError;
pub use login::open;
pub use run::{Load, LoadOptions};
pub use stats::{Failure, KindStats, Stats};
pub use topology::Address;
pub use watcher::{ENOUGH_LOGINS, Violation, Watcher, WatcherOptions, WatcherReport};

use aws_config::SdkConfig;
use sandbox::Sandbox;
use serde::Serialize;

use crate::{Provisioned, Site};

/// A Redis to put under load, and what its clients need to connect.
#[derive(Clone, Debug)]
pub struct LoadTarget {
    /// Its name.
    pub name: String,
    /// Its location.
    pub site: Site,
    /// The secret with the token.
    pub secret_id: String,
    /// The key of the token if the secret is a JSON object; `None` if the secret is the token.
    pub secret_key: Option<String>,
    /// The user that logs in; `None` for an AUTH token.
    pub username: Option<String>,
    /// The configuration of AWS clients.
    pub sdk_config: SdkConfig,
    /// The certificate of the authority that signed the nodes' certificates, as PEM.
    pub authority_pem: String,
}

impl LoadTarget {
    /// A Redis of this sandbox whose secret is the credential itself.
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

    /// The Redis of a provisioned target.
    pub fn of(sandbox: &Sandbox, made: &Provisioned) -> Self {
        Self {
            name: made.target.name.clone(),
            secret_key: made.target.secret.json_key.clone(),
            username: made.username.clone(),
            ..Self::new(sandbox, &made.site, &made.secret_arn)
        }
    }

    /// Sets the user that logs in.
    pub fn with_username(mut self, username: Option<String>) -> Self {
        self.username = username;
        self
    }
}

/// When a client reads its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// At startup, and once more when a login is refused, as AWS recommends.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html>
    Rereading,
    /// Only at startup, as most programs do.
    StartOnly,
}

impl Kind {
    /// Both kinds. Each connects to every node.
    pub const ALL: [Self; 2] = [Self::Rereading, Self::StartOnly];
}
