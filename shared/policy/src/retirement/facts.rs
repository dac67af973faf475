//! The facts that a retirement is decided on.

use crate::{consumers::ConsumerFacts, secret::SecretFacts, server::Server, target::Retirement};

/// Everything that [`super::decide`] may look at. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Retirement,
    /// What the secret says.
    pub secret: SecretFacts,
    /// The server, once it was looked at; see [`SecretFacts::nothing_to_retire`].
    pub server: Option<Server>,
    /// The consumers, once they were looked at; see [`super::needs_consumers`].
    pub consumers: Option<Vec<ConsumerFacts>>,
}
