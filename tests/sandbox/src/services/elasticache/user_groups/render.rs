//! User groups as XML.

use super::{UserGroup, View};
use crate::{
    services::elasticache::{State, render::names},
    wire::Element,
};

/// The members of a user group in this view.
pub(super) fn user_group(state: &State, group: &UserGroup, view: &View) -> Vec<Element> {
    let pending = view
        .pending
        .iter()
        .flat_map(|pending| [names("UserIdsToRemove", &pending.remove), names("UserIdsToAdd", &pending.add)]);
    vec![
        Element::text("UserGroupId", &group.id),
        Element::text("Status", view.status),
        Element::text("Engine", &group.engine),
        names("UserIds", &view.user_ids),
        Element::text("MinimumEngineVersion", "6.0"),
        Element::parent("PendingChanges", pending),
        names("ReplicationGroups", state.replication_groups_with(&group.id)),
        names("ServerlessCaches", state.caches_with(&group.id)),
        Element::text("ARN", group.arn()),
    ]
}
