//! Listeners, faults and the journal.

use std::{
    future::Future,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::USER_AGENT, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use super::{Database, Upstash, developer_api, rest};
use crate::{
    clock,
    faults::{Faults, What},
    journal::{CallResult, Entry, Journal},
};

/// The `User-Agent` of load generators. Their requests are not recorded and get no faults.
pub const UNRECORDED_AGENT: &str = "sandbox-load";

/// The connection is dropped without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
struct Dropped;

/// The faults and the journal, which every request passes through.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) faults: Arc<Faults>,
    pub(super) journal: Arc<Journal>,
}

/// The operation and the subject of a request, for the journal.
struct Called {
    operation: String,
    subject: String,
}

/// Serves the Developer API.
pub(super) async fn developer_api(upstash: Weak<Upstash>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let upstash = upstash.clone();
        tokio::spawn(serve(stream, move |request| respond_to_owner(upstash.clone(), request)));
    }
}

/// Serves the REST API of a database.
pub(super) async fn rest(
    database: Arc<Database>,
    surroundings: Surroundings,
    listener: TcpListener,
    acceptor: TlsAcceptor,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (database, surroundings, acceptor) = (database.clone(), surroundings.clone(), acceptor.clone());
        tokio::spawn(async move {
            // Nagle's algorithm would delay small commands. An error is harmless: the socket still works.
            let _ = stream.set_nodelay(true);
            // A failed handshake is the client's concern: it does not trust the certificate, for example.
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, move |request| respond_to_bearer(database.clone(), surroundings.clone(), request)).await;
            }
        });
    }
}

async fn serve<S, F, R>(stream: S, answer: F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<Incoming>) -> R,
    R: Future<Output = Result<Response<Full<Bytes>>, Dropped>> + Send + 'static,
{
    // A task of its own, so that the request is carried out even if the client disconnects.
    let answer = service_fn(|request| {
        let answering = tokio::spawn(answer(request));
        async { answering.await.map_err(|_| Dropped)? }
    });
    // An error here is a client that disconnected, or a connection that a fault dropped.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn respond_to_owner(
    upstash: Weak<Upstash>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let upstash = upstash.upgrade().ok_or(Dropped)?;
    let (head, body) = request.into_parts();
    body.collect().await.map_err(|_| Dropped)?;
    let asked = match developer_api::read(&head) {
        Ok(asked) => asked,
        Err(status) => return Ok(developer_api::refusal(status)),
    };
    let called = Called { operation: asked.operation.to_owned(), subject: asked.id.clone() };
    let surroundings = Surroundings { faults: upstash.faults.clone(), journal: upstash.journal.clone() };
    let act = async {
        let answer = developer_api::answer(&upstash, &head, &asked).await;
        let refused = (!answer.status().is_success()).then(|| answer.status().as_str().to_owned());
        (answer, refused)
    };
    surroundings.meet(called, |what| developer_api::refusal(status(what)), act).await
}

async fn respond_to_bearer(
    database: Arc<Database>,
    surroundings: Surroundings,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let asked = match rest::read(&head, &body) {
        Ok(asked) => asked,
        Err((status, error)) => return Ok(rest::refusal(status, error)),
    };
    if head.headers.get(USER_AGENT).is_some_and(|agent| agent == UNRECORDED_AGENT) {
        return Ok(rest::answer(&database, &head, asked).await.0);
    }
    let called = Called { operation: asked.operation(), subject: database.name.clone() };
    let quoted = String::from_utf8_lossy(&body).into_owned();
    let refuse = |what| match what {
        What::Quote => rest::refusal(status(what), &format!("ERR Command is not available: '{quoted}'")),
        what => rest::refusal(status(what), "ERR a fault of the sandbox"),
    };
    surroundings.meet(called, refuse, rest::answer(&database, &head, asked)).await
}

/// The HTTP status that simulates a fault.
fn status(what: What) -> StatusCode {
    match what {
        What::Throttle => StatusCode::TOO_MANY_REQUESTS,
        What::Quote => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Surroundings {
    /// Applies the fault of a request, carries the request out, and records it.
    async fn meet(
        &self,
        Called { operation, subject }: Called,
        refuse: impl Fn(What) -> Response<Full<Bytes>>,
        act: impl Future<Output = (Response<Full<Bytes>>, Option<String>)>,
    ) -> Result<Response<Full<Bytes>>, Dropped> {
        let at = clock::now();
        let (place, fault) = self.faults.on_unsigned(&operation);
        let write = |result| {
            self.journal.record(Entry {
                at,
                principal: String::new(),
                invocation: place.clone(),
                service: "upstash".to_owned(),
                operation: operation.clone(),
                subject: Some(subject.clone()),
                result,
            });
        };
        let kill = || place.iter().for_each(|place| self.faults.kill(place));
        let before = |what| write(CallResult::FaultedBefore(format!("{what:?}")));
        match fault {
            Some(what @ What::KillBefore) => {
                before(what);
                kill();
                return Err(Dropped);
            }
            Some(what @ What::Reset) => {
                before(what);
                return Err(Dropped);
            }
            Some(what @ (What::Throttle | What::InternalError | What::Quote)) => {
                before(what);
                return Ok(refuse(what));
            }
            Some(What::Delay(time)) => sleep(time).await,
            Some(What::Hold) => self.faults.held().await,
            Some(What::LoseAnswer | What::KillAfter) | None => {}
        }
        let (answer, refused) = act.await;
        match (refused, fault) {
            (Some(code), _) => write(CallResult::Refused(code)),
            (None, Some(what @ (What::LoseAnswer | What::KillAfter))) => {
                write(CallResult::FaultedAfter(format!("{what:?}")));
            }
            (None, _) => write(CallResult::Answered),
        }
        match fault {
            Some(What::KillAfter) => {
                kill();
                Err(Dropped)
            }
            Some(What::LoseAnswer) => Err(Dropped),
            _ => Ok(answer),
        }
    }
}
