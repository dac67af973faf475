//! The users of a node.

use crate::{DEFAULT_USER, Reply, commands::spec::Call, user::User};

/// Applies every modifier, or none.
pub(super) fn set_user(call: &mut Call<'_>) -> Reply {
    let name = call.word(2);
    if name.contains([' ', '\0']) {
        return Reply::error("ERR Usernames can't contain spaces or null characters");
    }
    let mut user = call.node.users.get(&name).cloned().unwrap_or_else(|| User::without_rights(&name));
    for modifier in call.words_from(3) {
        if let Err(refusal) = user.modify(&modifier) {
            return Reply::error(format!("ERR Error in ACL SETUSER modifier '{modifier}': {refusal}"));
        }
    }
    call.node.users.insert(name, user);
    Reply::ok()
}

/// Deletes users and closes their connections.
pub(super) fn delete_users(call: &mut Call<'_>) -> Reply {
    let names = call.words_from(2);
    if names.iter().any(|name| name == DEFAULT_USER) {
        return Reply::error("ERR The 'default' user cannot be removed");
    }
    let mut deleted = 0;
    for name in names {
        if call.node.users.remove(&name).is_some() {
            call.node.close_clients_of(&name);
            deleted += 1;
        }
    }
    Reply::Integer(deleted)
}

pub(super) fn get_user(call: &mut Call<'_>) -> Reply {
    call.node.users.get(&call.word(2)).map_or(Reply::Null, User::details)
}

pub(super) fn list(call: &mut Call<'_>) -> Reply {
    Reply::bulks(call.node.users.values().map(User::line))
}

pub(super) fn names(call: &mut Call<'_>) -> Reply {
    Reply::bulks(call.node.users.keys().cloned())
}

pub(super) fn who_am_i(call: &mut Call<'_>) -> Reply {
    Reply::bulk(call.client().user.clone())
}
