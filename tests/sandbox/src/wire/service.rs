//! The description of a service, and the list of services to which requests are routed.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures::future::BoxFuture;
use hyper::{StatusCode, header, http::request::Parts};

use super::{Answer, AwsError, Call, Protocol};

/// The description of a service. Each service exports one, in `services/<service>/mod.rs`.
#[derive(Debug)]
pub struct Description {
    /// The service name in signatures: `secretsmanager`, `events`, `s3`.
    pub signing_name: &'static str,
    /// The protocols of the service, the default last. The headers of a request select one.
    pub protocols: &'static [Protocol],
    /// The error code for a parameter that is missing, unknown or of another type.
    pub invalid_input: &'static str,
    /// The `source` of the events that the service sends to EventBridge. Only AWS may send such events.
    pub event_sources: &'static [&'static str],
}

/// A service with an API.
pub(crate) trait Service: Send + Sync {
    /// The description of the service.
    fn description(&self) -> &'static Description;

    /// Carries out one call.
    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>>;
}

/// A parsed request.
pub(crate) struct Request {
    /// The service.
    pub(crate) service: Arc<dyn Service>,
    /// The protocol of the request and of its response.
    pub(crate) protocol: Protocol,
    /// The call.
    pub(crate) call: Call,
}

/// A request that cannot be parsed, with the protocol for the error response.
pub(crate) struct Unreadable {
    /// The protocol.
    pub(crate) protocol: Protocol,
    /// The error.
    pub(crate) error: AwsError,
}

/// The services of one sandbox.
pub(crate) struct Services(Vec<Arc<dyn Service>>);

impl Services {
    /// Creates the list of services.
    pub(crate) fn new(services: Vec<Arc<dyn Service>>) -> Self {
        Self(services)
    }

    /// Parses a request: its service, its protocol and its call.
    ///
    /// The service is that of the signature's credential scope (`Credential=AKID/date/region/service/aws4_request`).
    /// The signature itself is not verified.
    ///
    /// # Errors
    /// The request is not signed, is for a service that the sandbox does not have, or cannot be parsed.
    pub(crate) fn parse(&self, head: &Parts, body: Bytes) -> Result<Request, Unreadable> {
        let (principal, signing_name) =
            signer(head).map_err(|error| Unreadable { protocol: Protocol::guess(head), error })?;
        let service =
            self.find(&signing_name).map_err(|error| Unreadable { protocol: Protocol::guess(head), error })?;
        let description = service.description();
        let protocol = Protocol::of_request(description.protocols, head);
        let (operation, input) = protocol.parse(head, &body).map_err(|error| Unreadable { protocol, error })?;
        let call = Call {
            service: description,
            operation,
            principal,
            input,
            method: head.method.clone(),
            uri: head.uri.clone(),
            headers: head.headers.clone(),
            body,
        };
        Ok(Request { service, protocol, call })
    }

    /// The service with this signing name.
    fn find(&self, signing_name: &str) -> Result<Arc<dyn Service>, AwsError> {
        let found = self.0.iter().find(|service| service.description().signing_name == signing_name);
        found.cloned().ok_or_else(|| {
            let mut names: Vec<_> = self.0.iter().map(|service| service.description().signing_name).collect();
            names.sort_unstable();
            let names = names.join(", ");
            AwsError::new("UnknownService", format!("the sandbox has no service {signing_name}; it has {names}"))
        })
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|service| service.description().signing_name)).finish()
    }
}

/// The access key id and the service in the signature of a request.
fn signer(head: &Parts) -> Result<(String, String), AwsError> {
    let refuse = || {
        AwsError::new("MissingAuthenticationToken", "the request has no AWS Signature Version 4")
            .with_status(StatusCode::FORBIDDEN)
    };
    let authorization = head.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(refuse)?;
    let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).ok_or_else(refuse)?;
    let parts: Vec<&str> = scope.split('/').collect();
    match parts.as_slice() {
        [principal, _date, _region, service, "aws4_request"] => Ok(((*principal).to_owned(), (*service).to_owned())),
        _ => Err(refuse()),
    }
}
