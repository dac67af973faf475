//! `DeleteService`.

use serde::Deserialize;
use serde_json::json;

use super::{describe_services::render, errors::invalid, errors::no_service, service::Status, store::State};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeleteService {
    cluster: Option<String>,
    service: String,
    #[serde(default)]
    force: bool,
}

/// Deletes a service: it drains, and is inactive once its tasks are gone.
pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DeleteService = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    let service = cluster.service(&input.service)?;
    if service.status == Status::Inactive {
        return Err(no_service());
    }
    if service.desired > 0 && !input.force {
        return Err(invalid("The service cannot be stopped while it is scaled above 0."));
    }
    service.desired = 0;
    service.status = Status::Draining;
    let name = service.name.clone();
    Ok(Answer::json(json!({ "service": render(cluster, &name, true) })))
}
