//! Where clients connect to.

use cloud::elasticache;
use policy::connection::{Endpoint, Endpoints};

use crate::login::DEFAULT_USER;

/// Where clients connect to, and as which user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where to.
    pub endpoints: Endpoints,
    /// The user that logs in; `None` if a client gives a password alone.
    pub username: Option<String>,
}

impl Located {
    /// The endpoints of a user; `default` needs no name.
    pub(crate) fn of(endpoints: Endpoints, username: &str) -> Self {
        let named = username != DEFAULT_USER;
        Self { endpoints, username: named.then(|| username.to_owned()) }
    }
}

/// An endpoint over RESP.
pub(crate) fn endpoint(host: &str, port: u16, tls: bool) -> Endpoint {
    Endpoint { host: host.to_owned(), port, tls }
}

/// Where clients connect to a cache, whose endpoint comes before its reader endpoint. It always has shards.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/WhatIs.corecomponents.html>
pub(crate) fn serverless_endpoints(endpoints: &[elasticache::Node]) -> Endpoints {
    let mut both = endpoints.iter().map(|node| endpoint(&node.host, node.port, true));
    Endpoints { primary: both.next(), reader: both.next(), rest_url: None, cluster_mode: true }
}
