//! What a node answers.

/// The reply to one command, before it is written as RESP2 or RESP3.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A simple string, such as `OK`.
    Status(String),
    /// An error: its code, a space, and its text.
    Error(String),
    /// An integer.
    Integer(i64),
    /// A bulk string.
    Bulk(Vec<u8>),
    /// A bulk string in RESP2, a verbatim string in RESP3.
    Text(String),
    /// A bulk string in RESP2, a double in RESP3.
    Double(f64),
    /// No value.
    Null,
    /// An array.
    Array(Vec<Self>),
    /// An array in RESP2, a set in RESP3.
    Set(Vec<Self>),
    /// An array of keys and values in RESP2, a map in RESP3.
    Map(Vec<(Self, Self)>),
}

impl Reply {
    /// The status `OK`.
    pub fn ok() -> Self {
        Self::Status("OK".to_owned())
    }

    /// A bulk string.
    pub fn bulk(text: impl Into<Vec<u8>>) -> Self {
        Self::Bulk(text.into())
    }

    /// An error with this code and text.
    pub fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into())
    }

    /// The error for what a real server has and this one does not: a test must not pass because of it.
    pub fn not_simulated(what: &str) -> Self {
        Self::Error(format!("ERR the simulated node does not know '{what}'"))
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    /// A map with these keys.
    pub(crate) fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Self::bulk(key), value)).collect())
    }

    /// An array of bulk strings.
    pub(crate) fn bulks(texts: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self::Array(texts.into_iter().map(Self::bulk).collect())
    }
}
