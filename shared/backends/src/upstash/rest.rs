//! Commands over the REST API of a database.
//!
//! <https://upstash.com/docs/redis/features/restapi>

use cloud::{
    CallError, Clients,
    http::{Authorization, Method, Request},
};
use policy::{
    login::{Answer, NodeState},
    target::Database,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::http::{Answered, TRIES, send};

/// The longest code that an error begins with; anything longer is none.
const LONGEST_CODE: usize = 16;

/// The REST API of one database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    clients: &'a Clients,
    database: &'a Database,
}

/// What a database answers to a command.
pub(super) enum Reply {
    /// Its result.
    Result(Value),
    /// The token is refused.
    Refused,
    /// The database has used up its quota of requests.
    UsedUp,
    /// The command is refused; the code that the error begins with, or the status.
    Error(String),
}

impl<'a> Rest<'a> {
    pub(super) fn new(clients: &'a Clients, database: &'a Database) -> Self {
        Self { clients, database }
    }

    /// Runs a command that can be repeated.
    ///
    /// What the database says of an error is never kept as text: it can repeat the command's arguments.
    ///
    /// # Errors
    /// Retryable if no answer comes, or one that says "later".
    pub(super) async fn run(&self, token: &SecretString, command: &[&str]) -> Result<Reply, CallError> {
        let doing = format!("reach the database {}", self.database.endpoint);
        let request = Request {
            method: Method::Post,
            url: self.database.url(),
            authorization: Authorization::Bearer(token),
            body: Some(json!(command).to_string().into()),
        };
        Ok(Reply::of(send(self.clients, &doing, TRIES, &request).await?))
    }

    /// Asks whether the database accepts a token.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(super) async fn log_in(&self, token: &SecretString) -> Result<Answer, NodeState> {
        match self.run(token, &["PING"]).await {
            Ok(Reply::Result(_)) => Ok(Answer::Accepted),
            // A user without the right to PING is logged in too.
            Ok(Reply::Error(code)) if code == "NOPERM" => Ok(Answer::Accepted),
            Ok(Reply::Refused) => Ok(Answer::Refused),
            Ok(Reply::UsedUp) => Err(NodeState::NotReady("its quota of requests is used up".to_owned())),
            Ok(Reply::Error(code)) => Err(NodeState::NotReady(code)),
            Err(error) => Err(NodeState::Unreachable(error.failure.chain())),
        }
    }
}

impl Reply {
    fn of(Answered { status, body }: Answered) -> Self {
        let error = body.as_ref().and_then(|body| body.get("error")).and_then(Value::as_str);
        if error.is_some_and(means_used_up) {
            return Self::UsedUp;
        }
        let error = error.and_then(code);
        match (status, error.as_deref(), body) {
            (401, ..) | (_, Some("WRONGPASS" | "NOAUTH"), _) => Self::Refused,
            (_, Some(code), _) => Self::Error(code.to_owned()),
            (200, None, Some(Value::Object(mut object))) if object.contains_key("result") => {
                Self::Result(object.remove("result").unwrap_or_default())
            }
            (status, ..) => Self::Error(format!("HTTP {status}")),
        }
    }
}

/// Whether an error says that a limit of requests is reached: `ERR max requests limit exceeded. Limit: …`, or with
/// `max daily request limit`.
///
/// <https://upstash.com/docs/redis/troubleshooting/max_requests_limit>
fn means_used_up(error: &str) -> bool {
    error.starts_with("ERR max ") && error.contains("request") && error.contains("limit exceeded")
}

/// The code that an error begins with: `ERR`, `NOPERM`, `WRONGPASS`.
fn code(error: &str) -> Option<String> {
    let first = error.split_whitespace().next()?;
    (first.len() <= LONGEST_CODE && first.chars().all(|c| c.is_ascii_uppercase())).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(status: u16, body: Option<Value>) -> String {
        match Reply::of(Answered { status, body }) {
            Reply::Result(value) => value.to_string(),
            Reply::Refused => "refused".to_owned(),
            Reply::UsedUp => "used up".to_owned(),
            Reply::Error(code) => code,
        }
    }

    #[test]
    fn an_answer_is_a_result_a_refusal_or_a_code() {
        for (status, body, expected) in [
            (200, Some(json!({ "result": "PONG" })), "\"PONG\""),
            (200, Some(json!({ "result": null })), "null"),
            (401, Some(json!({ "error": "WRONGPASS invalid or missing auth token" })), "refused"),
            (401, Some(json!({ "error": "Unauthorized" })), "refused"),
            (401, None, "refused"),
            (400, Some(json!({ "error": "WRONGPASS invalid password" })), "refused"),
            (400, Some(json!({ "error": "NOPERM this user has no permissions" })), "NOPERM"),
            (400, Some(json!({ "error": "ERR unknown command 'x'" })), "ERR"),
            (400, Some(json!({ "error": "ERR max requests limit exceeded. Limit: 500000, Usage: 500000" })), "used up"),
            (400, Some(json!({ "error": "ERR max daily request limit exceeded. Limit: 10000" })), "used up"),
            (400, Some(json!({ "error": "ERR max request size exceeded. Limit: 1048576" })), "ERR"),
            (400, Some(json!({ "error": "secret-token-in-an-error" })), "HTTP 400"),
            (400, Some(json!({ "error": "SECRETTOKENINANERROR" })), "HTTP 400"),
            (200, Some(json!({ "error": "LOADING" })), "LOADING"),
            (200, Some(json!({})), "HTTP 200"),
            (200, Some(json!([])), "HTTP 200"),
            (200, None, "HTTP 200"),
            (302, None, "HTTP 302"),
        ] {
            assert_eq!(word(status, body.clone()), expected, "{status} {body:?}");
        }
    }
}
