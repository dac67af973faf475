//! The REST API of a database, which runs commands.
//!
//! <https://upstash.com/docs/redis/features/restapi>

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Response, StatusCode, header::AUTHORIZATION, http::request::Parts};
use serde_json::{Value, json};

use super::{Database, command::Session, token};
use crate::redis::NoLogin;

/// A parsed request.
pub(super) enum Asked {
    /// One command.
    One(Vec<String>),
    /// Several commands, run in order.
    Pipeline(Vec<Vec<String>>),
}

/// The status and the message of an error.
pub(super) type Refusal = (StatusCode, &'static str);

/// Parses a request.
pub(super) fn read(head: &Parts, body: &Bytes) -> Result<Asked, Refusal> {
    if ![Method::GET, Method::HEAD, Method::POST, Method::PUT].contains(&head.method) {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "ERR method is not allowed"));
    }
    let unreadable = || (StatusCode::BAD_REQUEST, "ERR failed to parse command");
    let path = head.uri.path().trim_matches('/');
    match path {
        "" => Ok(Asked::One(command(&parse(body).ok_or_else(unreadable)?).ok_or_else(unreadable)?)),
        "pipeline" => {
            let Some(Value::Array(commands)) = parse(body) else { return Err(unreadable()) };
            Ok(Asked::Pipeline(commands.iter().map(command).collect::<Option<_>>().ok_or_else(unreadable)?))
        }
        "multi-exec" | "monitor" | "subscribe" => {
            Err((StatusCode::BAD_REQUEST, "ERR the sandbox does not have this endpoint"))
        }
        path => {
            let mut words: Vec<String> = path.split('/').map(decoded).collect();
            if !body.is_empty() {
                words.push(String::from_utf8_lossy(body).into_owned());
            }
            Ok(Asked::One(words))
        }
    }
}

impl Asked {
    /// The name of the operation in the journal. It never contains an argument.
    pub(super) fn operation(&self) -> String {
        let word = |word: Option<&String>| {
            let upper = word.map(|word| word.to_ascii_uppercase()).unwrap_or_default();
            let plain = (1..=16).contains(&upper.len()) && upper.chars().all(|c| c.is_ascii_uppercase());
            if plain { upper } else { "?".to_owned() }
        };
        match self {
            Self::Pipeline(_) => "Rest PIPELINE".to_owned(),
            Self::One(command) => match word(command.first()).as_str() {
                "ACL" => format!("Rest ACL {}", word(command.get(1))),
                name => format!("Rest {name}"),
            },
        }
    }
}

/// Carries out a request. Returns the response, and the error code if the command failed.
pub(super) async fn answer(database: &Database, head: &Parts, asked: Asked) -> (Response<Full<Bytes>>, Option<String>) {
    database.thawed().await;
    let bearer = bearer_token(head).and_then(|token| token::bearer(&database.id, &token));
    let opened = match &bearer {
        Some(bearer) => Session::open(database, bearer).await,
        None => Err(NoLogin::Refused),
    };
    let mut session = match opened {
        Ok(session) => session,
        Err(NoLogin::Refused) => {
            let answer = refusal(StatusCode::UNAUTHORIZED, "WRONGPASS invalid or missing auth token");
            return (answer, Some("WRONGPASS".to_owned()));
        }
        Err(NoLogin::Down) => {
            let answer = refusal(StatusCode::SERVICE_UNAVAILABLE, "ERR the database does not answer");
            return (answer, Some("Unreachable".to_owned()));
        }
    };
    match asked {
        Asked::One(command) => match session.run(&command).await {
            Ok(result) => (json_of(StatusCode::OK, &json!({ "result": result })), None),
            Err(error) => {
                let code = error.split(' ').next().unwrap_or("ERR").to_owned();
                (refusal(StatusCode::BAD_REQUEST, &error), Some(code))
            }
        },
        Asked::Pipeline(commands) => {
            let mut results = Vec::new();
            for command in commands {
                results.push(match session.run(&command).await {
                    Ok(result) => json!({ "result": result }),
                    Err(error) => json!({ "error": error }),
                });
            }
            (json_of(StatusCode::OK, &Value::Array(results)), None)
        }
    }
}

/// An error response.
pub(super) fn refusal(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    json_of(status, &json!({ "error": error }))
}

/// A response with a JSON body.
pub(super) fn json_of(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn bearer_token(head: &Parts) -> Option<String> {
    let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let query = || {
        let query = head.uri.query().unwrap_or_default().as_bytes();
        form_urlencoded::parse(query).find(|(name, _)| name == "_token").map(|(_, value)| value.into_owned())
    };
    header.and_then(|header| header.strip_prefix("Bearer ")).map(str::to_owned).or_else(query)
}

fn parse(body: &Bytes) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// A command from a JSON array of strings and numbers.
fn command(value: &Value) -> Option<Vec<String>> {
    let word = |word: &Value| match word {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    value.as_array().filter(|words| !words.is_empty())?.iter().map(word).collect()
}

/// Percent-decodes one segment of a path.
fn decoded(part: &str) -> String {
    let escaped = part.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_contains_the_name_of_a_command_but_not_its_arguments() {
        for (command, named) in [
            (vec!["ping"], "Rest PING"),
            (vec!["ACL", "setuser", "app", ">secret"], "Rest ACL SETUSER"),
            (vec!["SET", "secret", "secret"], "Rest SET"),
            (vec!["AXsecret=="], "Rest ?"),
            (vec!["ACL", "AXsecret=="], "Rest ACL ?"),
            (vec!["ACL"], "Rest ACL ?"),
        ] {
            let asked = Asked::One(command.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(asked.operation(), named);
        }
    }

    #[test]
    fn a_path_segment_is_decoded_once() {
        for (part, plain) in [("foo", "foo"), ("a%20b", "a b"), ("a+b=c&d", "a+b=c&d"), ("%2525", "%25")] {
            assert_eq!(decoded(part), plain);
        }
    }
}
