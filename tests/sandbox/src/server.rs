//! The AWS endpoint: one loopback listener for every service.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Request, Response, StatusCode, body::Incoming, http::request::Parts, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, time::sleep};

use crate::{
    chance, clock,
    faults::{Faults, What},
    journal::{CallResult, Entry, Journal},
    wire::{self, AwsError, Call, Services, Stream, Unreadable},
};

/// The services, and the faults and the journal that every call passes through.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) services: Services,
    pub(crate) faults: Arc<Faults>,
    pub(crate) journal: Arc<Journal>,
}

/// The connection is dropped without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
pub(crate) enum Dropped {
    /// The caller continues.
    Reset,
    /// The caller is killed.
    Killed,
}

/// Serves connections until the task is aborted.
pub(crate) async fn serve(endpoint: Arc<Endpoint>, listener: TcpListener) -> Result<Infallible, std::io::Error> {
    loop {
        let (stream, _peer): (_, SocketAddr) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| respond(endpoint.clone(), request));
            // An error here is a client that disconnected, or a connection that a fault dropped.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn respond(endpoint: Arc<Endpoint>, request: Request<Incoming>) -> Result<Response<Stream>, Dropped> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped::Reset)?.to_bytes();
    answer(&endpoint, &head, body).await
}

/// Handles one request: parses it, applies its fault, carries it out, and records it.
pub(crate) async fn answer(endpoint: &Endpoint, head: &Parts, body: Bytes) -> Result<Response<Stream>, Dropped> {
    let request_id = chance::uuid().to_string();
    let wire::Request { service, protocol, call } = match endpoint.services.parse(head, body) {
        Ok(parsed) => parsed,
        // There is no operation to record.
        Err(Unreadable { protocol, error }) => return Ok(protocol.render("Unknown", &request_id, Err(error))),
    };
    let at = clock::now();
    let (place, fault) = endpoint.faults.on_call(&call.principal, &call.operation);
    let written = |result| Entry {
        at,
        principal: call.principal.clone(),
        invocation: place.clone(),
        service: call.service.signing_name.to_owned(),
        operation: call.operation.clone(),
        subject: call.subject(),
        result,
    };
    let before = |what| endpoint.journal.record(written(CallResult::FaultedBefore(format!("{what:?}"))));
    match fault {
        Some(what @ What::KillBefore) => {
            before(what);
            place.iter().for_each(|place| endpoint.faults.kill(place));
            return Err(Dropped::Killed);
        }
        Some(what @ What::Reset) => {
            before(what);
            return Err(Dropped::Reset);
        }
        Some(what @ (What::Throttle | What::InternalError | What::Quote)) => {
            before(what);
            return Ok(protocol.render(&call.operation, &request_id, Err(refusal(what, &call))));
        }
        Some(What::Delay(time)) => sleep(time).await,
        Some(What::Hold) => endpoint.faults.held().await,
        Some(What::LoseAnswer | What::KillAfter) | None => {}
    }
    let result = service.carry_out(&call).await;
    if let Some(what @ (What::LoseAnswer | What::KillAfter)) = fault {
        endpoint.journal.record(written(match &result {
            Ok(_) => CallResult::FaultedAfter(format!("{what:?}")),
            Err(error) => CallResult::Refused(error.code.clone()),
        }));
        if what == What::KillAfter {
            place.iter().for_each(|place| endpoint.faults.kill(place));
            return Err(Dropped::Killed);
        }
        return Err(Dropped::Reset);
    }
    endpoint.journal.record(written(match &result {
        Ok(_) => CallResult::Answered,
        Err(error) => CallResult::Refused(error.code.clone()),
    }));
    Ok(protocol.render(&call.operation, &request_id, result))
}

/// The error response that simulates a fault.
fn refusal(what: What, call: &Call) -> AwsError {
    match what {
        What::Throttle => AwsError::new("ThrottlingException", "Rate exceeded"),
        What::Quote => AwsError::new(
            call.service.invalid_input,
            format!("1 validation error detected: Value '{}' failed to satisfy constraint", call.input),
        ),
        _ => AwsError::new("InternalFailure", "a fault of the sandbox").with_status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
