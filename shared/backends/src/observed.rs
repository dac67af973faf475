//! What is seen of a backend.

use policy::server::Server;

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
