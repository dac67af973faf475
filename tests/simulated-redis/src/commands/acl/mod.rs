//! `ACL`.

mod files;
mod log;
mod users;

use super::spec::{ADMIN, Spec};

pub(super) const COMMANDS: &[Spec] = &[
    Spec::new("acl|setuser", -3, ADMIN, users::set_user),
    Spec::new("acl|deluser", -3, ADMIN, users::delete_users),
    Spec::new("acl|getuser", 3, ADMIN, users::get_user),
    Spec::new("acl|list", 2, ADMIN, users::list),
    Spec::new("acl|users", 2, ADMIN, users::names),
    Spec::new("acl|whoami", 2, &[], users::who_am_i),
    Spec::new("acl|save", 2, ADMIN, files::save),
    Spec::new("acl|load", 2, ADMIN, files::load),
    Spec::new("acl|log", -2, ADMIN, log::log),
];
