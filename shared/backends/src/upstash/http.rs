//! One HTTP request to Upstash, and its answer.

use std::{sync::OnceLock, time::Duration};

use cloud::{CallError, Effect};
use policy::Failure;
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::Value;
use tokio::time::sleep;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long one try may take, from the connection to the end of the answer.
const TRY_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause before the second try; the third waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How often a request that can be repeated is tried before its error counts.
pub(super) const TRIES: u32 = 3;

/// An answer other than "try later". It can contain a credential, so it has no Debug.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    /// The body; `None` if it is no JSON.
    pub(super) body: Option<Value>,
}

/// One client for the process: its connections outlive a request, and so does the work of loading certificates.
///
/// Certificates are verified against the roots of the machine, or those of `SSL_CERT_FILE`. A redirection is not followed:
/// a credential goes where the settings say, and nowhere else.
fn client() -> Result<&'static Client, CallError> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client);
    }
    let client = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TRY_TIMEOUT)
        .redirect(Policy::none())
        .build()
        .map_err(|error| CallError::untouched(Failure::permanent("no HTTPS client can be made here").because(error)))?;
    Ok(CLIENT.get_or_init(|| client))
}

/// Sends a request until it is answered, `tries` times at most: no answer, 429 and 5xx are tried again.
///
/// `doing` says what is being done, as in "describe the database". The error contains no part of the request and of the
/// answer's body.
///
/// # Errors
/// Retryable, when the last try was not answered, or with 429 or 5xx.
pub(super) async fn send(
    doing: &str,
    tries: u32,
    request: impl Fn(&Client) -> RequestBuilder,
) -> Result<Answered, CallError> {
    let client = client()?;
    let mut pause = FIRST_PAUSE;
    for _ in 1..tries {
        match attempt(doing, request(client)).await {
            Ok(answered) => return Ok(answered),
            Err(_) => sleep(pause).await,
        }
        pause *= 2;
    }
    attempt(doing, request(client)).await
}

async fn attempt(doing: &str, request: RequestBuilder) -> Result<Answered, CallError> {
    let lost = |error: reqwest::Error| later(doing, what_went_wrong(&error), Effect::Unknown);
    let response = request.send().await.map_err(lost)?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(later(doing, "Upstash answered 429: too many requests", Effect::None));
    }
    if status.is_server_error() {
        return Err(later(doing, &format!("Upstash answered {}", status.as_u16()), Effect::Unknown));
    }
    let body = response.bytes().await.map_err(lost)?;
    // The parser's own error is left out: it quotes the body.
    Ok(Answered { status, body: serde_json::from_slice(&body).ok() })
}

fn later(doing: &str, what: &str, effect: Effect) -> CallError {
    let failure = Failure::retryable(format!("cannot {doing}: {what}"));
    CallError { failure, code: None, effect }
}

/// What went wrong, in words of our own: the client's may quote an address.
fn what_went_wrong(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "no answer came in time",
        error if error.is_connect() => "no connection could be opened, or its certificate is not trusted",
        _ => "the connection failed",
    }
}
