//! Which node an RDB file is pulled from.

use super::facts::{Info, Node, Role, State};
use crate::Failure;

/// A node to pull from, and why.
pub(super) struct Chosen<'a> {
    pub(super) node: &'a Node,
    pub(super) info: &'a Info,
    pub(super) reason: &'static str,
}

/// A node, or what to wait for.
pub(super) enum Choice<'a> {
    Of(Chosen<'a>),
    Wait(String),
}

/// Chooses a node, as the table of [`super::decide`] says.
pub(super) fn choose(nodes: &[Node]) -> Result<Choice<'_>, Failure> {
    let seen: Vec<(&Node, &Info)> = nodes
        .iter()
        .filter_map(|node| match &node.state {
            State::Seen(info) => Some((node, info)),
            State::Unknown(_) => None,
        })
        .collect();
    if let Some((node, _)) = seen.iter().find(|(_, info)| info.cluster) {
        return Err(is_cluster(&node.id));
    }
    let of = |(node, info), reason| Ok(Choice::Of(Chosen { node, info, reason }));
    let in_step = |info: &Info| info.role == Role::Replica { in_step: true } && !info.loading;
    if let Some(replica) = seen.iter().find(|(_, info)| in_step(info)) {
        return of(*replica, "it is a replica that is in step, so the primary does not fork");
    }
    let primaries: Vec<_> = seen.into_iter().filter(|(_, info)| info.role == Role::Primary).collect();
    match primaries.as_slice() {
        [] => Err(none_can_be_asked(nodes)),
        [(node, info)] if info.loading => Ok(Choice::Wait(format!("the node {} reads its files", node.id))),
        [primary] if nodes.len() == 1 => of(*primary, "it is the only node"),
        [primary] => of(*primary, "it is the primary, and no replica is in step"),
        _ => Err(Failure::needs_human(format!(
            "{} of the nodes say that they are a primary, so it is not known which one has the data",
            primaries.len()
        ))
        .with_next_step("Repair the replication, or remove the others from `backend.nodes`")),
    }
}

fn is_cluster(node: &str) -> Failure {
    Failure::permanent(format!(
        "the node {node} belongs to a Redis Cluster, of which one RDB file would hold one shard alone"
    ))
    .with_next_step("Remove `snapshots` from the target's settings, and save each shard yourself")
}

/// A replica that is not in step lacks data, and the primary may be away for a moment only.
fn none_can_be_asked(nodes: &[Node]) -> Failure {
    let why = nodes.iter().map(|node| match &node.state {
        State::Unknown(why) => format!("{}: {why}", node.id),
        State::Seen(_) => format!("{}: it is a replica that is not in step with its primary", node.id),
    });
    let why: Vec<String> = why.collect();
    Failure::retryable(match why.is_empty() {
        true => "no node runs".to_owned(),
        false => format!("no node can send its data now ({})", why.join("; ")),
    })
}
