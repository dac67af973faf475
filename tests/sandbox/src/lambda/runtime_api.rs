//! The Lambda Runtime API of one instance.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, body::Incoming, header, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc},
    task::JoinSet,
};

use super::InvocationResult;

/// The maximum size of a response.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// An event for the runtime.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) deadline_ms: i64,
    pub(super) function_arn: String,
    pub(super) event: Bytes,
}

/// A report of the runtime.
#[derive(Debug)]
pub(super) enum Report {
    /// It asked for its first event.
    Ready,
    /// Its initialization failed.
    InitFailed(InvocationResult),
    /// It ended the current invocation.
    Ended(InvocationResult),
}

/// The API of one instance.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    phase: Mutex<Phase>,
    work: AsyncMutex<mpsc::Receiver<Work>>,
    reports: mpsc::UnboundedSender<Report>,
}

/// The state of the runtime, which determines the requests that are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    Failed,
    Waiting,
    Running(String),
    Answered(String),
}

/// An error response: status, error type, message.
type Refusal = (StatusCode, &'static str, String);

impl RuntimeApi {
    pub(super) fn new(work: mpsc::Receiver<Work>, reports: mpsc::UnboundedSender<Report>) -> Self {
        Self { phase: Mutex::new(Phase::Starting), work: AsyncMutex::new(work), reports }
    }

    /// Serves until the task is aborted, which also closes every connection.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let api = Arc::clone(&self);
            connections.spawn(async move {
                let answer = service_fn(|request| Arc::clone(&api).answer(request));
                // If the runtime exits during a request, its exit is noticed elsewhere.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default().to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        // Always read, because a connection with an unread body cannot be reused.
        let body = body.collect().await.map(|body| body.to_bytes()).map_err(|_| unread());
        let answer = match (head.method, parts.as_slice()) {
            (Method::GET, ["invocation", "next"]) => self.next().await,
            (Method::POST, ["invocation", id, "response"]) => body.and_then(|body| self.end(id, || returned(&body))),
            (Method::POST, ["invocation", id, "error"]) => {
                body.and_then(|body| self.end(id, || failed(&head.headers, &body)))
            }
            (Method::POST, ["init", "error"]) => body.and_then(|body| self.init_error(failed(&head.headers, &body))),
            _ => Err((StatusCode::NOT_FOUND, "NotFound", format!("the Runtime API has no {}", head.uri.path()))),
        };
        Ok(answer.unwrap_or_else(|(status, error_type, message)| {
            reply(status, &json!({ "errorType": error_type, "errorMessage": message }))
        }))
    }

    /// Waits for the next event, without a timeout.
    async fn next(&self) -> Result<Response<Full<Bytes>>, Refusal> {
        {
            let mut phase = self.phase();
            match *phase {
                // A runtime whose long poll was interrupted asks again.
                Phase::Starting | Phase::Waiting | Phase::Answered(_) => {}
                Phase::Running(_) | Phase::Failed => return Err(misplaced(&phase, "Ready")),
            }
            if std::mem::replace(&mut *phase, Phase::Waiting) == Phase::Starting {
                self.report(Report::Ready);
            }
        }
        let mut queue = self.work.lock().await;
        let gone = || (StatusCode::GONE, "Runtime.Stopped", "the sandbox is stopping this instance".to_owned());
        let work = queue.recv().await.ok_or_else(gone)?;
        *self.phase() = Phase::Running(work.request_id.clone());
        let trace = format!("Root=1-{:08x}-{};Sampled=0", work.deadline_ms / 1000, "0".repeat(24));
        let response = Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .header("Lambda-Runtime-Aws-Request-Id", work.request_id)
            .header("Lambda-Runtime-Deadline-Ms", work.deadline_ms)
            .header("Lambda-Runtime-Invoked-Function-Arn", work.function_arn)
            .header("Lambda-Runtime-Trace-Id", trace)
            .body(Full::new(work.event));
        Ok(response.expect("the headers are well formed"))
    }

    /// Ends the running invocation. It can end only once.
    fn end(&self, id: &str, result: impl FnOnce() -> Ended) -> Result<Response<Full<Bytes>>, Refusal> {
        let mut phase = self.phase();
        match &*phase {
            Phase::Running(running) if running == id => {}
            Phase::Answered(answered) if answered == id => return Err(misplaced(&phase, "InvocationResponse")),
            _ => return Err((StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID".to_owned())),
        }
        let Ended { result, refusal } = result();
        *phase = Phase::Answered(id.to_owned());
        self.report(Report::Ended(result));
        refusal.map_or_else(|| Ok(accepted()), Err)
    }

    fn init_error(&self, ended: Ended) -> Result<Response<Full<Bytes>>, Refusal> {
        let mut phase = self.phase();
        if *phase != Phase::Starting {
            return Err(misplaced(&phase, "InitError"));
        }
        *phase = Phase::Failed;
        self.report(Report::InitFailed(ended.result));
        Ok(accepted())
    }

    fn report(&self, report: Report) {
        // The receiver is gone when the instance is being ended.
        let _ = self.reports.send(report);
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().expect("the lock is not poisoned")
    }
}

/// The result of an invocation, and the error response to the runtime, if any.
struct Ended {
    result: InvocationResult,
    refusal: Option<Refusal>,
}

fn returned(body: &[u8]) -> Ended {
    if body.len() > RESPONSE_LIMIT {
        let size = body.len();
        let message = format!(
            "Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
        );
        let refusal = (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message.clone());
        let result = InvocationResult::failed("Function.ResponseSizeTooLarge", message);
        return Ended { result, refusal: Some(refusal) };
    }
    let result = match serde_json::from_slice(body) {
        Ok(value) => InvocationResult::Returned(value),
        Err(_) if body.is_empty() => InvocationResult::Returned(Value::Null),
        // The body is not quoted, because it can contain secrets.
        Err(_) => InvocationResult::failed("Runtime.MalformedResponse", "the response of the function is not JSON"),
    };
    Ended { result, refusal: None }
}

/// The error in the body. If the body has no error type, that of the header counts.
fn failed(headers: &HeaderMap, body: &[u8]) -> Ended {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    let header = headers.get("Lambda-Runtime-Function-Error-Type").and_then(|value| value.to_str().ok());
    let error_type = member("errorType").or(header).unwrap_or("Unhandled");
    let result = InvocationResult::failed(error_type, member("errorMessage").unwrap_or_default());
    Ended { result, refusal: None }
}

fn misplaced(phase: &Phase, wanted: &str) -> Refusal {
    let from = match phase {
        Phase::Starting => "Started",
        Phase::Failed => "InitError",
        Phase::Waiting => "Ready",
        Phase::Running(_) => "Running",
        Phase::Answered(_) => "ResponseSent",
    };
    let message = format!("Transition from {from} to {wanted} is not allowed for runtime");
    (StatusCode::FORBIDDEN, "InvalidStateTransition", message)
}

fn unread() -> Refusal {
    (StatusCode::BAD_REQUEST, "InvalidRequest", "the body is incomplete".to_owned())
}

fn accepted() -> Response<Full<Bytes>> {
    reply(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

fn reply(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body.to_string().into()))
        .expect("the headers are well formed")
}
