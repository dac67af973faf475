//! What a client connects with, and how it is written to outputs.

mod field;
mod template;
mod url;

pub use field::Field;
pub use template::Template;
pub use url::UrlOptions;

use secrecy::{ExposeSecret, SecretString};

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

impl Connection {
    /// The text of one field.
    ///
    /// # Errors
    /// Why this target does not have the field.
    pub fn field(&self, field: Field, options: &UrlOptions) -> Result<SecretString, String> {
        let Endpoints { primary, reader, rest_url, .. } = &self.endpoints;
        let primary = || primary.as_ref().ok_or("this target has no endpoint but its REST API");
        let reader = || reader.as_ref().ok_or("this target has no reader endpoint");
        let rest_url = || rest_url.as_deref().ok_or("this target has no REST API");
        Ok(match field {
            Field::Url => return self.url(primary()?, options),
            Field::ReaderUrl => return self.url(reader()?, options),
            Field::Host => primary()?.host.clone().into(),
            Field::ReaderHost => reader()?.host.clone().into(),
            Field::Port => primary()?.port.to_string().into(),
            Field::Tls => primary()?.tls.to_string().into(),
            Field::Password => {
                primary()?;
                self.credential.clone()
            }
            Field::Username => self.username.as_deref().unwrap_or("default").into(),
            Field::RestUrl => rest_url()?.into(),
            Field::RestToken => {
                rest_url()?;
                self.credential.clone()
            }
            Field::SecretArn => self.secret_arn.as_str().into(),
            Field::SecretVersionId => self.secret_version_id.as_str().into(),
        })
    }

    /// The text of a template.
    ///
    /// # Errors
    /// As [`Connection::field`].
    pub fn fill(&self, template: &Template, options: &UrlOptions) -> Result<SecretString, String> {
        let mut text = String::new();
        for part in template.parts() {
            match part {
                template::Part::Text(part) => text.push_str(part),
                template::Part::Field(field) => text.push_str(self.field(*field, options)?.expose_secret()),
            }
        }
        Ok(text.into())
    }

    fn url(&self, endpoint: &Endpoint, options: &UrlOptions) -> Result<SecretString, String> {
        url::write(endpoint, self, options)
    }
}

#[cfg(test)]
mod tests;
