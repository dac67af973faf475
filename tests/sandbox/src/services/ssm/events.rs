//! `Parameter Store Change`: what Parameter Store says over EventBridge.

use serde_json::json;

use super::{
    name,
    store::{Kind, Parameter},
};
use crate::services::eventbridge::Event;

/// A change of one parameter.
#[derive(Debug)]
pub(super) struct Change {
    operation: &'static str,
    name: String,
    kind: Kind,
    description: Option<String>,
}

impl Change {
    /// What happened to a parameter: `Create`, `Update`, `Delete`, or `LabelParameterVersion`.
    pub(super) fn of(operation: &'static str, parameter: &Parameter) -> Self {
        let latest = parameter.latest();
        let (name, description) = (parameter.name.clone(), latest.description.clone());
        Self { operation, name, kind: latest.kind, description }
    }

    /// The event. It has no value.
    ///
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html>
    pub(super) fn event(self) -> Event {
        let Self { operation, name, kind, description } = self;
        let mut detail = json!({ "operation": operation, "name": name, "type": kind });
        if let Some(description) = description {
            detail["description"] = description.into();
        }
        let resources = vec![name::arn(&name)];
        Event { source: super::SOURCE, detail_type: "Parameter Store Change", resources, detail }
    }
}
