//! Upstash's `ACL` command.
//!
//! <https://upstash.com/docs/redis/commands/server/acl>

use redis::cmd;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    command::{Result, Session},
    database::{DEFAULT, READ_ONLY, new_password},
};
use crate::redis::ADMINISTRATOR;

/// The minimum length of a password that the caller chooses.
const SHORTEST: usize = 16;

/// Users of the sandbox itself, hidden from callers.
const HIDDEN: [&str; 2] = [ADMINISTRATOR, READ_ONLY];

/// Runs an `ACL` command as the bearer.
pub(super) async fn run(session: &mut Session<'_>, arguments: &[String]) -> Result {
    let Some((subcommand, rest)) = arguments.split_first() else {
        return Err("ERR wrong number of arguments for 'acl' command".to_owned());
    };
    let subcommand = subcommand.to_ascii_uppercase();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (subcommand.as_str(), rest.as_slice()) {
        ("WHOAMI", []) => return session.ask(cmd("ACL").arg("WHOAMI")).await,
        ("GENTOKEN" | "RESTTOKEN" | "SETUSER" | "GETUSER" | "DELUSER" | "USERS", _) => {}
        _ => return Err(format!("ERR the sandbox has no ACL {subcommand} with these arguments")),
    }
    allowed(session).await?;
    match (subcommand.as_str(), rest.as_slice()) {
        ("GENTOKEN", [username]) => Ok(token(session, username, &new_password())),
        ("GENTOKEN", [username, password]) if password.len() >= SHORTEST => {
            Ok(token(session, username, &SecretString::from(*password)))
        }
        ("GENTOKEN", [_, _]) => Err("ERR password is too weak".to_owned()),
        ("RESTTOKEN", [username, password]) => rest_token(session, username, password).await,
        ("SETUSER", [username, rules @ ..]) => set_user(session, username, rules).await,
        ("GETUSER", [username]) if HIDDEN.contains(username) => Ok(Value::Null),
        ("GETUSER", [username]) => session.ask_as_administrator(cmd("ACL").arg("GETUSER").arg(username)).await,
        ("DELUSER", [username]) => {
            changeable(username)?;
            session.ask_as_administrator(cmd("ACL").arg("DELUSER").arg(username)).await
        }
        ("USERS", []) => match session.ask_as_administrator(cmd("ACL").arg("USERS")).await? {
            Value::Array(mut users) => {
                users.retain(|user| !HIDDEN.iter().any(|hidden| user == hidden));
                Ok(Value::Array(users))
            }
            other => Ok(other),
        },
        _ => Err(format!("ERR wrong number of arguments for 'acl|{}' command", subcommand.to_ascii_lowercase())),
    }
}

/// Rejects a bearer who may not run `ACL SETUSER`, with the error of Redis. Whoever may run `ACL USERS` may: there are no rules
/// for subcommands.
async fn allowed(session: &mut Session<'_>) -> std::result::Result<(), String> {
    let asked = session.ask(cmd("ACL").arg("USERS")).await;
    asked.map(drop).map_err(|_| "NOPERM this user has no permissions to run the 'acl' command".to_owned())
}

fn changeable(username: &str) -> std::result::Result<(), String> {
    if username == DEFAULT || HIDDEN.contains(&username) {
        return Err(format!("ERR user \"{username}\" cannot be modified"));
    }
    Ok(())
}

fn token(session: &Session<'_>, username: &str, password: &SecretString) -> Value {
    json!(session.database.make_token(username, password).expose_secret())
}

/// The token of a user with this password. The password can also be passed as a token.
async fn rest_token(session: &Session<'_>, username: &str, password: &str) -> Result {
    let wrapped = session.database.password_in(username, password);
    let password = wrapped.unwrap_or_else(|| password.into());
    let bearer = super::token::Bearer { username: username.to_owned(), password: password.clone() };
    match Session::open(session.database, &bearer).await {
        Ok(_) => Ok(token(session, username, &password)),
        Err(_) => Err(format!("ERR Wrong password or user \"{username}\" does not exist")),
    }
}

async fn set_user(session: &Session<'_>, username: &str, rules: &[&str]) -> Result {
    changeable(username)?;
    let mut command = cmd("ACL");
    command.arg("SETUSER").arg(username);
    for rule in rules {
        command.arg(translated(session, username, rule)?.expose_secret());
    }
    session.ask_as_administrator(&command).await
}

/// Translates a rule for Redis. The error for a rule that Upstash rejects does not quote it.
fn translated(session: &Session<'_>, username: &str, rule: &str) -> std::result::Result<SecretString, String> {
    let refused = |what: &str| Err(format!("ERR Error in ACL SETUSER modifier: {what}"));
    let mut characters = rule.chars();
    match (characters.next(), characters.as_str()) {
        (Some(sign @ ('>' | '<')), token) => match session.database.password_in(username, token) {
            Some(password) => Ok(format!("{sign}{}", password.expose_secret()).into()),
            None => refused("Passwords must be generated with ACL GENTOKEN"),
        },
        (Some('#'), _) => refused("Hashed passwords are not supported"),
        (Some('!' | '~' | '&'), _) => Ok(rule.into()),
        (Some('+' | '-'), name) if name.contains('|') => refused("Subcommand rules are not supported"),
        (Some('+' | '-'), _) => Ok(rule.into()),
        _ => match rule {
            "on" | "off" | "resetpass" | "allkeys" | "resetkeys" | "allchannels" | "resetchannels" | "allcommands"
            | "nocommands" | "reset" => Ok(rule.into()),
            "nopass" => refused("nopass is not supported"),
            _ => refused("Syntax error"),
        },
    }
}
