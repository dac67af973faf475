//! What the rules of a user (`+command`, `-@category`) may name.

use super::COMMANDS;

/// The ACL categories of Redis 7.0.
const CATEGORIES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

/// Commands that are not simulated, and that rules may name because no client of the tests calls them.
///
/// Those that ElastiCache takes away from its users, and those of the access strings in the tests.
const NOT_SIMULATED: [&str; 28] = [
    "asking",
    "bgrewriteaof",
    "bgsave",
    "cluster",
    "debug",
    "eval",
    "evalsha",
    "expire",
    "failover",
    "flushall",
    "flushdb",
    "function",
    "hget",
    "hset",
    "keys",
    "latency",
    "migrate",
    "module",
    "monitor",
    "mget",
    "mset",
    "publish",
    "save",
    "scan",
    "script",
    "shutdown",
    "subscribe",
    "sync",
];

/// Whether a rule for this is simulated: for `command`, `command|subcommand` or `@category`, in lower case.
pub(crate) fn rule_is_simulated(of: &str) -> bool {
    if let Some(category) = of.strip_prefix('@') {
        // Every command is fast or slow; the simulated ones do not say which.
        return CATEGORIES.contains(&category) && !matches!(category, "fast" | "slow");
    }
    let container = of.split('|').next().unwrap_or(of);
    let mut specs = COMMANDS.iter().copied().flatten();
    NOT_SIMULATED.contains(&container) || specs.any(|spec| spec.name == of || spec.container() == of)
}
