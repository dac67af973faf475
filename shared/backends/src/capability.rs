//! What a backend must be able to do for its credential to be rotated.

use std::future::Future;

use cloud::{CallError, secrets_manager::Version};
use policy::{Failure, rotation::Server};
use secrecy::SecretString;

/// The credentials that the secret knows.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// AWSPENDING's, where there is one.
    pub pending: Option<&'a SecretString>,
    /// AWSCURRENT's.
    pub current: &'a SecretString,
    /// AWSPREVIOUS's, where it is needed and is another than AWSCURRENT's.
    pub previous: Option<&'a SecretString>,
    /// The version that the pending one is kept in.
    pub version: Option<&'a Version>,
}

/// What was seen of a backend.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What the policy looks at.
    pub server: Server,
    /// The user that logs in with the credential.
    pub username: String,
    /// The names and addresses that the target is known by.
    pub hosts: Vec<String>,
}

/// A backend whose credential can be rotated: two are valid at once.
pub trait Credentials {
    /// Whether the backend is given all credentials that are to stay, so that AWSPREVIOUS must be known before one is
    /// added.
    const REPLACES_ALL: bool = false;

    /// Describes the backend and logs in everywhere. It changes nothing.
    ///
    /// # Errors
    /// Permanent where the backend is not what the settings say, or may not be described. A node that gives no answer is no
    /// error: it is in what was seen.
    fn observe(&self, known: Known<'_>) -> impl Future<Output = Result<Observed, Failure>> + Send;

    /// Makes the backend accept the pending credential beside the current one.
    ///
    /// # Errors
    /// Retryable where the backend is busy. After an error whose effect is unknown, look.
    ///
    /// # Repeating
    /// Do not: look first.
    fn add(&self, pending: &SecretString, current: &SecretString)
    -> impl Future<Output = Result<(), CallError>> + Send;

    /// Makes the backend accept this credential, the last one added, and nothing else.
    ///
    /// # Errors
    /// Retryable where the backend is busy. After an error whose effect is unknown, look.
    ///
    /// # Repeating
    /// Leaves the backend as it is.
    fn keep_only(&self, credential: &SecretString) -> impl Future<Output = Result<(), CallError>> + Send;
}
