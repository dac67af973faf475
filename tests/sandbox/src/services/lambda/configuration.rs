//! One function's configuration, and `GetFunctionConfiguration`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    State,
    errors::{invalid, not_found},
};
use crate::{
    chance,
    services::{ACCOUNT, REGION},
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetFunctionConfiguration {
    function_name: String,
    qualifier: Option<String>,
}

/// Environment variables, as calls give them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Environment {
    #[serde(default)]
    pub(super) variables: BTreeMap<String, String>,
}

/// A function, as it is configured.
pub(super) struct Configuration {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) handler: String,
    /// The timeout in seconds.
    pub(super) timeout_s: u64,
    /// Who may invoke it: the statements of its policy.
    pub(super) policy: Vec<Value>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) description: String,
    pub(super) kms_key_arn: Option<String>,
    pub(super) modified: Timestamp,
    pub(super) revision_id: String,
    /// When the update in progress ends.
    pub(super) updating_until: Option<Timestamp>,
    pub(super) last_update_failed: bool,
    pub(super) updates_fail: bool,
}

/// Without the values of the environment: they may be secrets.
impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut function = f.debug_struct("Configuration");
        function.field("name", &self.name).field("environment", &self.environment.keys()).finish_non_exhaustive()
    }
}

impl Configuration {
    pub(super) fn new(name: &str, environment: BTreeMap<String, String>, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            role: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            handler: "bootstrap".to_owned(),
            timeout_s: 30,
            policy: Vec::new(),
            environment,
            description: String::new(),
            kms_key_arn: None,
            modified: now,
            revision_id: chance::uuid().to_string(),
            updating_until: None,
            last_update_failed: false,
            updates_fail: false,
        }
    }

    pub(super) fn arn(&self) -> String {
        arn(&self.name)
    }

    /// Ends the update if its time is over. That changes the revision again, so a revision read during the update is stale.
    pub(super) fn settle(&mut self, now: Timestamp) {
        if self.updating_until.is_some_and(|until| until <= now) {
            self.updating_until = None;
            self.last_update_failed = self.updates_fail;
            self.revision_id = chance::uuid().to_string();
        }
    }

    /// The configuration as both operations answer it.
    pub(super) fn render(&self) -> Value {
        let last_update = match (self.updating_until, self.last_update_failed) {
            (Some(_), _) => "InProgress",
            (None, true) => "Failed",
            (None, false) => "Successful",
        };
        let mut configuration = json!({
            "FunctionName": self.name,
            "FunctionArn": self.arn(),
            "Runtime": "provided.al2023",
            "Role": self.role,
            "Handler": self.handler,
            "CodeSize": 1_048_576,
            "Description": self.description,
            "Timeout": self.timeout_s,
            "MemorySize": 128,
            // To the second, with an offset that has no colon.
            "LastModified": self.modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string(),
            "CodeSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "Version": "$LATEST",
            "TracingConfig": { "Mode": "PassThrough" },
            "RevisionId": self.revision_id,
            "State": "Active",
            "LastUpdateStatus": last_update,
            "PackageType": "Zip",
            "Architectures": ["arm64"],
            "EphemeralStorage": { "Size": 512 },
        });
        if !self.environment.is_empty() {
            configuration["Environment"] = json!({ "Variables": self.environment });
        }
        if let Some(key) = &self.kms_key_arn {
            configuration["KMSKeyArn"] = key.as_str().into();
        }
        let why = match last_update {
            // What AWS says of an update too.
            "InProgress" => Some(("Creating", "The function is being created.")),
            "Failed" => Some(("InternalError", "Lambda could not apply the update.")),
            _ => None,
        };
        if let Some((code, reason)) = why {
            configuration["LastUpdateStatusReasonCode"] = code.into();
            configuration["LastUpdateStatusReason"] = reason.into();
        }
        configuration
    }
}

/// The ARN of a function.
pub(in crate::services) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// The name of the function with this ARN; `None` for any other ARN.
pub(in crate::services) fn name_of(arn: &str) -> Option<&str> {
    let name = arn.strip_prefix("arn:aws:lambda:")?.split_once(":function:")?.1;
    let name = name.strip_suffix(":$LATEST").unwrap_or(name);
    (!name.is_empty() && !name.contains(':')).then_some(name)
}

impl State {
    /// The function of this name, ARN, or ARN without its beginning, as it is now.
    pub(super) fn function(&mut self, written: &str, now: Timestamp) -> Result<&mut Configuration, AwsError> {
        let name = written.rsplit_once("function:").map_or(written, |(_, name)| name);
        let name = name.strip_suffix(":$LATEST").unwrap_or(name);
        let function = self.functions.get_mut(name).ok_or_else(|| not_found(&arn(name)))?;
        function.settle(now);
        Ok(function)
    }
}

/// Refuses every version except the latest.
pub(super) fn check_qualifier(qualifier: Option<&str>) -> Result<(), AwsError> {
    match qualifier.filter(|qualifier| *qualifier != "$LATEST") {
        Some(other) => Err(invalid(format!("the sandbox has no version or alias {other}"))),
        None => Ok(()),
    }
}

/// `GetFunctionConfiguration`.
pub(super) fn get(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: GetFunctionConfiguration = call.input()?;
    check_qualifier(input.qualifier.as_deref())?;
    Ok(Answer::json(state.function(&input.function_name, now)?.render()))
}
