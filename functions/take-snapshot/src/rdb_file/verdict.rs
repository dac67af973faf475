//! How far a file is verified, and what is recorded of it.

use std::collections::BTreeMap;

use policy::{
    retention::Verified,
    snapshot::{Keys, Rdb, Verification, at_ms},
};
use rdb::{Checksum, Summary};
use serde::Serialize;

/// How far a file is verified that was read to its end, or has a version that cannot be read.
pub(super) fn verification(contents: &Result<Summary, String>, now_ms: u64) -> Verification {
    let (verified, why) = match contents {
        Ok(summary) if summary.checksum == Checksum::Matches => (Verified::Contents, None),
        Ok(_) => (
            Verified::Structure,
            Some(
                "the server wrote no checksum (`rdbchecksum no`), so damage of values would not be noticed".to_owned(),
            ),
        ),
        Err(version) => (Verified::No, Some(format!("the RDB version {version} cannot be read"))),
    };
    Verification { verified, at: at_ms(now_ms), why }
}

/// What a file holds, as it is recorded.
pub(super) fn rdb(summary: &Summary) -> Rdb {
    let databases = summary.databases.iter().map(|(number, database)| {
        let types = database.types.iter().map(|(kind, keys)| (name(kind), *keys)).collect();
        (*number, Keys { keys: database.keys, expires: database.expires, types })
    });
    Rdb {
        format: name(&summary.format.family),
        version: summary.format.version,
        written_by: summary.aux.valkey_version.clone().or_else(|| summary.aux.redis_version.clone()),
        checksum: name(&summary.checksum),
        databases: databases.collect::<BTreeMap<_, _>>(),
        functions: summary.functions,
    }
}

/// A variant as it is serialised.
fn name(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}
