//! Why an RDB file is refused: where, and what was expected there.

/// A file that is refused. The message has no data of keys and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {kind}")]
pub struct Error {
    /// The offset of the first byte that is not as expected.
    pub offset: u64,
    /// What is wrong there.
    pub kind: ErrorKind,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file does not start as an RDB file does.
    #[error("expected an RDB file, which starts with REDIS or VALKEY and a version")]
    NotRdb,
    /// The file is of a version that cannot be read. That says nothing about the file.
    #[error("expected version 1 to 14 of Redis or 80 of Valkey, found {0}")]
    UnknownVersion(String),
    /// The byte is no opcode, and no type of a value, of this version. Newer servers, modules of vendors and damage all do this.
    #[error("expected an opcode or a type of a value, found {0}")]
    UnknownOpcode(u8),
    /// The bytes are not what can stand there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The file ends in the middle.
    #[error("expected {0}, but the file ends")]
    Truncated(&'static str),
    /// The file is not as it was written.
    #[error("expected the checksum {computed:016x}, found {stored:016x}")]
    Checksum {
        /// The checksum in the file.
        stored: u64,
        /// The checksum of the file.
        computed: u64,
    },
    /// The file has more databases than a server is set up with, and than are counted.
    #[error("expected at most {0} databases")]
    TooManyDatabases(usize),
}
