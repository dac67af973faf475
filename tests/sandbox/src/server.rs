//! The AWS endpoint: one loopback listener for every service.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, http::request::Parts, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{
    chance, clock,
    faults::{Faults, What},
    journal::{CallResult, Entry, Journal},
    strike::{Dropped, Surroundings},
    wire::{self, AwsError, Call, Services, Stream, Unreadable},
};

/// The services, and the faults and the journal that every call passes through.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) services: Services,
    pub(crate) faults: Arc<Faults>,
    pub(crate) journal: Arc<Journal>,
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
    let entry = Entry {
        at,
        principal: call.principal.clone(),
        invocation: place,
        service: call.service.signing_name.to_owned(),
        operation: call.operation.clone(),
        subject: call.subject(),
        result: CallResult::Answered,
    };
    let render = |result| protocol.render(&call.operation, &request_id, result);
    let act = async {
        let result = service.carry_out(&call).await;
        let refused = result.as_ref().err().map(|error| error.code.clone());
        (render(result), refused)
    };
    let surroundings = Surroundings { faults: &endpoint.faults, journal: &endpoint.journal };
    let response = surroundings.meet(fault, entry, |what| render(Err(refusal(what, &call))), act).await?;
    Ok(if head.method == Method::HEAD { response.map(|_| nothing()) } else { response })
}

/// No body: the response to HEAD has none, not even that of an error.
fn nothing() -> Stream {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// The error response that simulates a fault.
fn refusal(what: What, call: &Call) -> AwsError {
    let is_s3 = call.service.signing_name == "s3";
    match what {
        // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors
        What::Throttle if ["PutParameter", "LabelParameterVersion"].contains(&call.operation.as_str()) => {
            AwsError::new(
                "TooManyUpdates",
                "There are concurrent updates for a resource that supports one update at a time.",
            )
        }
        // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
        What::Throttle if is_s3 => {
            AwsError::new("SlowDown", "Please reduce your request rate.").with_status(StatusCode::SERVICE_UNAVAILABLE)
        }
        What::Throttle => AwsError::new("ThrottlingException", "Rate exceeded"),
        What::Quote => AwsError::new(
            call.service.invalid_input,
            format!("1 validation error detected: Value '{}' failed to satisfy constraint", call.input),
        ),
        _ => AwsError::new(if is_s3 { "InternalError" } else { "InternalFailure" }, "a fault of the sandbox")
            .with_status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
