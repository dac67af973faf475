//! What a client connects with, and how it is written to outputs.

mod field;
mod template;
mod text;
mod url;

pub use field::Field;
pub use template::Template;
pub use url::UrlOptions;

use secrecy::SecretString;

/// Where a client connects to over RESP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
}

/// The endpoints of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Where clients write: the primary, or the configuration endpoint in cluster mode.
    pub primary: Option<Endpoint>,
    /// Where clients may read.
    pub reader: Option<Endpoint>,
    /// The URL of the REST API.
    pub rest_url: Option<String>,
    /// Whether cluster mode is enabled: such a Redis has only database 0.
    pub cluster_mode: bool,
}

/// Everything that a client connects with. Its Debug shows no credential.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Where to.
    pub endpoints: Endpoints,
    /// The user that logs in; `None` if clients give a password alone.
    pub username: Option<String>,
    /// The credential.
    pub credential: SecretString,
    /// The ARN of the secret that contains the credential.
    pub secret_arn: String,
    /// The id of the secret's version that contains the credential.
    pub secret_version_id: String,
}

#[cfg(test)]
mod tests;
