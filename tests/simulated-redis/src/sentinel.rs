//! A Sentinel, as far as the product uses one: which primaries it watches, and what it logs in to them with.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Address, Files, Node, Version,
    session::{Session, words},
};

/// The primaries that a Sentinel watches, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentinel {
    pub(crate) masters: BTreeMap<String, Master>,
    /// Those that its configuration file says.
    pub(crate) saved: BTreeMap<String, Master>,
}

/// A primary that a Sentinel watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Where it is.
    pub address: Address,
    /// The user that the Sentinel logs in as; if empty, `default`.
    pub auth_user: String,
    /// The password that it logs in with; if empty, it does not log in.
    pub auth_pass: String,
}

impl Node {
    /// Starts a Sentinel that lets everybody in and watches these primaries.
    ///
    /// It votes for nobody and promotes nobody: a simulation does that itself.
    pub fn sentinel(version: Version, address: Address, masters: impl IntoIterator<Item = (String, Master)>) -> Self {
        let masters: BTreeMap<_, _> = masters.into_iter().collect();
        let mut node = Self::new(version, address, Files::config_file(""));
        node.sentinel = Some(Sentinel { saved: masters.clone(), masters });
        node
    }

    /// The primary that a Sentinel watches by this name.
    pub fn master(&self, name: &str) -> Option<&Master> {
        self.sentinel.as_ref()?.masters.get(name)
    }

    /// Whether a Sentinel could log in to the primary of this name if it connected now.
    pub fn could_watch(&self, name: &str, primary: &mut Self, now: Duration) -> bool {
        let Some(Master { auth_user, auth_pass, .. }) = self.master(name) else { return false };
        let session = primary.connect(self.address.clone(), now);
        let logged_in = match (auth_user.as_str(), auth_pass.as_str()) {
            (_, "") => true,
            ("", password) => accepts(&session, primary, &["AUTH", password], now),
            (user, password) => accepts(&session, primary, &["AUTH", user, password], now),
        };
        let answered = logged_in && accepts(&session, primary, &["PING"], now);
        session.close(primary);
        answered
    }
}

fn accepts(session: &Session, node: &mut Node, command: &[&str], now: Duration) -> bool {
    session.call(node, &words(command), now).is_ok_and(|reply| !reply.is_error())
}
