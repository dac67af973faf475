//! Access strings: Redis ACL rules without passwords.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string>

use super::invalid;
use crate::wire::AwsError;

/// The rules that are one word.
const WORDS: [&str; 9] = [
    "on",
    "off",
    "allkeys",
    "resetkeys",
    "allchannels",
    "resetchannels",
    "allcommands",
    "nocommands",
    "sanitize-payload",
];

/// Command categories, as Redis 7 knows them.
const CATEGORIES: [&str; 22] = [
    "all",
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

/// The rules of an access string, for a node.
///
/// A user starts `off`, as on AWS.
pub(super) fn rules(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Refuses an access string with anything but rules, and with rules about passwords.
///
/// Selectors are not supported: they could grant the commands that ElastiCache forbids.
pub(super) fn validated(text: String) -> Result<String, AwsError> {
    if text.trim().is_empty() {
        return Err(invalid("AccessString must not be empty."));
    }
    match text.split_ascii_whitespace().all(is_rule) {
        true => Ok(text),
        // Not quoted: somebody may have written a password into it.
        false => Err(invalid("AccessString holds what is no rule, or a rule that is not allowed in it.")),
    }
}

fn is_rule(rule: &str) -> bool {
    let command = |name: &str| match name.strip_prefix('@') {
        Some(category) => CATEGORIES.contains(&category),
        None => !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-|.".contains(c)),
    };
    match rule.split_at_checked(1) {
        Some(("~" | "&", pattern)) => !pattern.is_empty(),
        Some(("%", pattern)) => ["R~", "W~", "RW~"].iter().any(|prefix| pattern.starts_with(prefix)),
        Some(("+" | "-", name)) => command(name),
        _ => WORDS.contains(&rule),
    }
}
