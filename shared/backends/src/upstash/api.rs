//! The Developer API of Upstash.
//!
//! <https://upstash.com/docs/devops/developer-api/introduction>

use cloud::{
    CallError, Clients,
    http::{Authorization, Method, Request},
    secrets_manager,
};
use policy::{Failure, target::Reset};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::http::{Answered, TRIES, send};

/// Where the API is, unless `UPSTASH_API_URL` says otherwise.
const URL: &str = "https://api.upstash.com";

/// The Developer API, with the key that a target's settings name.
#[derive(Debug)]
pub struct Api<'a> {
    clients: &'a Clients,
    url: String,
    reset: &'a Reset,
    email: String,
    api_key: SecretString,
}

/// What the API says of a database.
#[derive(Debug)]
pub struct Description {
    /// Its endpoint, if it says so.
    pub endpoint: Option<String>,
    /// The REST token of its default user; `None` if Credential Protection hides it.
    ///
    /// <https://upstash.com/docs/redis/features/credential-protection>
    pub rest_token: Option<SecretString>,
}

impl<'a> Api<'a> {
    /// Reads the API's key from its own secret.
    ///
    /// # Errors
    /// Permanent, naming the secret, if it does not exist, may not be read, or lacks the keys `email` and `api_key`.
    ///
    /// # Permissions
    /// `secretsmanager:GetSecretValue` on that secret
    pub async fn load(clients: &'a Clients, reset: &'a Reset) -> Result<Self, Failure> {
        let value = secrets_manager::current_value(clients.secrets_manager(), &reset.api_secret_id).await?;
        // The parser's own error is left out: it quotes the value.
        let object: Value = serde_json::from_str(value.expose_secret()).unwrap_or_default();
        let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(email), Some(api_key)) = (text("email"), text("api_key")) else {
            return Err(Failure::permanent(format!(
                "the secret {} is not a JSON object with strings under \"email\" and \"api_key\"",
                reset.api_secret_id
            ))
            .with_next_step("Store the e-mail address of the account and a key of the Developer API in that secret"));
        };
        let url = std::env::var("UPSTASH_API_URL").unwrap_or_else(|_| URL.to_owned());
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { clients, url, reset, email: email.to_owned(), api_key: api_key.into() })
    }

    /// Describes the database.
    ///
    /// # Errors
    /// Permanent if the key is refused or the database does not exist; Retryable if the API does not answer.
    pub async fn describe(&self) -> Result<Description, CallError> {
        let doing = format!("describe the database {}", self.reset.database_id);
        let answered = send(self.clients, &doing, TRIES, &self.request(Method::Get, "database")).await?;
        let body = self.check(&doing, answered)?;
        Ok(Description { endpoint: text(&body, "endpoint").map(str::to_owned), rest_token: rest_token(&body) })
    }

    /// Resets the password of the database, and with it both its REST tokens, which are refused from then on. Returns the
    /// new token if the answer contains it: Upstash's documentation shows both.
    ///
    /// <https://upstash.com/docs/devops/developer-api/redis/reset_password>
    ///
    /// # Errors
    /// Permanent if the key is refused or the database does not exist; Retryable otherwise. After an error whose effect is
    /// unknown, look.
    ///
    /// # Repeating
    /// Resets it again: look first. So it is sent once.
    pub async fn reset_password(&self) -> Result<Option<SecretString>, CallError> {
        let doing = format!("reset the password of the database {}", self.reset.database_id);
        let answered = send(self.clients, &doing, 1, &self.request(Method::Post, "reset-password")).await?;
        Ok(rest_token(&self.check(&doing, answered)?))
    }

    fn request(&self, method: Method, what: &str) -> Request<'_> {
        let url = format!("{}/v2/redis/{what}/{}", self.url, self.reset.database_id);
        Request { method, url, authorization: Authorization::Basic(&self.email, &self.api_key), body: None }
    }

    /// The body of an answer that says yes; an answer without one has done what was asked all the same.
    fn check(&self, doing: &str, answered: Answered) -> Result<Value, CallError> {
        let Answered { status, body } = answered;
        if (200..300).contains(&status) {
            return Ok(body.unwrap_or_default());
        }
        // <https://upstash.com/docs/devops/developer-api/http_status_codes>
        let secret = &self.reset.api_secret_id;
        let next_step = match status {
            401 => format!("Correct the e-mail address and the API key in the secret {secret}"),
            403 => {
                format!("Put an API key of the database's owner into the secret {secret}: this one has no access to it")
            }
            404 => "Correct `backend.renewal.database_id`".to_owned(),
            _ => "Correct the settings; if they are correct, Upstash has changed its API".to_owned(),
        };
        let failure = Failure::permanent(format!("cannot {doing}: Upstash answered {status}"));
        Err(CallError::untouched(failure.with_next_step(next_step)))
    }
}

fn text<'a>(body: &'a Value, key: &str) -> Option<&'a str> {
    body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The token in a description; one of asterisks is none.
fn rest_token(body: &Value) -> Option<SecretString> {
    text(body, "rest_token").filter(|token| !token.contains('*')).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_that_is_absent_empty_or_masked_is_none() {
        for body in [json!({}), json!(null), json!({ "rest_token": "" }), json!({ "rest_token": "****" }), json!([1])] {
            assert!(rest_token(&body).is_none(), "{body}");
        }
        let token = rest_token(&json!({ "rest_token": "AXab+/=", "password": "p" })).unwrap();
        assert_eq!(token.expose_secret(), "AXab+/=");
    }
}
