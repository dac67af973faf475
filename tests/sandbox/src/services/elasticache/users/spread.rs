//! Propagation of a changed user to the nodes.

use std::{
    net::Ipv4Addr,
    sync::{Arc, MutexGuard},
};

use tokio::time::sleep;

use super::{Rights, account};
use crate::{
    redis::{Access, Node},
    services::elasticache::{
        ElastiCache, State,
        events::{Event, Source},
    },
};

/// Propagates a changed user to every node of its groups, one after the other.
pub(super) async fn spread(this: Arc<ElastiCache>, id: String, change: Rights) {
    let Ok(name) = this.state().user(&id).map(|user| user.name.clone()) else { return };
    let account = account(&name, &change);
    let to_node = |access: &mut Access| access.set(account.clone());
    visit(&this, &id, to_node, |state, done| {
        let Ok(user) = state.user_mut(&id) else { return };
        if done {
            user.rights = change;
        }
        user.change = None;
        user.status = "active";
        user.show();
    })
    .await;
}

/// Removes a user from every node, then from its groups.
pub(super) async fn withdraw(this: Arc<ElastiCache>, id: String) {
    let Ok(name) = this.state().user(&id).map(|user| user.name.clone()) else { return };
    let from_node = |access: &mut Access| access.remove(&name);
    visit(&this, &id, from_node, |state, _| {
        state.users.remove(&id);
        state.user_groups.values_mut().for_each(|group| group.forget(&id));
    })
    .await;
}

/// Changes one node after the other, including nodes that are added meanwhile, and then calls `end` under the same lock.
///
/// A rule that Redis does not know is refused by the first node. Then no node gets the change, and an event reports it.
async fn visit(this: &ElastiCache, id: &str, to_node: impl Fn(&mut Access), end: impl FnOnce(&mut State, bool)) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    let _beside_others = this.spreading.read().await;
    let mut visited: Vec<Ipv4Addr> = Vec::new();
    let next = |visited: &[Ipv4Addr]| -> Result<Arc<Node>, MutexGuard<'_, State>> {
        let state = this.state();
        let node = state.nodes_of_user(id).into_iter().find(|node| !visited.contains(&node.address));
        node.ok_or(state)
    };
    loop {
        let node = match next(&visited) {
            Ok(node) => node,
            Err(mut state) => return end(&mut state, true),
        };
        if !visited.is_empty() {
            sleep(timing.spread).await;
        }
        if let Err(error) = node.grant(&to_node).await {
            let mut state = this.state();
            state.events.push(Event::now(Source::User, id, format!("User could not be changed: {error:#}")));
            return end(&mut state, false);
        }
        visited.push(node.address);
    }
}
