//! One parsed call, whatever the protocol.

use bytes::Bytes;
use hyper::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AwsError, Description};

/// The parameters that name what a call is about. A cache comes before the user group that it is given.
const SUBJECTS: [&str; 21] = [
    "SecretId",
    "FunctionName",
    "Name",
    "Path",
    "ReplicationGroupId",
    "CacheClusterId",
    "ServerlessCacheName",
    "UserId",
    "UserGroupId",
    "ResourceName",
    "ResourceId",
    "ServiceId",
    "OperationId",
    "Id",
    "service",
    "serviceName",
    "task",
    "taskDefinition",
    "family",
    "resourceArn",
    "cluster",
];

/// A call of one operation, read off the wire.
#[derive(Clone)]
pub struct Call {
    /// The service that is called.
    pub service: &'static Description,
    /// The operation, in the SDK's spelling.
    pub operation: String,
    /// The access key id that signed the call; functions have one per running instance.
    pub principal: String,
    /// The parameters in path, query and body. Query parameters arrive as a tree of strings, lists collapsed to arrays.
    pub input: Value,
    /// The headers of the request, where the REST protocols have parameters too.
    pub headers: HeaderMap,
    /// The body as it came, where it is a payload.
    pub body: Bytes,
}

/// Without the parameters: they may hold a secret.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, operation, principal, input: _, headers: _, body: _ } = self;
        let mut call = f.debug_struct("Call");
        call.field("service", &service.signing_name).field("operation", operation).field("principal", principal);
        call.finish_non_exhaustive()
    }
}

impl Call {
    /// A call made inside the sandbox, by one service of another.
    pub(crate) fn new(service: &'static Description, operation: &str, principal: &str, input: Value) -> Self {
        let (operation, principal) = (operation.to_owned(), principal.to_owned());
        Self { service, operation, principal, input, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Reads the parameters into the operation's input type.
    ///
    /// # Errors
    /// A parameter that is missing, unknown or of another type: what the service
    /// calls that, naming the parameter.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, AwsError> {
        serde_json::from_value(self.input.clone())
            .map_err(|error| AwsError::new(self.service.invalid_input, format!("{}: {error}", self.operation)))
    }

    /// The value of a header; `None` where the request does not have it, or where it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The refusal of an operation that the service does not have here.
    pub(crate) fn unknown(&self) -> AwsError {
        let (service, operation) = (self.service.signing_name, &self.operation);
        AwsError::new("UnknownOperationException", format!("the sandbox has no operation {operation} in {service}"))
    }

    /// What the call is about, for the journal: the first of the parameters that name something. Never a secret.
    pub fn subject(&self) -> Option<String> {
        SUBJECTS.iter().find_map(|key| self.input.get(key)?.as_str()).map(str::to_owned)
    }
}
