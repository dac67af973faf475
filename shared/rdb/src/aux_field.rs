//! What the writer of a file says about it.

use serde::Serialize;

/// The fields that are reported. Each is `None` if the file does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Aux {
    /// The version of Redis.
    pub redis_version: Option<String>,
    /// The version of Valkey.
    pub valkey_version: Option<String>,
    /// When the file was begun, in seconds since 1970.
    pub created_s: Option<u64>,
    /// The memory that the server used, in bytes.
    pub used_memory: Option<u64>,
    /// The replication ID.
    pub replication_id: Option<String>,
    /// The replication offset.
    pub replication_offset: Option<u64>,
    /// Whether the file is the base of an append-only file: it needs what follows it there.
    pub is_aof_base: Option<bool>,
}

impl Aux {
    /// Records a field. One that is not reported, or whose value is not as expected, is left out.
    pub(crate) fn record(&mut self, name: &[u8], value: &[u8]) {
        let Ok(value) = str::from_utf8(value) else { return };
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        let number = || value.parse().ok();
        match name {
            b"redis-ver" => self.redis_version = text(),
            b"valkey-ver" => self.valkey_version = text(),
            b"ctime" => self.created_s = number(),
            b"used-mem" => self.used_memory = number(),
            b"repl-id" => self.replication_id = text(),
            b"repl-offset" => self.replication_offset = number(),
            // The second is its name before Redis 7.0.
            b"aof-base" | b"aof-preamble" => self.is_aof_base = number().map(|number| number != 0),
            _ => {}
        }
    }
}
