//! One parsed call and its answer, whatever the protocol.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AwsError, xml::Element};

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
    /// The service's signing name: `secretsmanager`, `ssm`, `elasticache`, `ecs` and so on.
    pub service: String,
    /// The operation, in the SDK's spelling.
    pub operation: String,
    /// The access key id that signed the call; functions have one per running instance.
    pub principal: String,
    /// The parameters. Query parameters arrive as a tree of strings, lists collapsed to arrays.
    pub input: Value,
}

/// Without the parameters: they may hold a secret.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, operation, principal, input: _ } = self;
        let mut call = f.debug_struct("Call");
        call.field("service", service).field("operation", operation).field("principal", principal);
        call.finish_non_exhaustive()
    }
}

impl Call {
    /// Reads the parameters into the operation's input type.
    ///
    /// # Errors
    /// A parameter that is missing, unknown or of another type: what the service
    /// calls that, naming the parameter.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, AwsError> {
        serde_json::from_value(self.input.clone()).map_err(|error| {
            let code = match self.service.as_str() {
                "elasticache" => "InvalidParameterValue",
                "ecs" => "InvalidParameterException",
                "lambda" => "InvalidParameterValueException",
                "servicediscovery" => "InvalidInput",
                _ => "ValidationException",
            };
            AwsError::new(code, format!("{}: {error}", self.operation))
        })
    }

    /// What the call is about, for the journal: the first of the parameters that name something. Never a secret.
    pub fn subject(&self) -> Option<String> {
        SUBJECTS.iter().find_map(|key| self.input.get(key)?.as_str()).map(str::to_owned)
    }
}

/// What an operation answers when it does what was asked.
#[derive(Clone, Debug)]
pub enum Answer {
    /// For the JSON 1.1 services: the whole body.
    Json(Value),
    /// For the query services: the content of `<OperationResult>`.
    Xml(Vec<Element>),
}
