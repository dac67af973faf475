//! Consumers: who logs in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::refused;
use crate::Failure;

/// A consumer: something that logs in with the target's credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Consumer {
    /// An ECS service. Its tasks read the credential when they start.
    EcsService {
        /// The ECS cluster's name.
        cluster: String,
        /// The service's name.
        service: String,
    },
    /// A Lambda function. It reads the credential when its environment changes.
    LambdaFunction {
        /// The function's name.
        function_name: String,
    },
}

impl Consumer {
    /// Refuses consumers without a name, and those that are named twice.
    pub(super) fn check_all(consumers: &[Self]) -> Result<(), Failure> {
        for (nth, consumer) in consumers.iter().enumerate() {
            let fields: &[(&str, &str)] = match consumer {
                Self::EcsService { cluster, service } => &[("cluster", cluster), ("service", service)],
                Self::LambdaFunction { function_name } => &[("function_name", function_name)],
            };
            if let Some((field, _)) = fields.iter().find(|(_, value)| value.is_empty()) {
                return Err(refused(&format!("`consumers[{nth}].{field}`"), "it is empty; give the name"));
            }
            if consumers[..nth].contains(consumer) {
                return Err(refused(&format!("`consumers[{nth}]`"), "it is named twice; name each consumer once"));
            }
        }
        Ok(())
    }
}
