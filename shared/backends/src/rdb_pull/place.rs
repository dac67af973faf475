//! Where a node is that can be asked for its RDB file.

/// A node that can be asked for its RDB file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its name in messages.
    pub(crate) id: String,
    /// Its name or address; `None` if it has none yet.
    pub(crate) host: Option<String>,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    /// The memory that it may use, in bytes, where its settings say.
    pub(crate) memory: Option<u64>,
}
