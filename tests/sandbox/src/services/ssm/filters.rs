//! Filters of listings.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>

use serde::Deserialize;
use serde_json::json;

use super::store::{Parameter, Version};
use crate::wire::AwsError;

/// The options of the filters whose values are compared as a whole or from their beginning.
const PREFIXED: &[&str] = &["BeginsWith", "Equals"];
/// The option of the filters whose values are compared as a whole.
const WHOLE: &[&str] = &["Equals"];

/// A filter. A parameter passes it with any of the values.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

impl Filter {
    /// Refuses a filter that `DescribeParameters` or the sandbox does not have.
    pub(super) fn check_for_describe(&self) -> Result<(), AwsError> {
        let options: &[&str] = match self.key.as_str() {
            "Name" => &["BeginsWith", "Contains", "Equals"],
            "Path" => &["OneLevel", "Recursive"],
            "Type" | "KeyId" => PREFIXED,
            "Tier" => WHOLE,
            key if key.starts_with("tag:") => WHOLE,
            other => return Err(AwsError::new("InvalidFilterKey", format!("the sandbox has no filter {other}"))),
        };
        self.check_option(options)?;
        if self.key.starts_with("tag:") { Ok(()) } else { self.check_values() }
    }

    /// Refuses a filter that `GetParametersByPath` does not have.
    pub(super) fn check_for_path(&self) -> Result<(), AwsError> {
        match self.key.as_str() {
            "Type" | "KeyId" => self.check_option(PREFIXED)?,
            "Label" => self.check_option(WHOLE)?,
            other => {
                let message = format!(
                    "The following filter key is not valid: {other}. Valid filter keys include: [Type, KeyId, Label]."
                );
                return Err(AwsError::new("InvalidFilterKey", message));
            }
        }
        self.check_values()?;
        match (self.key.as_str(), self.values.len()) {
            ("Label", 2..) => {
                Err(AwsError::new("InvalidFilterValue", "The following filter Label can have only one value"))
            }
            _ => Ok(()),
        }
    }

    fn check_option(&self, options: &[&str]) -> Result<(), AwsError> {
        match self.option.as_deref() {
            Some(option) if !options.contains(&option) => {
                let valid = options.join(", ");
                let message =
                    format!("The following filter option is not valid: {option}. Valid options include: [{valid}].");
                Err(AwsError::new("InvalidFilterOption", message))
            }
            _ => Ok(()),
        }
    }

    fn check_values(&self) -> Result<(), AwsError> {
        match self.values.as_slice() {
            [] => {
                let message = format!("The following filter values are missing : null for filter key {}.", self.key);
                Err(AwsError::new("InvalidFilterValue", message))
            }
            _ => Ok(()),
        }
    }

    /// The label whose version is returned instead of the newest one.
    pub(super) fn label(&self) -> Option<&str> {
        self.values.first().filter(|_| self.key == "Label").map(String::as_str)
    }

    /// Whether a version of a parameter passes a filter that was checked.
    pub(super) fn passes(&self, parameter: &Parameter, version: &Version) -> bool {
        let option = self.option.as_deref();
        let compare = |found: &str, value: &str| match option {
            Some("BeginsWith") => found.starts_with(value),
            Some("Contains") => found.contains(value),
            _ => found == value,
        };
        if let Some(tag) = self.key.strip_prefix("tag:") {
            return parameter.tags.get(tag).is_some_and(|found| self.values.is_empty() || self.values.contains(found));
        }
        self.values.iter().any(|value| match self.key.as_str() {
            "Name" => compare(&parameter.name, value),
            "Path" => {
                let under = format!("{}/", value.trim_end_matches('/'));
                let rest = parameter.name.strip_prefix(&under);
                rest.is_some_and(|rest| option == Some("Recursive") || !rest.contains('/'))
            }
            "Type" => compare(json!(version.kind).as_str().unwrap_or_default(), value),
            "KeyId" => version.key_id.as_deref().is_some_and(|key| compare(key, value)),
            "Label" => version.labels.contains(value),
            _ => json!(version.tier) == value.as_str(),
        })
    }
}
