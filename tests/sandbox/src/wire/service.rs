//! What a service tells the wire about itself, and the list of services that the wire routes to.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures::future::BoxFuture;
use hyper::{StatusCode, header, http::request::Parts};

use super::{Answer, AwsError, Call, Protocol};

/// A service in its own words. Each service exports one, in `services/<service>/mod.rs`.
#[derive(Debug)]
pub struct Description {
    /// The name that requests are signed for: `secretsmanager`, `events`, `s3`.
    pub signing_name: &'static str,
    /// The protocols that the service speaks, the usual one last. The request's headers say which one it uses.
    pub protocols: &'static [Protocol],
    /// The error code for a parameter that is missing, unknown or of another type.
    pub invalid_input: &'static str,
    /// The `source` of the events that the service sends over EventBridge; only AWS may send these.
    pub event_sources: &'static [&'static str],
}

/// A service that can be called over the wire.
pub(crate) trait Service: Send + Sync {
    /// What the wire needs to know about it.
    fn description(&self) -> &'static Description;

    /// Carries out one call.
    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>>;
}

/// A request that was read.
pub(crate) struct Request {
    /// The service that it is for.
    pub(crate) service: Arc<dyn Service>,
    /// The protocol that it uses, and that its answer uses.
    pub(crate) protocol: Protocol,
    /// What it asks for.
    pub(crate) call: Call,
}

/// A request that was not read, and the protocol that its client can read the reason in.
pub(crate) struct Unreadable {
    /// The protocol.
    pub(crate) protocol: Protocol,
    /// The reason.
    pub(crate) error: AwsError,
}

/// The services of one sandbox.
pub(crate) struct Services(Vec<Arc<dyn Service>>);

impl Services {
    /// A sandbox has these services, and no others.
    pub(crate) fn new(services: Vec<Arc<dyn Service>>) -> Self {
        Self(services)
    }

    /// Reads a request: the service it is for, the protocol it uses, and the call.
    ///
    /// The signature names the service (`Credential=AKID/date/region/service/aws4_request`), as at AWS. The signature itself
    /// is not checked.
    ///
    /// # Errors
    /// The request is not signed, is for a service that the sandbox does not have, or cannot be read.
    pub(crate) fn parse(&self, head: &Parts, body: Bytes) -> Result<Request, Unreadable> {
        let (principal, signing_name) =
            signer(head).map_err(|error| Unreadable { protocol: Protocol::guess(head), error })?;
        let service =
            self.find(&signing_name).map_err(|error| Unreadable { protocol: Protocol::guess(head), error })?;
        let description = service.description();
        let protocol = Protocol::of_request(description.protocols, head);
        let (operation, input) = protocol.parse(head, &body).map_err(|error| Unreadable { protocol, error })?;
        let call = Call { service: description, operation, principal, input, headers: head.headers.clone(), body };
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

/// The access key id and the service that the request is signed for.
fn signer(head: &Parts) -> Result<(String, String), AwsError> {
    let refuse = || {
        AwsError::new("MissingAuthenticationToken", "the request carries no AWS Signature Version 4")
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
