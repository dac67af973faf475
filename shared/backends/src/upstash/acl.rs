//! The tokens of an ACL user of Upstash.
//!
//! <https://upstash.com/docs/redis/commands/server/acl-setuser>

use cloud::{CallError, Clients, secrets_manager};
use policy::{
    Failure,
    login::Answer,
    rotation::Step,
    secret::Known,
    target::{AclUser, Database},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    database,
    rest::{Reply, Rest},
};
use crate::{capability::Capability, located::Located, observed::Observed};

/// Codes that mean "not now".
const LATER: [&str; 6] = ["LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY"];

/// The ACL user of one target, and the clients that log in as it and as its administrator.
#[derive(Clone, Copy, Debug)]
pub struct UpstashAcl<'a> {
    clients: &'a Clients,
    database: &'a Database,
    rest: Rest<'a>,
    user: &'a AclUser,
}

impl<'a> UpstashAcl<'a> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`upstash`, by `acl`",
        credential: "REST token of an ACL user",
        logs_in: "the REST API",
        overlap: "yes, by ACL",
        retired: "ACL",
    };

    /// The steps that need AWSPREVIOUS: a user can have any number of tokens.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set];

    /// The user that the settings name.
    pub fn new(clients: &'a Clients, database: &'a Database, user: &'a AclUser) -> Self {
        Self { clients, database, rest: Rest::new(clients, database), user }
    }

    /// Logs in with each token.
    ///
    /// # Errors
    /// None: the result says if a database gave no answer.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        Ok(database::observe(self.clients, self.database, &self.user.username, known).await)
    }

    /// Returns the URL of the REST API.
    pub(crate) fn endpoints(&self) -> Located {
        database::endpoints(self.database, &self.user.username)
    }

    /// Makes Upstash generate a token for the user (`ACL GENTOKEN`): it accepts no other.
    ///
    /// # Errors
    /// Permanent if the user does not exist or is off, or if the database refuses ACL commands.
    ///
    /// # Repeating
    /// Makes another one. Neither is accepted before it is added.
    pub async fn generate(&self) -> Result<SecretString, CallError> {
        let admin = self.admin().await?;
        self.check_user(&admin).await?;
        match self.run(&admin, &["ACL", "GENTOKEN", &self.user.username]).await? {
            Value::String(token) => Ok(token.into()),
            _ => Err(CallError::untouched(Failure::permanent(
                "Upstash answered ACL GENTOKEN with something that is no token",
            ))),
        }
    }

    /// Gives the user the pending token beside those that it has (`ACL SETUSER`).
    ///
    /// # Errors
    /// Permanent if the user does not exist or is off, or if ACL commands are refused; `NeedsHuman` if AWSCURRENT is the
    /// token of another user.
    ///
    /// # Repeating
    /// Changes nothing.
    pub(crate) async fn add(&self, pending: &SecretString, current: &SecretString) -> Result<(), CallError> {
        let admin = self.admin().await?;
        self.check_user(&admin).await?;
        self.check_owner(current).await?;
        let rule = rule('>', pending);
        self.run(&admin, &["ACL", "SETUSER", &self.user.username, rule.expose_secret()]).await?;
        Ok(())
    }

    /// Removes the previous token from the user (`ACL SETUSER`).
    ///
    /// # Errors
    /// Permanent if ACL commands are refused; `NeedsHuman` if AWSCURRENT is the token of another user.
    ///
    /// # Repeating
    /// Changes nothing.
    pub(crate) async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
        let admin = self.admin().await?;
        self.check_user(&admin).await?;
        self.check_owner(current).await?;
        let rule = rule('<', previous);
        let removed = self.run(&admin, &["ACL", "SETUSER", &self.user.username, rule.expose_secret()]).await;
        match removed {
            Ok(_) => Ok(()),
            // Redis refuses to remove what is not there, as after an attempt whose answer was lost.
            Err(_) if self.rest.log_in(previous).await == Ok(Answer::Refused) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The token of the user who may run ACL commands.
    async fn admin(&self) -> Result<SecretString, CallError> {
        let id = &self.user.admin_secret_id;
        let value = secrets_manager::current_value(self.clients.secrets_manager(), id).await?;
        // The parser's own error is left out: it quotes the value.
        let object: Option<Value> = serde_json::from_str(value.expose_secret()).ok();
        let token = object.as_ref().and_then(|object| object.get("token")).and_then(Value::as_str);
        token.map(SecretString::from).ok_or_else(|| {
            CallError::untouched(
                Failure::permanent(format!("the secret {id} is not a JSON object with a string under \"token\""))
                    .with_next_step("Store the REST token of a user who may run ACL commands in that secret"),
            )
        })
    }

    /// Refuses a user that does not exist: `ACL SETUSER` would create one without rights.
    async fn check_user(&self, admin: &SecretString) -> Result<(), CallError> {
        let AclUser { username, .. } = self.user;
        let user = self.run(admin, &["ACL", "GETUSER", username]).await?;
        let (why, next_step) = match () {
            () if user.is_null() => ("does not exist", "Create the user with `ACL SETUSER`"),
            () if flags(&user).any(|flag| flag == "off") => ("is off", "Switch the user on with `ACL SETUSER`"),
            () => return Ok(()),
        };
        let failure = Failure::permanent(format!("the ACL user {username} {why}")).with_next_step(next_step);
        Err(CallError::untouched(failure))
    }

    /// Refuses the token of another user in AWSCURRENT: a rotation would give its clients the rights of another user, that
    /// token would never be removed, and the token that is removed could be the only one of the user.
    async fn check_owner(&self, current: &SecretString) -> Result<(), CallError> {
        match self.rest.run(current, &["ACL", "WHOAMI"]).await? {
            Reply::Result(Value::String(name)) if name != self.user.username => Err(CallError::untouched(
                Failure::needs_human(format!(
                    "AWSCURRENT contains a token of the user {name:?}, and the settings name {:?}",
                    self.user.username
                ))
                .with_next_step("Correct the secret or `backend.renewal.username`"),
            )),
            // Few users may ask who they are.
            _ => Ok(()),
        }
    }

    /// Runs an ACL command as the administrator.
    async fn run(&self, admin: &SecretString, command: &[&str]) -> Result<Value, CallError> {
        let id = &self.user.admin_secret_id;
        let (why, next_step) = match self.rest.run(admin, command).await? {
            Reply::Result(value) => return Ok(value),
            Reply::Refused => {
                (format!("it refuses the token in the secret {id}"), "Put a token that logs in into that secret")
            }
            Reply::UsedUp => {
                let failure = Failure::retryable("the database has used up its quota of requests")
                    .with_next_step("Raise the limit of the database, or wait for the next period");
                return Err(CallError::untouched(failure));
            }
            Reply::Error(code) if LATER.contains(&code.as_str()) => {
                let failure = Failure::retryable(format!("the database does not accept ACL commands now ({code})"));
                return Err(CallError::untouched(failure));
            }
            Reply::Error(code) if code == "NOPERM" => {
                (format!("the user of the secret {id} may not run ACL commands"), "Give that user the right `+acl`")
            }
            Reply::Error(code) => (
                format!("it answered {code}"),
                "Check the plan of the database: only paid ones have ACL users, and the others are renewed by `reset`",
            ),
        };
        let command = command.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let failure = Failure::permanent(format!("the database refuses {command}: {why}")).with_next_step(next_step);
        Err(CallError::untouched(failure))
    }
}

/// The rule that gives or takes a token.
fn rule(sign: char, token: &SecretString) -> SecretString {
    format!("{sign}{}", token.expose_secret()).into()
}

/// The flags in an answer to `ACL GETUSER`, which is a list of names and values in turn, or an object.
fn flags(user: &Value) -> impl Iterator<Item = &str> {
    let flags = match user {
        Value::Array(list) => list.iter().skip_while(|name| name.as_str() != Some("flags")).nth(1),
        other => other.get("flags"),
    };
    flags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_found_in_either_shape() {
        for user in [json!(["flags", ["off", "x"], "passwords", []]), json!({ "flags": ["off", "x"] })] {
            assert_eq!(flags(&user).collect::<Vec<_>>(), ["off", "x"]);
        }
        assert_eq!(flags(&json!(["passwords", []])).count(), 0);
    }
}
