//! The ACL file.

use crate::{DEFAULT_USER, Node, Reply, Version, commands::spec::Call, files::Users};

pub(super) fn save(call: &mut Call<'_>) -> Reply {
    let node = &mut *call.node;
    let Users::AclFile(users) = &mut node.files.users else { return no_file(node) };
    if !node.files_writable {
        return Reply::error(
            "ERR There was an error trying to save the ACLs. Please check the server logs for more information",
        );
    }
    *users = node.users.values().cloned().collect();
    Reply::ok()
}

/// Replaces the users by those of the file. Redis 7.0 closes the connections of every user but `default`; later versions
/// close those of users that are gone.
pub(super) fn load(call: &mut Call<'_>) -> Reply {
    let node = &mut *call.node;
    if !matches!(node.files.users, Users::AclFile(_)) {
        return no_file(node);
    }
    let before: Vec<String> = node.users.keys().cloned().collect();
    node.load_users(node.files.users());
    for name in before.iter().filter(|name| *name != DEFAULT_USER) {
        if node.version == Version::Redis7 || !node.users.contains_key(name) {
            node.close_clients_of(name);
        }
    }
    Reply::ok()
}

fn no_file(node: &Node) -> Reply {
    let redis = if node.version == Version::Valkey8 { "" } else { "Redis " };
    Reply::error(format!(
        "ERR This {redis}instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER \
         command and then issue a CONFIG REWRITE (assuming you have a {redis}configuration file set) in order to store users \
         in the {redis}configuration."
    ))
}
