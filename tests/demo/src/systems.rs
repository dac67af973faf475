//! The systems of the demo: their settings, and the shape of their Redis.

use sandbox::hosts::SetUp;
use workload::{Shape, Topology};

/// A system of the demo.
pub(crate) struct System {
    /// The name of the example: its folder, and what follows if the folder has several.
    pub(crate) example: &'static str,
    /// Its settings document.
    pub(crate) document: &'static str,
    /// The properties that the settings do not determine.
    pub(crate) shape: Shape,
    /// A short description.
    pub(crate) words: &'static str,
}

/// One system of `infra/examples`.
macro_rules! system {
    ($example:literal, $document:literal, $topology:expr, $words:literal) => {
        System {
            example: $example,
            document: include_str!(concat!("../../../infra/examples/", $document)),
            shape: Shape { topology: $topology, set_up: SetUp::ConfigFile },
            words: $words,
        }
    };
}

/// One primary and one replica.
const PAIR: Topology = Topology::Single { replicas: 1 };

/// All systems, in the order of the table.
pub(crate) const SYSTEMS: [System; 9] = [
    system!("phillm", "phillm/target.json", PAIR, "Fargate, one task, EFS, Cloud Map"),
    system!(
        "paperwurks",
        "paperwurks/target.json",
        Topology::Cluster { shards: 2, replicas: 1 },
        "ElastiCache, cluster mode, TLS, AUTH"
    ),
    system!("paperwurks-rbac", "paperwurks/target.rbac.json", PAIR, "ElastiCache, TLS, RBAC user"),
    system!("paperwurks-serverless", "paperwurks/target.serverless.json", PAIR, "ElastiCache Serverless, RBAC user"),
    system!("transparent-trust", "transparent-trust/target.json", PAIR, "ElastiCache, 2 nodes, TLS, AUTH"),
    system!("transparent-trust-upstash-acl", "transparent-trust/target.upstash-acl.json", PAIR, "Upstash, ACL user"),
    system!(
        "transparent-trust-upstash-reset",
        "transparent-trust/target.upstash-reset.json",
        PAIR,
        "Upstash, reset: no overlap"
    ),
    system!("asterisk", "asterisk/target.json", PAIR, "EC2, primary + replica, Sentinel"),
    system!("koneksi", "koneksi/target.json", PAIR, "ElastiCache, primary + reader, TLS, AUTH"),
];
