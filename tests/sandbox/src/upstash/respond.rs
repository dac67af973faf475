//! Responses to requests, with their faults and their entries in the journal.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header::USER_AGENT, http::request::Parts};

use super::{Database, Upstash, developer_api, rest};
use crate::{
    clock,
    faults::{Faults, What},
    journal::{CallResult, Entry, Journal},
    strike::{self, Dropped},
};

/// The `User-Agent` of load generators. Their requests are not recorded and get no faults.
pub const UNRECORDED_AGENT: &str = "sandbox-load";

/// A response, or none.
pub(super) type Responded = Result<Response<Full<Bytes>>, Dropped>;

/// The faults and the journal, which every request passes through.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) faults: Arc<Faults>,
    pub(super) journal: Arc<Journal>,
    /// Who calls. A request does not say so: without sockets, its client is known.
    pub(super) caller: Option<String>,
}

/// The operation and the subject of a request, for the journal.
struct Called {
    operation: String,
    subject: String,
}

/// Responds to a request to the Developer API.
pub(super) async fn to_owner(upstash: &Upstash, surroundings: Surroundings, head: &Parts, body: &Bytes) -> Responded {
    let asked = match developer_api::read(head) {
        Ok(asked) => asked,
        Err(status) => return Ok(developer_api::refusal(status)),
    };
    let name = upstash.database(&asked.id).map(|database| database.name.clone());
    let called = Called { operation: asked.operation.to_owned(), subject: name.unwrap_or_else(|| asked.id.clone()) };
    let act = async {
        let answer = developer_api::answer(upstash, head, body, &asked).await;
        let refused = (!answer.status().is_success()).then(|| answer.status().as_str().to_owned());
        (answer, refused)
    };
    surroundings.meet(called, |what| developer_api::refusal(status(what)), act).await
}

/// Responds to a request to the REST API of a database.
pub(super) async fn to_bearer(
    database: &Database,
    surroundings: Surroundings,
    head: &Parts,
    body: &Bytes,
) -> Responded {
    let asked = match rest::read(head, body) {
        Ok(asked) => asked,
        Err((status, error)) => return Ok(rest::refusal(status, error)),
    };
    if head.headers.get(USER_AGENT).is_some_and(|agent| agent == UNRECORDED_AGENT) {
        return Ok(rest::answer(database, head, asked).await.0);
    }
    let called = Called { operation: asked.operation(), subject: database.name.clone() };
    let quoted = String::from_utf8_lossy(body).into_owned();
    let refuse = |what| match what {
        What::Quote => rest::refusal(status(what), &format!("ERR Command is not available: '{quoted}'")),
        what => rest::refusal(status(what), "ERR a fault of the sandbox"),
    };
    surroundings.meet(called, refuse, rest::answer(database, head, asked)).await
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
    /// Carries a request out, unless its fault comes before that, and records it.
    async fn meet(
        &self,
        Called { operation, subject }: Called,
        refuse: impl FnOnce(What) -> Response<Full<Bytes>>,
        act: impl Future<Output = (Response<Full<Bytes>>, Option<String>)>,
    ) -> Responded {
        let (place, fault) = match &self.caller {
            Some(caller) => self.faults.on_call(caller, &operation),
            None => self.faults.on_unsigned(&operation),
        };
        let entry = Entry {
            at: clock::now(),
            principal: self.caller.clone().unwrap_or_default(),
            invocation: place,
            service: "upstash".to_owned(),
            operation,
            subject: Some(subject),
            result: CallResult::Answered,
        };
        strike::Surroundings { faults: &self.faults, journal: &self.journal }.meet(fault, entry, refuse, act).await
    }
}
