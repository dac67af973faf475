//! The fields that a template can contain.

/// One field of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The URL of the primary or configuration endpoint, with the credential.
    Url,
    /// The URL of the reader endpoint, with the credential.
    ReaderUrl,
    /// The host of the primary or configuration endpoint.
    Host,
    /// The host of the reader endpoint.
    ReaderHost,
    /// The port.
    Port,
    /// `true` or `false`.
    Tls,
    /// The credential.
    Password,
    /// The user that logs in.
    Username,
    /// The URL of the REST API.
    RestUrl,
    /// The credential of the REST API.
    RestToken,
    /// The ARN of the secret that contains the credential.
    SecretArn,
    /// The id of the secret's version that contains the credential. Each rotation changes it; it is not confidential.
    SecretVersionId,
}

impl Field {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Url,
        Self::ReaderUrl,
        Self::Host,
        Self::ReaderHost,
        Self::Port,
        Self::Tls,
        Self::Password,
        Self::Username,
        Self::RestUrl,
        Self::RestToken,
        Self::SecretArn,
        Self::SecretVersionId,
    ];

    /// How a template spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::ReaderUrl => "reader_url",
            Self::Host => "host",
            Self::ReaderHost => "reader_host",
            Self::Port => "port",
            Self::Tls => "tls",
            Self::Password => "password",
            Self::Username => "username",
            Self::RestUrl => "rest_url",
            Self::RestToken => "rest_token",
            Self::SecretArn => "secret_arn",
            Self::SecretVersionId => "secret_version_id",
        }
    }

    /// The field of that spelling.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Whether it contains the credential.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Url | Self::ReaderUrl | Self::Password | Self::RestToken)
    }

    /// Whether it contains everything that a client connects with.
    pub fn is_url(self) -> bool {
        matches!(self, Self::Url | Self::ReaderUrl)
    }
}
