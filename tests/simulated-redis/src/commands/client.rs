//! `CLIENT`.

use super::spec::{CONNECTION, Call, Spec};
use crate::{Reply, Version, client::Client};

pub(super) const COMMANDS: &[Spec] = &[
    Spec { in_sentinel: true, ..Spec::new("client|setname", 3, CONNECTION, set_name) },
    Spec::new("client|getname", 2, CONNECTION, get_name),
    Spec { first_version: Version::Redis8, in_sentinel: true, ..Spec::new("client|setinfo", 4, CONNECTION, set_info) },
    Spec::new("client|id", 2, CONNECTION, id),
    Spec::new("client|list", -2, &["admin", "dangerous", "connection"], list),
    Spec::new("client|info", 2, CONNECTION, info),
    Spec::new("client|kill", -3, &["admin", "dangerous", "connection"], kill),
];

fn set_name(call: &mut Call<'_>) -> Reply {
    match checked_name(&call.words[2]) {
        Ok(name) => {
            call.client().name = name;
            Reply::ok()
        }
        Err(refusal) => refusal,
    }
}

/// The name of a connection.
///
/// # Errors
/// The reply to a name with other characters than visible ones.
pub(super) fn checked_name(name: &[u8]) -> Result<String, Reply> {
    match is_visible(name) {
        true => Ok(String::from_utf8_lossy(name).into_owned()),
        false => Err(Reply::error("ERR Client names cannot contain spaces, newlines or special characters.")),
    }
}

fn is_visible(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_graphic)
}

fn get_name(call: &mut Call<'_>) -> Reply {
    match call.client().name.as_str() {
        "" => Reply::Null,
        name => Reply::bulk(name),
    }
}

fn set_info(call: &mut Call<'_>) -> Reply {
    let option = call.word(2);
    match option.to_ascii_lowercase().as_str() {
        "lib-name" | "lib-ver" if is_visible(&call.words[3]) => Reply::ok(),
        "lib-name" | "lib-ver" => {
            Reply::error(format!("ERR {option} cannot contain spaces, newlines or special characters."))
        }
        _ => Reply::error(format!("ERR Unrecognized option '{option}'")),
    }
}

fn id(call: &mut Call<'_>) -> Reply {
    Reply::Integer(i64::try_from(call.id).unwrap_or(i64::MAX))
}

fn info(call: &mut Call<'_>) -> Reply {
    Reply::Text(call.node.clients[&call.id].describe(&call.node.address, call.now) + "\n")
}

/// `CLIENT LIST TYPE pubsub`: nobody subscribes to a simulated node.
fn list(call: &mut Call<'_>) -> Reply {
    let options = call.words_from(2);
    match options.iter().map(|option| option.to_ascii_lowercase()).collect::<Vec<_>>().join(" ").as_str() {
        "type pubsub" => Reply::Text(String::new()),
        _ => Reply::not_simulated(&format!("CLIENT LIST {}", options.join(" "))),
    }
}

/// `CLIENT KILL` with one filter; it spares the client that calls it.
fn kill(call: &mut Call<'_>) -> Reply {
    let (filter, of) = (call.word(2).to_ascii_lowercase(), call.word(3));
    let id = call.id;
    let others = |wanted: &dyn Fn(&Client) -> bool, call: &mut Call<'_>| {
        let closed = call.node.close_clients(|client| client.id != id && wanted(client));
        Reply::Integer(i64::try_from(closed).unwrap_or(i64::MAX))
    };
    match (filter.as_str(), call.words.len()) {
        ("id", 4) => others(&|client| client.id.to_string() == of, call),
        ("user", 4) if !call.node.users.contains_key(&of) => Reply::error(format!("ERR No such user '{of}'")),
        ("user", 4) => others(&|client| client.user == of, call),
        ("type", 4) => match of.to_ascii_lowercase().as_str() {
            "normal" => others(&|client| client.replica.is_none(), call),
            "replica" | "slave" => others(&|client| client.replica.is_some(), call),
            // The connection to the primary is the primary's client, and is not among these.
            kind @ ("master" | "pubsub") => Reply::not_simulated(&format!("CLIENT KILL TYPE {kind}")),
            _ => Reply::error(format!("ERR Unknown client type '{of}'")),
        },
        _ => Reply::not_simulated(&format!("CLIENT KILL {}", call.words_from(2).join(" "))),
    }
}
