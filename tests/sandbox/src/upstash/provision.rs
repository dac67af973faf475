//! What Terraform would have made for a database: its user, its secrets and its settings.

use std::sync::Arc;

use policy::Target;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Database, Plan};
use crate::Sandbox;

/// How a target's credential is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By resets of the database's password.
    Reset,
    /// By a second token of an ACL user.
    Acl,
}

/// The user whose tokens are rotated.
const USERNAME: &str = "app";

/// A target that is there, whole.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Its settings.
    pub target: Target,
    /// Its database.
    pub database: Arc<Database>,
    /// The secret's ARN.
    pub secret_arn: String,
    /// The token that it began with.
    pub first_token: SecretString,
}

impl Sandbox {
    /// Makes a database of this name, the secret with its URL and a token, the secret that renewals need, and the settings.
    ///
    /// # Errors
    /// The database cannot be made, or a call is refused.
    pub async fn provision_upstash(&self, name: &str, way: Way, plan: Plan) -> anyhow::Result<Provisioned> {
        let database = self.upstash.create(name, plan).await?;
        let key_id = format!("{name}/upstash");
        let (token, renewal, key) = match way {
            Way::Reset => {
                let renewal = json!({ "by": "reset", "database_id": database.id, "api_secret_id": key_id });
                (database.token(), renewal, self.upstash.api_secret())
            }
            Way::Acl => {
                let renewal = json!({ "by": "acl", "username": USERNAME, "admin_secret_id": key_id });
                let token = database.create_user(USERNAME, &["~*", "+@all", "-@dangerous", "-acl"]).await?;
                let key = json!({ "token": database.token().expose_secret() }).to_string();
                (token, renewal, key.into())
            }
        };
        let document = json!({
            "name": name,
            "backend": {
                "type": "upstash", "endpoint": database.endpoint(), "port": database.port(), "renewal": renewal,
            },
            "secret": { "id": format!("{name}/redis"), "json_key": "token" },
        })
        .to_string();
        let target = Target::parse(&document)?;
        let value = json!({ "owner": "platform", "url": database.url(), "token": token.expose_secret() });
        let secret_arn = self.create_secret(&target, &value.to_string()).await?;
        let secrets = aws_sdk_secretsmanager::Client::new(&self.sdk_config());
        secrets.create_secret().name(key_id).secret_string(key.expose_secret()).send().await?;
        self.put_settings(name, &document).await?;
        Ok(Provisioned { target, database, secret_arn, first_token: token })
    }
}
