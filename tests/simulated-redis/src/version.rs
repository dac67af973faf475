//! The servers that a node can simulate.

/// A server and its version. They differ in a few commands, fields and error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Redis 7.0.
    Redis7,
    /// Redis 8.0.
    Redis8,
    /// Valkey 8.
    Valkey8,
}

impl Version {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Redis7, Self::Redis8, Self::Valkey8];

    /// The name that `HELLO` gives.
    pub(crate) fn server(self) -> &'static str {
        match self {
            Self::Redis7 | Self::Redis8 => "redis",
            Self::Valkey8 => "valkey",
        }
    }

    /// The version that `HELLO` gives.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::Redis7 => "7.0.15",
            Self::Redis8 => "8.0.2",
            Self::Valkey8 => "8.1.1",
        }
    }

    /// The version of Redis that the server is compatible with, which `INFO` gives as `redis_version`.
    pub(crate) fn compatible_with(self) -> &'static str {
        match self {
            Self::Valkey8 => "7.2.4",
            redis => redis.number(),
        }
    }
}
