//! `Parameter Store Change`: a parameter was written, deleted or labelled.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html>

use policy::Failure;
use serde::Deserialize;

use super::{
    envelope::Envelope,
    read::{read, required},
};
use crate::settings::PARAMETER_PREFIX;

/// A parameter of Parameter Store changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterChange {
    /// The parameter's name.
    pub name: String,
    /// What happened to it.
    pub operation: Operation,
}

/// What happened to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// It was created.
    Create,
    /// It got a new version.
    Update,
    /// It was deleted.
    Delete,
    /// A label of it moved. The versions come as text.
    Label {
        /// The label; one, even where the call moved several.
        label: Option<String>,
        /// The version that had the label before; empty if there was none.
        from_version: Option<String>,
        /// The version that has it now.
        to_version: Option<String>,
    },
    /// An operation that came later than this project, or none.
    Other(Option<String>),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    name: Option<String>,
    operation: Option<String>,
    label: Option<String>,
    from_version: Option<String>,
    to_version: Option<String>,
}

impl ParameterChange {
    /// The target whose settings the parameter contains; `None` for any other parameter.
    pub fn target(&self) -> Option<&str> {
        self.name.strip_prefix(PARAMETER_PREFIX)
    }

    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let detail = read::<Option<Detail>>(&envelope.detail, "detail")?.unwrap_or_default();
        let Detail { name, operation, label, from_version, to_version } = detail;
        let operation = match operation.as_deref() {
            Some("Create") => Operation::Create,
            Some("Update") => Operation::Update,
            Some("Delete") => Operation::Delete,
            Some("LabelParameterVersion") => Operation::Label { label, from_version, to_version },
            _ => Operation::Other(operation),
        };
        Ok(Self { name: required(name, "detail.name")?, operation })
    }
}
