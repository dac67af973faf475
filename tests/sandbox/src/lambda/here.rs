//! A function that runs in this process, for a simulation. An instance is a task instead of a process.

use std::{fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::{task::JoinSet, time::timeout};

use super::{InvocationResult, instance};
use crate::clock;

/// One event for a function in this process.
#[derive(Clone, Debug)]
pub struct Work {
    /// The access key id that its calls must be signed with.
    pub principal: String,
    /// The id of the invocation.
    pub request_id: String,
    /// The deadline of the invocation, in milliseconds since 1970.
    pub deadline_ms: i64,
    /// The event.
    pub event: Value,
}

/// The function's return value, or the type and the message of its error.
pub type Answer = Result<Value, (String, String)>;

/// A function in this process.
#[derive(Clone)]
pub struct Here {
    timeout: Duration,
    run: Arc<dyn Fn(Work) -> BoxFuture<'static, Answer> + Send + Sync>,
}

impl Here {
    /// Creates a function with this timeout.
    pub fn new(timeout: Duration, run: impl Fn(Work) -> BoxFuture<'static, Answer> + Send + Sync + 'static) -> Self {
        Self { timeout, run: Arc::new(run) }
    }

    /// The deadline of an invocation that starts now, in milliseconds since 1970.
    pub(super) fn deadline_ms(&self) -> i64 {
        let limit = i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX / 2);
        clock::now().as_millisecond().saturating_add(limit)
    }

    /// Starts an invocation as a task of `tasks`, so that it is aborted with them.
    pub(super) fn begin(&self, work: Work, tasks: &mut JoinSet<Answer>) -> tokio::task::AbortHandle {
        tasks.spawn((self.run)(work))
    }

    /// Waits for the invocation in `tasks`, until its timeout.
    pub(super) async fn end(&self, request_id: &str, mut tasks: JoinSet<Answer>) -> InvocationResult {
        match timeout(self.timeout, tasks.join_next()).await {
            Ok(Some(Ok(Ok(output)))) => InvocationResult::Returned(output),
            Ok(Some(Ok(Err((error_type, message))))) => InvocationResult::failed(&error_type, message),
            Ok(Some(Err(ended))) if ended.is_panic() => InvocationResult::failed("Runtime.ExitError", "it panicked"),
            Ok(_) => InvocationResult::failed("Runtime.ExitError", format!("RequestId: {request_id} Error: killed")),
            Err(_) => instance::timed_out(request_id, self.timeout),
        }
    }
}

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Here").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
