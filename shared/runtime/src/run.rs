//! One run of a function, from event to outcome.

use std::{panic::AssertUnwindSafe, time::SystemTime};

use cloud::Clients;
use futures::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Class, Failure,
    outcome::{Details, Outcome},
};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::{certificates, deadline::Deadline, diagnostic::Reported, record};

/// Who invokes the function, and so what becomes of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Secrets Manager's rotation hook: every failure is an error. Secrets Manager retries the rotation whatever its class.
    RotationHook,
    /// A schedule, an event or a person: only what may succeed later is an error, which makes Lambda invoke the function
    /// again. Any other failure is in the outcome, which is the answer, and in the metrics.
    Platform,
}

/// Runs a function's flow on one event, and writes one outcome record to the log, whatever came of it.
///
/// `details` says which function it is, and is what only this function reports.
///
/// # Errors
/// A diagnostic whose `errorType` is the class of the worst failure: any class for [`Caller::RotationHook`], Retryable
/// alone for [`Caller::Platform`].
///
/// # Repeating
/// As the flow: it looks at the current state, and does only what is left to do.
pub async fn run<F>(
    details: Details,
    caller: Caller,
    clients: &Clients,
    event: LambdaEvent<Value>,
    flow: F,
) -> Result<Outcome, Diagnostic>
where
    F: AsyncFnOnce(&Clients, Value, Deadline, &mut Outcome) -> Result<(), Failure>,
{
    let began = Instant::now();
    let calls_before = clients.calls_sent();
    let mut outcome = Outcome::new(details);
    let deadline = Deadline::of(&event.context, clients.now());
    let left = deadline.left();
    let checked = async {
        certificates::check()?;
        clients.check_credentials().await?;
        flow(clients, event.payload, deadline, &mut outcome).await
    };
    // Boxed: the flow's calls are nested too deep for the compiler to lay them out as one.
    let flow = Box::pin(checked);
    // A run that is stopped between two calls leaves the same state as one that was killed there: the next run continues
    // from it. A panic leaves its record too. Of what the flow borrows, only the outcome is used afterwards, and it only
    // grows.
    let result = match timeout(left, AssertUnwindSafe(flow).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(Failure::permanent(
            "the function panicked, which is a bug or a broken environment; the log line before this one says where",
        )),
        Err(_elapsed) => Err(Failure::retryable(
            "time is up before an AWS call returned. Nothing is lost: the next run continues from here",
        )),
    };
    outcome.api_calls = clients.calls_sent() - calls_before;
    outcome.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(failure) = &result {
        outcome.failed(failure);
    }
    report(&outcome, clients.now());
    match Reported::of(&outcome) {
        Some(failure) if caller == Caller::RotationHook || failure.class() == Class::Retryable => Err(failure.into()),
        _ => Ok(outcome),
    }
}

/// Logs how the run ended, and writes its outcome record.
fn report(outcome: &Outcome, now: SystemTime) {
    match outcome.failure() {
        None => tracing::info!("the run is done"),
        Some(failure) => tracing::error!("the run failed: {failure}"),
    }
    record::write(outcome, now);
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;
    use serde_json::json;

    use super::*;

    async fn nothing_but_a_panic(_: &Clients, _: Value, _: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
        outcome.did("write-parameter", "it was missing");
        panic!("a bug")
    }

    #[tokio::test]
    async fn a_panic_leaves_an_outcome_that_says_what_was_done_before() {
        let clients = Clients::from(aws_config::SdkConfig::builder().build());
        let event = || LambdaEvent::new(json!({}), Context::default());
        let platform = run(Details::Connection {}, Caller::Platform, &clients, event(), nothing_but_a_panic).await;
        let outcome = serde_json::to_value(platform.unwrap()).unwrap();
        assert_eq!((&outcome["status"], &outcome["done"][0]["what"]), (&json!("permanent"), &json!("write-parameter")));
        assert!(outcome["failure"].as_str().unwrap().contains("panicked"), "{outcome}");
        let hook =
            run(Details::Rotation { step: None }, Caller::RotationHook, &clients, event(), nothing_but_a_panic).await;
        assert_eq!(hook.unwrap_err().error_type, "Permanent");
    }
}
