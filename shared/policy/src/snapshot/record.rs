//! What is known of an RDB file in a bucket.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::{Failure, retention::Verified, target::Compression};

/// What is known of an RDB file in a bucket: the JSON beside it. It is written last, so that a file with a record is complete,
/// and deleted first. Once released, its keys only ever grow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What was known when the pull began.
    #[serde(flatten)]
    pub origin: Origin,
    /// The RDB file.
    pub raw: Digest,
    /// The object. The same as `raw` without compression.
    pub stored: Digest,
    /// What the file holds; `None` if its version cannot be read.
    pub rdb: Option<Rdb>,
    /// What the node said of its keys before and after the pull, while clients could change them; `None` if the run that pulled
    /// did not live to write it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyspace: Option<Keyspace>,
    /// How far the contents were verified, and when.
    pub verification: Verification,
}

/// What is known when a pull begins. It is stored with the object, so that the record can be written by another run too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The name of the snapshot.
    pub snapshot: String,
    /// The target.
    pub target: String,
    /// Why it was taken, where an invocation said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the pull began.
    pub taken_at: Timestamp,
    /// Where it was pulled from.
    pub source: Source,
    /// How the object is compressed.
    pub compression: Compression,
}

impl Origin {
    /// The key of the metadata of an object that has it.
    pub const METADATA: &str = "redis-lifecycle-origin";

    /// The text that is stored with an object: JSON, percent-encoded, because metadata is ASCII.
    pub fn to_metadata(&self) -> String {
        let json = serde_json::to_string(self).expect("it has text and numbers alone");
        utf8_percent_encode(&json, PLAIN).to_string()
    }

    /// Reads what is stored with an object; `None` if somebody else wrote it.
    pub fn parse_metadata(text: &str) -> Option<Self> {
        serde_json::from_str(&percent_decode_str(text).decode_utf8().ok()?).ok()
    }
}

/// What is percent-encoded beside what is not ASCII.
const PLAIN: &AsciiSet = &CONTROLS.add(b'%');

/// Where an RDB file was pulled from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The node.
    pub node: String,
    /// `primary` or `replica`.
    pub role: String,
    /// The server: `redis` or `valkey`.
    pub server: String,
    /// Its version, as in `8.0.2`.
    pub version: String,
    /// The replication id of the data.
    pub replication_id: String,
    /// The replication offset of the data.
    pub replication_offset: u64,
}

/// The size and the SHA-256 of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// What an RDB file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rdb {
    /// `redis` or `valkey`.
    pub format: String,
    /// The version of the format. An older server refuses a newer version.
    pub version: u16,
    /// The server that wrote it, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_by: Option<String>,
    /// `matches`, `switched_off` or `absent`.
    pub checksum: String,
    /// Its databases that have keys, by number.
    pub databases: BTreeMap<u64, Keys>,
    /// How many libraries of functions it has.
    pub functions: u64,
}

/// The keys of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// How many there are.
    pub keys: u64,
    /// How many of them have a time to live.
    pub expires: u64,
    /// How many there are of each type; empty where that is not known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, u64>,
}

/// The keys of each database, as `INFO keyspace` counts them.
pub type KeyspaceOf = BTreeMap<u64, Keys>;

/// What a node said of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyspace {
    /// Before the pull.
    pub before: KeyspaceOf,
    /// After it; `None` if it could not be asked.
    pub after: Option<KeyspaceOf>,
}

impl Keyspace {
    /// How many keys the file has more or fewer than the node had at any time of the pull; `None` if as many. Keys expire, and
    /// clients write, so it is for information.
    pub fn difference(&self, databases: &BTreeMap<u64, Keys>) -> Option<i64> {
        let count = |databases: &BTreeMap<u64, Keys>| databases.values().map(|database| database.keys).sum::<u64>();
        let (file, before) = (count(databases), count(&self.before));
        let after = self.after.as_ref().map_or(before, count);
        let (least, most) = (before.min(after), before.max(after));
        match file {
            file if file > most => i64::try_from(file - most).ok(),
            file if file < least => i64::try_from(least - file).ok().map(|fewer| -fewer),
            _ => None,
        }
    }
}

/// How far contents were verified, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How far.
    pub verified: Verified,
    /// When that was found out.
    pub at: Timestamp,
    /// Why it is not verified further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Record {
    /// The largest record that is read: far above the largest that is written, with 16,384 databases of every type.
    pub const MOST_BYTES: usize = 8 * 1024 * 1024;

    /// What the newest look found, beside what was found before.
    pub fn with_verification(self, verification: Verification) -> Self {
        Self { verification, ..self }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// `NeedsHuman`, naming the key, if it is not a record: somebody else wrote it.
    pub fn parse(key: &str, json: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(json).map_err(|error| {
            Failure::needs_human(format!("the object {key} is not the record of a snapshot: {error}"))
                .with_next_step(format!("Restore the version of {key} before, or delete it together with its RDB file"))
        })
    }

    /// The record as it is stored.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a record has keys of text and numbers alone");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(number: u64) -> KeyspaceOf {
        [(0, Keys { keys: number, ..Keys::default() })].into()
    }

    #[test]
    fn keys_that_came_or_went_during_the_pull_are_no_difference() {
        let keyspace = Keyspace { before: keys(10), after: Some(keys(14)) };
        for (file, difference) in [(9, Some(-1)), (10, None), (12, None), (14, None), (17, Some(3))] {
            assert_eq!(keyspace.difference(&keys(file)), difference, "{file}");
        }
        assert_eq!(Keyspace { before: keys(10), after: None }.difference(&keys(11)), Some(1));
    }

    #[test]
    fn what_is_stored_with_an_object_is_ascii_and_is_read_as_it_was_written() {
        let origin = Origin {
            snapshot: "phillm-20261121t030000z".to_owned(),
            target: "phillm".to_owned(),
            reason: Some("antes de la migración, 100 %\n".to_owned()),
            taken_at: Timestamp::UNIX_EPOCH,
            source: Source {
                node: "10.0.0.7:6379".to_owned(),
                role: "replica".to_owned(),
                server: "redis".to_owned(),
                version: "8.0.2".to_owned(),
                replication_id: "0".repeat(40),
                replication_offset: 7,
            },
            compression: Compression::Zstd,
        };
        let text = origin.to_metadata();
        assert!(text.is_ascii() && !text.contains('\n'), "{text}");
        assert_eq!(Origin::parse_metadata(&text), Some(origin));
        assert_eq!(Origin::parse_metadata("{}"), None);
    }

    #[test]
    fn what_is_not_a_record_is_refused_by_its_key() {
        let refused = Record::parse("phillm/phillm-20261121t030000z.json", b"{}").unwrap_err().chain();
        assert!(refused.contains("phillm/phillm-20261121t030000z.json is not the record of a snapshot"), "{refused}");
    }
}
