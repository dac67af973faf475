//! How RDB files are compressed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How RDB files are compressed in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// With Zstandard. A restore begins with `zstd -d`.
    #[default]
    Zstd,
    /// Not at all: the object is the RDB file.
    None,
}

impl Compression {
    /// Whether it is the default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
