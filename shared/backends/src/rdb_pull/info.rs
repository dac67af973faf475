//! What a node says of itself, in `INFO`.
//!
//! <https://redis.io/docs/latest/commands/info/>

use std::collections::BTreeMap;

use policy::snapshot::{
    Keys, KeyspaceOf,
    pull::{Info, Role, Server, Version},
};

/// Reads the answer to `INFO`. What a server leaves out is as if nothing were so.
pub(crate) fn read(text: &str) -> Info {
    let fields: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let number = |name: &str| field(name).parse::<u64>().ok();
    let is = |name: &str| field(name) == "1";
    let (server, version) = match field("valkey_version") {
        "" => (Server::Redis, field("redis_version")),
        version => (Server::Valkey, version),
    };
    Info {
        server,
        version: Version::parse(version),
        cluster: is("cluster_enabled"),
        role: match field("role") {
            "slave" => Role::Replica { in_step: field("master_link_status") == "up" && !is("master_sync_in_progress") },
            _ => Role::Primary,
        },
        loading: is("loading") || is("async_loading"),
        child: [
            ("rdb_bgsave_in_progress", "is saving"),
            ("aof_rewrite_in_progress", "is rewriting its append-only file"),
            ("module_fork_in_progress", "has a child process of a module"),
        ]
        .into_iter()
        .find_map(|(name, doing)| is(name).then_some(doing)),
        data_bytes: number("used_memory_dataset").or_else(|| number("used_memory")).unwrap_or(0),
        resident_bytes: number("used_memory_rss").unwrap_or(0),
        machine_bytes: number("total_system_memory").filter(|bytes| *bytes > 0),
        keyspace: keyspace(&fields),
    }
}

/// Reads `db0:keys=7,expires=1,avg_ttl=0`.
fn keyspace(fields: &BTreeMap<&str, &str>) -> KeyspaceOf {
    let databases = fields.iter().filter_map(|(name, counts)| {
        let number = name.strip_prefix("db")?.parse().ok()?;
        let count = |name: &str| {
            counts.split(',').find_map(|count| count.split_once('=').filter(|(key, _)| *key == name)?.1.parse().ok())
        };
        Some((number, Keys { keys: count("keys")?, expires: count("expires")?, types: BTreeMap::new() }))
    });
    databases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICA: &str = "# Server\r\nredis_version:8.0.2\r\nos:Linux\r\n# Persistence\r\nloading:0\r\n\
        async_loading:0\r\nrdb_bgsave_in_progress:0\r\naof_rewrite_in_progress:1\r\n# Memory\r\nused_memory:2000000\r\n\
        used_memory_rss:3000000\r\nused_memory_dataset:1000000\r\ntotal_system_memory:8000000\r\n# Replication\r\n\
        role:slave\r\nmaster_link_status:up\r\nmaster_sync_in_progress:0\r\n# Cluster\r\ncluster_enabled:0\r\n\
        # Keyspace\r\ndb0:keys=7,expires=1,avg_ttl=0,subexpiry=0\r\ndb12:keys=2,expires=0,avg_ttl=0\r\n";

    #[test]
    fn a_node_is_what_it_says() {
        let info = read(REPLICA);
        assert_eq!((info.server, info.version.to_string().as_str()), (Server::Redis, "8.0.2"));
        assert_eq!((info.role, info.loading, info.cluster), (Role::Replica { in_step: true }, false, false));
        assert_eq!(info.child, Some("is rewriting its append-only file"));
        assert_eq!((info.data_bytes, info.resident_bytes, info.machine_bytes), (1_000_000, 3_000_000, Some(8_000_000)));
        let keys: Vec<_> = info.keyspace.iter().map(|(number, keys)| (*number, keys.keys, keys.expires)).collect();
        assert_eq!(keys, [(0, 7, 1), (12, 2, 0)]);
    }

    #[test]
    fn a_replica_is_in_step_only_with_its_link_up_and_no_synchronisation() {
        for (from, to) in [("link_status:up", "link_status:down"), ("sync_in_progress:0", "sync_in_progress:1")] {
            assert_eq!(read(&REPLICA.replace(from, to)).role, Role::Replica { in_step: false });
        }
    }

    #[test]
    fn valkey_is_told_from_redis_by_its_own_version() {
        let info = read("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nrole:master\r\n");
        assert_eq!((info.server, info.version.to_string().as_str()), (Server::Valkey, "8.1.1"));
        assert_eq!(info.role, Role::Primary);
    }

    #[test]
    fn what_is_missing_is_unknown() {
        let info = read("");
        assert_eq!((info.machine_bytes, info.data_bytes, info.child), (None, 0, None));
        assert!(info.keyspace.is_empty());
    }
}
