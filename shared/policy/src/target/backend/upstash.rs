//! Upstash.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    target::check::{check_given, check_host, check_port, check_username, refused},
};

/// An Upstash database. Its secret is a JSON object with the REST token under `secret.json_key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The host name of its endpoint, as the console shows it: without scheme, port and path.
    #[schemars(length(min = 1))]
    pub endpoint: String,
    /// The port of its REST API.
    #[serde(default = "https_port")]
    #[schemars(range(min = 1))]
    pub port: u16,
    /// How its credential is renewed.
    pub renewal: Renewal,
}

/// How the credential of an Upstash database is renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Renewal {
    /// By a password reset: Upstash generates the new one, and refuses the old one at once.
    Reset(Reset),
    /// By a second token of an ACL user, before the first is removed: no client is refused. Paid databases only.
    Acl(AclUser),
}

/// Renewal by the Developer API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The database's id in Upstash.
    #[schemars(length(min = 1))]
    pub database_id: String,
    /// The name or ARN of the secret with the Developer API's `{"email", "api_key"}`.
    #[schemars(length(min = 1))]
    pub api_secret_id: String,
}

/// Renewal by ACL commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AclUser {
    /// The ACL user whose tokens are rotated. It cannot be `default`, which Upstash does not allow to change.
    #[schemars(length(min = 1))]
    pub username: String,
    /// The name or ARN of the secret with the `{"token"}` of a user who may run ACL commands.
    #[schemars(length(min = 1))]
    pub admin_secret_id: String,
}

fn https_port() -> u16 {
    443
}

impl Database {
    /// Whether this is the URL of its REST API, as secrets contain it: nothing but `https`, the endpoint and the port.
    pub fn is_url(&self, url: &str) -> bool {
        let Some((scheme, rest)) = url.split_once("://") else { return false };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, Some(https_port())),
        };
        scheme.eq_ignore_ascii_case("https") && host.eq_ignore_ascii_case(&self.endpoint) && port == Some(self.port)
    }

    /// The URL of its REST API.
    pub fn url(&self) -> String {
        match self.port {
            443 => format!("https://{}", self.endpoint),
            port => format!("https://{}:{port}", self.endpoint),
        }
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        check_host("`backend.endpoint`", &self.endpoint)?;
        check_port("`backend.port`", self.port)?;
        match &self.renewal {
            Renewal::Reset(reset) => {
                check_given("`backend.renewal.database_id`", &reset.database_id, "the database's id")?;
                check_given("`backend.renewal.api_secret_id`", &reset.api_secret_id, "the secret of the Developer API")
            }
            Renewal::Acl(user) => {
                check_username("`backend.renewal.username`", &user.username)?;
                if user.username == "default" {
                    return Err(refused(
                        "`backend.renewal.username`",
                        "Upstash does not allow changes of the user default; create another user",
                    ));
                }
                check_given(
                    "`backend.renewal.admin_secret_id`",
                    &user.admin_secret_id,
                    "the secret of the administrator",
                )
            }
        }
    }
}
