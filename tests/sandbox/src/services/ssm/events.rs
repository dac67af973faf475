//! The event `Parameter Store Change`.

use serde_json::json;

use super::{
    name,
    store::{Kind, Parameter},
};
use crate::services::eventbridge::Event;

/// A change of one parameter.
#[derive(Debug)]
pub(super) struct Change {
    operation: Operation,
    name: String,
    kind: Kind,
    description: Option<String>,
}

/// What happened to a parameter.
#[derive(Debug)]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
    Label(LabelMove),
}

/// A label that was put on a version, and the version that it was on before, if any.
#[derive(Debug)]
pub(super) struct LabelMove {
    pub(super) label: String,
    pub(super) from: Option<i64>,
    pub(super) to: i64,
}

impl Operation {
    fn name(&self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Label(_) => "LabelParameterVersion",
        }
    }
}

impl Change {
    /// A change of a parameter, which is as it is afterwards.
    pub(super) fn of(operation: Operation, parameter: &Parameter) -> Self {
        let latest = parameter.latest();
        let (name, description) = (parameter.name.clone(), latest.description.clone());
        Self { operation, name, kind: latest.kind, description }
    }

    /// The event. It does not contain the value.
    ///
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html>
    pub(super) fn event(self) -> Event {
        let Self { operation, name, kind, description } = self;
        let mut detail = json!({ "operation": operation.name(), "name": name, "type": kind });
        if let Operation::Label(LabelMove { label, from, to }) = operation {
            let from = from.map(|from| from.to_string()).unwrap_or_default();
            detail["label"] = label.into();
            detail["fromVersion"] = from.into();
            detail["toVersion"] = to.to_string().into();
        }
        if let Some(description) = description {
            detail["description"] = description.into();
        }
        let resources = vec![name::arn(&name)];
        Event { source: super::SOURCE, detail_type: "Parameter Store Change", resources, detail }
    }
}
