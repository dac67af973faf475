//! A parsed API call, independent of the protocol.

use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AwsError, Description};

/// The parameters that name the subject of a call, by priority. A cache comes before its snapshot and its user group.
const SUBJECTS: [&str; 27] = [
    "SecretId",
    "Key",
    "Bucket",
    "FunctionName",
    "Name",
    "Path",
    "ReplicationGroupId",
    "CacheClusterId",
    "ServerlessCacheName",
    "SnapshotName",
    "SourceSnapshotName",
    "ServerlessCacheSnapshotName",
    "SourceServerlessCacheSnapshotName",
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

/// A parsed API call.
#[derive(Clone)]
pub struct Call {
    /// The service that is called.
    pub service: &'static Description,
    /// The operation, in the SDK's spelling.
    pub operation: String,
    /// The access key id that signed the call. Each instance of a function has its own.
    pub principal: String,
    /// The parameters from path, query and body. Those of the query protocol are a tree of strings and arrays.
    pub input: Value,
    /// The method of the request.
    pub method: Method,
    /// The path and the query of the request.
    pub uri: Uri,
    /// The headers of the request. In the REST protocols, they contain parameters too.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
}

/// Omits the parameters, which may contain a secret.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, operation, principal, input: _, method: _, uri: _, headers: _, body: _ } = self;
        let mut call = f.debug_struct("Call");
        call.field("service", &service.signing_name).field("operation", operation).field("principal", principal);
        call.finish_non_exhaustive()
    }
}

impl Call {
    /// A call from one service of the sandbox to another.
    pub(crate) fn new(service: &'static Description, operation: &str, principal: &str, input: Value) -> Self {
        let (operation, principal) = (operation.to_owned(), principal.to_owned());
        let (method, uri, headers) = (Method::POST, Uri::default(), HeaderMap::new());
        Self { service, operation, principal, input, method, uri, headers, body: Bytes::new() }
    }

    /// Deserializes the parameters into the operation's input type.
    ///
    /// # Errors
    /// A parameter is missing, unknown or of another type. The code is the service's own, and the message names the
    /// parameter.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, AwsError> {
        serde_json::from_value(self.input.clone())
            .map_err(|error| AwsError::new(self.service.invalid_input, format!("{}: {error}", self.operation)))
    }

    /// The value of a header; `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error for an operation that the sandbox does not implement.
    pub(crate) fn unknown(&self) -> AwsError {
        let (service, operation) = (self.service.signing_name, &self.operation);
        AwsError::new("UnknownOperationException", format!("the sandbox has no operation {operation} in {service}"))
    }

    /// The subject of the call, for the journal: the first parameter that names a resource. It is never a secret.
    pub fn subject(&self) -> Option<String> {
        SUBJECTS.iter().find_map(|key| self.input.get(key)?.as_str()).map(str::to_owned)
    }
}
