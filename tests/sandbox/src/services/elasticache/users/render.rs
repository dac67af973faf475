//! Users as XML. No password is ever shown.

use super::{User, View};
use crate::{
    services::elasticache::{State, render::names},
    wire::Element,
};

/// The members of a user in this view.
pub(super) fn user(state: &State, user: &User, view: &View) -> Vec<Element> {
    let mut authentication = vec![Element::text("Type", view.kind)];
    authentication.extend(view.password_count.map(|count| Element::text("PasswordCount", count)));
    // The first version that knows users, or tokens signed by IAM.
    let minimum = if view.kind == "iam" { "7.0" } else { "6.0" };
    vec![
        Element::text("UserId", &user.id),
        Element::text("UserName", &user.name),
        Element::text("Status", view.status),
        Element::text("Engine", &user.engine),
        Element::text("MinimumEngineVersion", minimum),
        Element::text("AccessString", &view.access_string),
        names("UserGroupIds", state.user_groups_of(&user.id)),
        Element::parent("Authentication", authentication),
        Element::text("ARN", user.arn()),
    ]
}
