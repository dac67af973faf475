//! The text of the fields of a connection, and of templates of them.

use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Endpoint, Endpoints, Field, Template, UrlOptions, template::Part, url};

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
                Part::Text(part) => text.push_str(part),
                Part::Field(field) => text.push_str(self.field(*field, options)?.expose_secret()),
            }
        }
        Ok(text.into())
    }

    fn url(&self, endpoint: &Endpoint, options: &UrlOptions) -> Result<SecretString, String> {
        url::write(endpoint, self, options)
    }
}
