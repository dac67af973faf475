//! What a node says of itself: `INFO`, `ROLE`, `TIME`.

use super::spec::{ADMIN, Call, Spec};
use crate::{Node, Reply, replication::Role};

pub(super) const COMMANDS: &[Spec] =
    &[Spec::new("info", -1, &["dangerous"], info), Spec::new("role", 1, ADMIN, role), Spec::new("time", 1, &[], time)];

/// The sections that are simulated, with the fields that the product and its tests read.
fn info(call: &mut Call<'_>) -> Reply {
    let mut text = String::new();
    let sections = call.words_from(1);
    let sections = if sections.is_empty() { vec!["default".to_owned()] } else { sections };
    for section in sections {
        match section.to_ascii_lowercase().as_str() {
            "server" => text.push_str(&server(call.node)),
            "replication" => text.push_str(&replication(call.node)),
            "default" | "all" | "everything" => {
                text = format!("{}\r\n{}", server(call.node), replication(call.node));
            }
            _ => return Reply::not_simulated(&format!("INFO {section}")),
        }
    }
    Reply::Text(text)
}

fn server(node: &Node) -> String {
    let (version, file) = (node.version.compatible_with(), node.files.config_path());
    format!("# Server\r\nredis_version:{version}\r\ntcp_port:{}\r\nconfig_file:{file}\r\n", node.address.port)
}

fn replication(node: &Node) -> String {
    let role = match &node.role {
        Role::Primary => "role:master\r\n".to_owned(),
        Role::Replica(link) => {
            let (host, port) = (&link.primary.host, link.primary.port);
            let status = if link.connection.is_some() { "up" } else { "down" };
            format!("role:slave\r\nmaster_host:{host}\r\nmaster_port:{port}\r\nmaster_link_status:{status}\r\n")
        }
    };
    let replicas = node.clients.values().filter(|client| client.replica.is_some()).count();
    format!("# Replication\r\n{role}connected_slaves:{replicas}\r\n")
}

fn role(call: &mut Call<'_>) -> Reply {
    let offset = Reply::Integer(0);
    match &call.node.role {
        Role::Primary => {
            let replicas = call.node.clients.values().filter_map(|client| client.replica.as_ref());
            let replica = |at: &crate::Address| Reply::bulks([at.host.clone(), at.port.to_string(), "0".to_owned()]);
            Reply::Array(vec![Reply::bulk("master"), offset, Reply::Array(replicas.map(replica).collect())])
        }
        Role::Replica(link) => {
            let up = link.connection.is_some();
            Reply::Array(vec![
                Reply::bulk("slave"),
                Reply::bulk(link.primary.host.clone()),
                Reply::Integer(link.primary.port.into()),
                Reply::bulk(if up { "connected" } else { "connect" }),
                if up { offset } else { Reply::Integer(-1) },
            ])
        }
    }
}

fn time(call: &mut Call<'_>) -> Reply {
    Reply::bulks([call.now.as_secs().to_string(), call.now.subsec_micros().to_string()])
}
