//! `CONFIG`.

use super::spec::{ADMIN, Call, Spec};
use crate::{
    DEFAULT_USER, Reply,
    files::{Source, Users},
    node::Node,
};

pub(super) const COMMANDS: &[Spec] = &[
    Spec::new("config|get", -3, ADMIN, get),
    Spec::new("config|set", -4, ADMIN, set),
    Spec::new("config|rewrite", 2, ADMIN, rewrite),
];

fn get(call: &mut Call<'_>) -> Reply {
    let mut entries = Vec::new();
    for name in call.words_from(2) {
        let Some(value) = parameter(call.node, &name.to_ascii_lowercase()) else {
            return Reply::not_simulated(&format!("CONFIG GET {name}"));
        };
        entries.push((Reply::bulk(name), Reply::bulk(value)));
    }
    Reply::Map(entries)
}

fn parameter(node: &Node, name: &str) -> Option<String> {
    Some(match name {
        "requirepass" => node.settings.requirepass.clone(),
        "masteruser" => node.settings.masteruser.clone(),
        "masterauth" => node.settings.masterauth.clone(),
        "aclfile" => node.files.acl_path().to_owned(),
        _ => return None,
    })
}

fn set(call: &mut Call<'_>) -> Reply {
    let words = call.words_from(2);
    let (pairs, []) = words.as_chunks::<2>() else {
        return Reply::error("ERR syntax error");
    };
    // All of them are set, or none.
    for [name, _] in pairs {
        match name.to_ascii_lowercase().as_str() {
            "requirepass" | "masteruser" | "masterauth" => {}
            "aclfile" => {
                return Reply::error(
                    "ERR CONFIG SET failed (possibly related to argument 'aclfile') - can't set immutable config",
                );
            }
            _ => return Reply::not_simulated(&format!("CONFIG SET {name}")),
        }
    }
    for [name, value] in pairs {
        let settings = &mut call.node.settings;
        match name.to_ascii_lowercase().as_str() {
            // A value that is set already changes nothing, whatever `ACL SETUSER` has made of the user since.
            "requirepass" if settings.requirepass == *value => {}
            "requirepass" => {
                settings.requirepass.clone_from(value);
                let default = call.node.users.get_mut(DEFAULT_USER).expect("every node has the user `default`");
                default.require(value);
            }
            "masteruser" => settings.masteruser.clone_from(value),
            _ => settings.masterauth.clone_from(value),
        }
    }
    Reply::ok()
}

/// Writes the settings, and the users if there is no ACL file.
fn rewrite(call: &mut Call<'_>) -> Reply {
    let node = &mut *call.node;
    if node.files.source == Source::CommandLine {
        return Reply::error("ERR The server is running without a config file");
    }
    if !node.files_writable {
        return Reply::error("ERR Rewriting config file: Permission denied");
    }
    node.files.settings.clone_from(&node.settings);
    node.files.settings.replicaof = node.replicates().cloned();
    if let Users::WithSettings(users) = &mut node.files.users {
        *users = node.users.values().cloned().collect();
    }
    Reply::ok()
}
