//! The Developer API, which describes databases, resets their passwords and backs them up.
//!
//! <https://upstash.com/docs/devops/developer-api/introduction>

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION},
    http::request::Parts,
};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Account, ResetAnswer, Upstash, rest::json_of};

/// A parsed request.
pub(super) struct Asked {
    /// The operation, as it appears in the journal.
    pub(super) operation: &'static str,
    /// The database's id.
    pub(super) id: String,
    /// The backup's id, if the request is for one.
    backup: Option<String>,
}

/// Parses a request. The error is the status of the response.
pub(super) fn read(head: &Parts) -> Result<Asked, StatusCode> {
    let path = head.uri.path().strip_prefix("/v2/redis/").ok_or(StatusCode::NOT_FOUND)?;
    let (what, id) = path.split_once('/').ok_or(StatusCode::NOT_FOUND)?;
    let (operation, method) = match what {
        "database" => ("GetDatabase", Method::GET),
        "reset-password" => ("ResetPassword", Method::POST),
        "list-backup" => ("ListBackups", Method::GET),
        "create-backup" => ("CreateBackup", Method::POST),
        "delete-backup" => ("DeleteBackup", Method::DELETE),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    if head.method != method {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let accepts = |value: &str| value.contains("json") || value.contains("*/*");
    if head.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| !accepts(value)) {
        return Err(StatusCode::NOT_ACCEPTABLE);
    }
    let (id, backup) = match (what, id.split_once('/')) {
        ("delete-backup", Some((id, backup))) => (id, Some(backup.to_owned())),
        ("delete-backup", None) => return Err(StatusCode::NOT_FOUND),
        _ => (id, None),
    };
    Ok(Asked { operation, id: id.to_owned(), backup })
}

/// Carries out a request.
pub(super) async fn answer(upstash: &Upstash, head: &Parts, body: &Bytes, asked: &Asked) -> Response<Full<Bytes>> {
    if !is_owner(&upstash.account, head) {
        return refusal(StatusCode::UNAUTHORIZED);
    }
    let Some(database) = upstash.database(&asked.id) else { return refusal(StatusCode::NOT_FOUND) };
    let behaviour = *upstash.behaviour();
    let query = head.uri.query().unwrap_or_default();
    let body = match (asked.operation, behaviour.reset_answer) {
        ("ListBackups", _) => return database.list_backups(),
        ("CreateBackup", _) => return database.create_backup(body, behaviour.backup),
        ("DeleteBackup", _) => return database.delete_backup(asked.backup.as_deref().unwrap_or_default()),
        ("GetDatabase", _) => {
            let hidden = database.is_protected() || query.split('&').any(|pair| pair == "credentials=hide");
            database.describe((!hidden).then_some(behaviour.stale))
        }
        (_, shape) => {
            if database.reset_password().await.is_err() {
                return refusal(StatusCode::INTERNAL_SERVER_ERROR);
            }
            match shape {
                ResetAnswer::Empty => return Response::new(Full::default()),
                ResetAnswer::WithoutCredentials => database.describe(None),
                ResetAnswer::WithCredentials => database.describe(Some(std::time::Duration::ZERO)),
            }
        }
    };
    json_of(StatusCode::OK, &body)
}

/// An error response: the reason phrase of the status, as JSON.
pub(super) fn refusal(status: StatusCode) -> Response<Full<Bytes>> {
    json_of(status, &json!(status.canonical_reason().unwrap_or("refused")))
}

fn is_owner(Account { email, api_key }: &Account, head: &Parts) -> bool {
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{email}:{}", api_key.expose_secret())));
    head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) == Some(expected.as_str())
}
