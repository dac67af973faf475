//! `REPLICAOF`, `WAIT`, and what a replica says to its primary: `REPLCONF`, `PSYNC`.

use super::spec::{ADMIN, Call, Spec};
use crate::{Reply, Version, address::Address, replication::Role};

pub(super) const COMMANDS: &[Spec] = &[
    Spec::new("replicaof", 3, ADMIN, replica_of),
    Spec::new("slaveof", 3, ADMIN, replica_of),
    Spec::new("wait", 3, CONNECTION, wait),
    Spec::new("replconf", -1, ADMIN, replconf),
    Spec::new("psync", -3, ADMIN, psync),
];

const CONNECTION: &[&str] = &["connection", "blocking"];

fn replica_of(call: &mut Call<'_>) -> Reply {
    let (host, port) = (call.word(1), call.word(2));
    let wanted = match (host.to_ascii_lowercase().as_str(), port.to_ascii_lowercase().as_str(), port.parse()) {
        ("no", "one", _) => None,
        (_, _, Ok(port)) => Some(Address::new(&host, port)),
        (_, _, Err(_)) => return Reply::error("ERR Invalid master port"),
    };
    if call.node.replicates() == wanted.as_ref() {
        return match wanted {
            Some(_) => Reply::Status("OK Already connected to specified master".to_owned()),
            None => Reply::ok(),
        };
    }
    call.node.replicate(wanted);
    Reply::ok()
}

/// Every replica whose link is up has all the data.
fn wait(call: &mut Call<'_>) -> Reply {
    let replicas = call.node.clients.values().filter(|client| client.replica.is_some()).count();
    match call.node.role {
        Role::Primary => Reply::Integer(i64::try_from(replicas).unwrap_or(i64::MAX)),
        Role::Replica(_) => {
            let since = if call.node.version == Version::Valkey8 { "" } else { "since Redis 4.0 " };
            Reply::error(format!(
                "ERR WAIT cannot be used with replica instances. Please also note that {since}if a replica is configured to be \
                 writable (which is not the default) writes to replicas are just local and are not propagated."
            ))
        }
    }
}

fn replconf(call: &mut Call<'_>) -> Reply {
    match call.words_from(1).as_slice() {
        [port_option, port, host_option, host] if port_option == "listening-port" && host_option == "ip-address" => {
            match port.parse() {
                Ok(port) => {
                    call.client().from = Address::new(host, port);
                    Reply::ok()
                }
                Err(_) => Reply::error("ERR value is not an integer or out of range"),
            }
        }
        _ => Reply::not_simulated("REPLCONF"),
    }
}

/// Makes the client a replica. The data do not go over the connection: `Node::follow` copies them.
fn psync(call: &mut Call<'_>) -> Reply {
    let client = call.client();
    client.replica = Some(client.from.clone());
    Reply::Status("CONTINUE".to_owned())
}
