//! What a backend must be able to do for its clients to be told where it is.

use std::future::Future;

use policy::{
    Failure,
    connection::{Endpoint, Endpoints as Places},
};
use secrecy::SecretString;

/// Where clients connect to, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where to.
    pub places: Places,
    /// The user that logs in; `None` where a client gives a password alone.
    pub username: Option<String>,
}

impl Located {
    /// Where a user logs in; `default` needs no name.
    pub(crate) fn of(places: Places, username: &str) -> Self {
        let named = username != crate::login::DEFAULT_USER;
        Self { places, username: named.then(|| username.to_owned()) }
    }
}

/// A backend that says where its clients connect to.
pub trait Endpoints {
    /// Finds out where clients connect to now.
    ///
    /// # Errors
    /// Permanent where the backend is not what the settings say, or has no such place; Retryable where it has none yet.
    fn locate(&self, current: &SecretString) -> impl Future<Output = Result<Located, Failure>> + Send;
}

/// An endpoint over RESP.
pub(crate) fn endpoint(host: &str, port: u16, tls: bool) -> Endpoint {
    Endpoint { host: host.to_owned(), port, tls }
}
