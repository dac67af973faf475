//! The event `Secret Label Updated`.

use serde_json::json;

use super::{
    store::State,
    versions::{PENDING, PREVIOUS},
};
use crate::services::eventbridge::Event;

/// Takes the unpublished events, one for each label that moved to a version.
///
/// AWS sends it for every label except `AWSPENDING` and `AWSPREVIOUS`, and not for the removal of a label.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html>
pub(super) fn label_updates(state: &mut State) -> Vec<Event> {
    let mut events = Vec::new();
    for secret in state.secrets.values_mut() {
        for (label, version) in secret.versions.take_moved() {
            if label == PENDING || label == PREVIOUS {
                continue;
            }
            events.push(Event {
                source: super::SOURCE,
                detail_type: "Secret Label Updated",
                resources: vec![secret.arn.clone()],
                detail: json!({ "name": secret.name, "labelUpdated": label, "versionId": version }),
            });
        }
    }
    events
}
