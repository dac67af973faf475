//! How a change of a user reaches every node that knows it.

use std::{net::Ipv4Addr, sync::Arc};

use tokio::time::sleep;

use super::{Authentication, account};
use crate::{
    redis::{Access, Node},
    services::elasticache::{
        ElastiCache, State,
        events::{Event, Source},
    },
};

/// What a user becomes.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) access_string: String,
    pub(super) authentication: Authentication,
}

/// Brings a changed user to every node of all its groups, one after the other.
pub(super) async fn spread(this: Arc<ElastiCache>, id: String, change: Change) {
    let Ok(name) = this.state().user(&id).map(|user| user.name.clone()) else { return };
    let account = account(&name, &change.access_string, &change.authentication);
    let to_node = |access: &mut Access| access.set(account.clone());
    visit(&this, &id, to_node, |state| {
        if let Ok(user) = state.user_mut(&id) {
            let Change { access_string, authentication } = change;
            (user.access_string, user.authentication, user.status) = (access_string, authentication, "active");
            user.show();
        }
    })
    .await;
}

/// Takes a user away from every node, and then from its groups.
pub(super) async fn withdraw(this: Arc<ElastiCache>, id: String) {
    let Ok(name) = this.state().user(&id).map(|user| user.name.clone()) else { return };
    visit(
        &this,
        &id,
        |access| access.remove(&name),
        |state| {
            state.users.remove(&id);
            state.user_groups.values_mut().for_each(|group| group.forget(&id));
        },
    )
    .await;
}

/// Changes node after node until none is left, nodes that come meanwhile included; then ends in the same moment.
async fn visit(this: &ElastiCache, id: &str, to_node: impl Fn(&mut Access), end: impl FnOnce(&mut State)) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    let _beside_others = this.spreading.read().await;
    let mut visited: Vec<Ipv4Addr> = Vec::new();
    let next = |visited: &[Ipv4Addr]| -> Result<Arc<Node>, std::sync::MutexGuard<'_, State>> {
        let state = this.state();
        let node = state.nodes_of_user(id).into_iter().find(|node| !visited.contains(&node.address));
        node.ok_or(state)
    };
    loop {
        let node = match next(&visited) {
            Ok(node) => node,
            Err(mut state) => return end(&mut state),
        };
        if !visited.is_empty() {
            sleep(timing.spread).await;
        }
        if let Err(error) = node.grant(&to_node).await {
            let message = format!("User {id} could not be changed: {error:#}");
            this.state().events.push(Event::now(Source::Node, &node.address.to_string(), message));
        }
        visited.push(node.address);
    }
}
