//! One HTTP request to Upstash, and its answer.

use std::time::Duration;

use cloud::{
    CallError, Clients, Effect,
    http::{NoAnswer, Request},
};
use policy::{Class, Failure};
use serde_json::Value;
use tokio::time::{sleep, timeout};

/// How long one try may take, from the connection to the end of the answer.
const TRY_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause before the second try; the third waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How often a request that can be repeated is tried before its error counts.
pub(super) const TRIES: u32 = 3;

/// An answer other than "try later". It can contain a credential, so it has no Debug.
pub(super) struct Answered {
    pub(super) status: u16,
    /// The body; `None` if it is no JSON.
    pub(super) body: Option<Value>,
}

/// Sends a request until it is answered, `tries` times at most: no answer, 429 and 5xx are tried again.
///
/// `doing` says what is being done, as in "describe the database". The error contains no part of the request and of the
/// answer's body.
///
/// # Errors
/// Retryable, when the last try was not answered, or with 429 or 5xx; Permanent, if HTTP does not allow the request.
pub(super) async fn send(
    clients: &Clients,
    doing: &str,
    tries: u32,
    request: &Request<'_>,
) -> Result<Answered, CallError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..tries {
        match attempt(clients, doing, request).await {
            Ok(answered) => return Ok(answered),
            Err(error) if error.failure.class() == Class::Permanent => return Err(error),
            Err(_) => sleep(pause).await,
        }
        pause *= 2;
    }
    attempt(clients, doing, request).await
}

async fn attempt(clients: &Clients, doing: &str, request: &Request<'_>) -> Result<Answered, CallError> {
    let answer = match timeout(TRY_TIMEOUT, clients.send(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(no_answer)) => return Err(lost(doing, no_answer)),
        Err(_) => return Err(lost(doing, NoAnswer::TooLate)),
    };
    let status = answer.status;
    if status == 429 {
        return Err(later(doing, "Upstash answered 429: too many requests", Effect::None));
    }
    if status >= 500 {
        return Err(later(doing, &format!("Upstash answered {status}"), Effect::Unknown));
    }
    // The parser's own error is left out: it quotes the body.
    Ok(Answered { status, body: serde_json::from_slice(&answer.body).ok() })
}

/// What went wrong, in words of our own: the client's may quote an address.
fn lost(doing: &str, no_answer: NoAnswer) -> CallError {
    let what = match no_answer {
        NoAnswer::NotSent => {
            let failure = Failure::permanent(format!("cannot {doing}: HTTP does not allow the URL or the credential"));
            let next_step = "Correct the endpoint in the settings, or the credential in its secret";
            return CallError::untouched(failure.with_next_step(next_step));
        }
        NoAnswer::TooLate => "no answer came in time",
        NoAnswer::NoConnection => {
            "the connection could not be opened or broke, or the server's certificate is not trusted"
        }
        NoAnswer::Broken => "the connection failed",
    };
    later(doing, what, Effect::Unknown)
}

fn later(doing: &str, what: &str, effect: Effect) -> CallError {
    let failure = Failure::retryable(format!("cannot {doing}: {what}"));
    CallError { failure, code: None, effect }
}
