//! What a backend observes.

use policy::server::Server;

/// The observed state of a backend.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What the policy decides on.
    pub server: Server,
    /// The user that logs in with the credential.
    pub username: String,
    /// The names and addresses that the target is known by.
    pub hosts: Vec<String>,
}
