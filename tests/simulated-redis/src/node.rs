//! One node: its files, its users, its connections and its data.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Version,
    acl_log::AclLog,
    address::Address,
    client::Client,
    files::{Files, Settings},
    replication::Role,
    sentinel::Sentinel,
    session::Session,
    user::{DEFAULT_USER, User},
};

/// A simulated `redis-server`.
///
/// It has no clock: whatever needs the time is told it, as the time since the Unix epoch.
#[derive(Clone, Debug)]
pub struct Node {
    pub(crate) version: Version,
    pub(crate) address: Address,
    pub(crate) files: Files,
    /// Whether it may write its files.
    pub(crate) files_writable: bool,
    pub(crate) settings: Settings,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) clients: BTreeMap<u64, Client>,
    /// How many connections it has had.
    connections: u64,
    pub(crate) role: Role,
    pub(crate) data: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) acl_log: AclLog,
    /// What it watches, if it is a Sentinel.
    pub(crate) sentinel: Option<Sentinel>,
}

impl Node {
    /// Starts a node.
    pub fn new(version: Version, address: Address, files: Files) -> Self {
        let mut node = Self {
            version,
            address,
            files_writable: true,
            settings: Settings::default(),
            users: BTreeMap::new(),
            clients: BTreeMap::new(),
            connections: 0,
            role: Role::Primary,
            data: BTreeMap::new(),
            acl_log: AclLog::default(),
            sentinel: None,
            files,
        };
        node.start();
        node
    }

    /// Stops it and starts it again from its files. Its data is lost: it has no persistence, and every test that needs
    /// data after a restart needs a replica.
    pub fn restart(&mut self) {
        self.clients.clear();
        self.data.clear();
        self.acl_log = AclLog::default();
        self.start();
    }

    fn start(&mut self) {
        self.settings = self.files.settings.clone();
        self.role = Role::of(self.settings.replicaof.clone());
        self.load_users(self.files.users());
        if let Some(sentinel) = &mut self.sentinel {
            sentinel.masters.clone_from(&sentinel.saved);
        }
    }

    /// Opens a connection from this address.
    pub fn connect(&mut self, from: Address, now: Duration) -> Session {
        self.connections += 1;
        let client = Client::new(self.connections, from, &self.users[DEFAULT_USER], now);
        self.clients.insert(client.id, client);
        Session::new(self.connections)
    }

    /// Closes every connection, as a network failure does.
    pub fn drop_connections(&mut self) {
        self.clients.clear();
        self.lose_primary();
    }

    /// The version that it simulates.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What it starts with next time.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Allows or forbids it to write its configuration file and its ACL file.
    pub fn set_files_writable(&mut self, writable: bool) {
        self.files_writable = writable;
    }

    /// Whether this user exists and logs in with this password.
    pub fn accepts(&self, user: &str, password: &str) -> bool {
        self.users.get(user).is_some_and(|user| user.accepts(password.as_bytes()))
    }

    /// Makes these its users, as ElastiCache does when it applies a change of users to a node.
    ///
    /// Connections of a user that stays are kept; those of a user that is gone are closed. Without a user `default`, nobody
    /// logs in as one.
    pub fn set_users(&mut self, users: impl IntoIterator<Item = User>) {
        let users = users.into_iter().map(|user| (user.name.clone(), user)).collect();
        let before = std::mem::replace(&mut self.users, users);
        self.users.entry(DEFAULT_USER.to_owned()).or_insert_with(|| User::without_rights(DEFAULT_USER));
        for name in before.into_keys().filter(|name| !self.users.contains_key(name)).collect::<Vec<_>>() {
            self.close_clients_of(&name);
        }
    }

    /// Makes these the AUTH tokens, as ElastiCache does when it applies `ROTATE` or `SET` to a node; with none, everybody
    /// gets in. Connections are kept.
    pub fn set_tokens(&mut self, tokens: &[&str]) {
        let mut default = User::open_default();
        for token in tokens {
            default.modify(&format!(">{token}")).expect("a password is a legal modifier");
        }
        self.users.insert(DEFAULT_USER.to_owned(), default);
    }

    pub(crate) fn load_users(&mut self, users: Vec<User>) {
        self.users = users.into_iter().map(|user| (user.name.clone(), user)).collect();
    }

    /// Closes the connections of a user, as Redis does when the user is deleted.
    pub(crate) fn close_clients_of(&mut self, user: &str) -> usize {
        self.close_clients(|client| client.user == user)
    }

    /// Drops the connections that were to be closed.
    pub(crate) fn drop_closing(&mut self) {
        self.clients.retain(|_, client| !client.closing);
    }

    pub(crate) fn close_clients(&mut self, which: impl Fn(&Client) -> bool) -> usize {
        let mut closed = 0;
        for client in self.clients.values_mut().filter(|client| which(client)) {
            client.closing = true;
            closed += 1;
        }
        closed
    }
}
