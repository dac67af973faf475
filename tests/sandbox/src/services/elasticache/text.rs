//! Parameters of the query protocol, where everything is text.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error};

/// Reads an optional number or boolean.
pub(super) fn parsed<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom(format!("{text:?} is of the wrong type")))
}

/// Reads a number.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    parsed(deserializer)?.ok_or_else(|| D::Error::custom("a number is expected"))
}

/// Reads a list. An empty list arrives as an empty text.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Items(Vec<T>),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Items(items) => Ok(items),
        Either::Text(text) if text.is_empty() => Ok(Vec::new()),
        Either::Text(_) => Err(D::Error::custom("a list is expected")),
    }
}
