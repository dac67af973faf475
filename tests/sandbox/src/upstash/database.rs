//! A database, with a Redis behind it: a real one, or a simulated one in memory.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::Context;
use jiff::Timestamp;
use redis::cmd;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::{sync::watch, time::Instant};

use super::{Backup, command::Session, token};
use crate::{
    chance, clock,
    redis::{Fleet, NoLogin, Node},
};

/// The user of the standard token.
pub(super) const DEFAULT: &str = "default";

/// The user of the read-only token. It is hidden from callers.
pub(super) const READ_ONLY: &str = "upstash-read-only";

/// The port of the REST API. The real one is 443, which needs a privileged user.
const PORT: u16 = 8443;

/// The plan of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Free, without `ACL`.
    Free,
    /// Pay as you go.
    Paid,
}

/// A database.
#[derive(Debug)]
pub struct Database {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    pub(super) node: Arc<Node>,
    created: Timestamp,
    frozen: watch::Sender<bool>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    plan: Plan,
    /// Every password of the default user, with the time at which it was set.
    passwords: Vec<(Instant, SecretString)>,
    /// Whether the Developer API hides the credentials.
    protected: bool,
    /// Every token that `ACL GENTOKEN` and `ACL RESTTOKEN` created.
    made: Vec<SecretString>,
    pub(super) backups: Vec<Backup>,
    /// Whether backups fail.
    pub(super) fails_backups: bool,
}

impl Database {
    /// Creates a database with its own Redis.
    pub(super) async fn create(fleet: &Fleet, name: &str, plan: Plan) -> anyhow::Result<Arc<Self>> {
        let address = fleet.take_address().context("the network has no free address")?;
        let node = fleet.add_node(address, None, false).await?;
        node.start().await?;
        let id = chance::uuid().to_string();
        let database = Self {
            id,
            name: name.to_owned(),
            node,
            created: clock::now(),
            frozen: watch::Sender::new(false),
            state: Mutex::new(State {
                plan,
                passwords: Vec::new(),
                protected: false,
                made: Vec::new(),
                backups: Vec::new(),
                fails_backups: false,
            }),
        };
        database.reset_password().await?;
        Ok(Arc::new(database))
    }

    /// The host name of its endpoint.
    pub fn endpoint(&self) -> String {
        self.node.address().to_string()
    }

    /// The port of its REST API.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The URL of its REST API.
    pub fn url(&self) -> String {
        format!("https://{}:{PORT}", self.endpoint())
    }

    /// The current standard token.
    pub fn token(&self) -> SecretString {
        token::of(&self.id, DEFAULT, &self.password())
    }

    /// Its plan.
    pub fn plan(&self) -> Plan {
        self.state().plan
    }

    /// Moves it to another plan.
    pub fn set_plan(&self, plan: Plan) {
        self.state().plan = plan;
    }

    /// Suspends its REST API until [`Database::thaw`]. Requests wait until then.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    /// Resumes its REST API.
    pub fn thaw(&self) {
        self.frozen.send_replace(false);
    }

    /// Waits until its REST API is not suspended.
    pub(super) async fn thawed(&self) {
        // The sender lives as long as `self`: this cannot fail.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }

    /// Sets whether the Developer API hides the credentials.
    pub fn protect(&self, protected: bool) {
        self.state().protected = protected;
    }

    /// Creates a user with these rules, and returns its token.
    ///
    /// # Errors
    /// Redis rejects the rules.
    pub async fn create_user(&self, username: &str, rules: &[&str]) -> anyhow::Result<SecretString> {
        let password = new_password();
        let mut command = cmd("ACL");
        command.arg("SETUSER").arg(username).arg("on").arg(rules).arg(format!(">{}", password.expose_secret()));
        self.administer(&command).await?;
        Ok(self.make_token(username, &password))
    }

    /// Replaces the password of the default user and of the read-only user.
    ///
    /// # Errors
    /// Its Redis does not answer.
    pub async fn reset_password(&self) -> anyhow::Result<()> {
        let password = new_password();
        let rule = format!(">{}", password.expose_secret());
        for (username, rights) in [(DEFAULT, ["&*", "+@all"]), (READ_ONLY, ["&*", "+@read"])] {
            let mut command = cmd("ACL");
            command.arg("SETUSER").arg(username).arg(&["reset", "on", "~*"]).arg(&rights).arg(&rule);
            self.administer(&command).await?;
        }
        self.state().passwords.push((Instant::now(), password));
        Ok(())
    }

    async fn administer(&self, command: &redis::Cmd) -> anyhow::Result<()> {
        self.node.administer(command).await.map(drop).map_err(anyhow::Error::msg)
    }

    /// The simulated Redis of a database in memory.
    pub fn simulated(&self) -> Option<&simulated_redis::Shared> {
        self.node.simulated()
    }

    /// The user and the password in a token of this database, with which the Redis behind it is logged in to.
    pub fn login(&self, token: &str) -> Option<(String, SecretString)> {
        token::bearer(&self.id, token).map(|bearer| (bearer.username, bearer.password))
    }

    /// Whether the database accepts a token. This does not use the REST API.
    ///
    /// # Errors
    /// Its Redis does not answer.
    pub async fn accepts(&self, token: &SecretString) -> anyhow::Result<bool> {
        let Some(bearer) = token::bearer(&self.id, token.expose_secret()) else { return Ok(false) };
        match Session::open(self, &bearer).await {
            Ok(_) => Ok(true),
            Err(NoLogin::Refused) => Ok(false),
            Err(NoLogin::Down) => anyhow::bail!("the database {} does not answer", self.name),
        }
    }

    /// Creates a token as `ACL GENTOKEN` does, with a password that no user has.
    pub fn make_token_for_nobody(&self, username: &str) -> SecretString {
        self.make_token(username, &new_password())
    }

    /// The database in the Developer API's format. With `stale`, it contains the credentials of that long ago.
    pub(super) fn describe(&self, stale: Option<Duration>) -> Value {
        let mut description = json!({
            "database_id": self.id,
            "database_name": self.name,
            "region": "eu-west-1",
            "type": if self.plan() == Plan::Free { "free" } else { "payg" },
            "port": 6379,
            "creation_time": self.created.as_second(),
            "state": "active",
            "endpoint": self.endpoint(),
            "tls": true,
        });
        if let Some(stale) = stale {
            let password = self.password_before(stale);
            description["password"] = json!(password.expose_secret());
            description["rest_token"] = json!(token::of(&self.id, DEFAULT, &password).expose_secret());
            description["read_only_rest_token"] = json!(token::of(&self.id, READ_ONLY, &password).expose_secret());
        }
        description
    }

    /// Whether the Developer API hides the credentials.
    pub(super) fn is_protected(&self) -> bool {
        self.state().protected
    }

    /// Creates a token and stores it.
    pub(super) fn make_token(&self, username: &str, password: &SecretString) -> SecretString {
        let token = token::of(&self.id, username, password);
        self.state().made.push(token.clone());
        token
    }

    /// The password in a token that was created for this user.
    pub(super) fn password_in(&self, username: &str, token: &str) -> Option<SecretString> {
        self.state().made.iter().find(|made| made.expose_secret() == token)?;
        token::bearer(&self.id, token).filter(|bearer| bearer.username == username).map(|bearer| bearer.password)
    }

    /// Every secret that the database ever had.
    pub(super) fn values(&self) -> Vec<String> {
        let state = self.state();
        let passwords = state.passwords.iter().map(|(_, password)| password);
        let tokens = passwords.clone().flat_map(|password| {
            [DEFAULT, READ_ONLY].map(|user| token::of(&self.id, user, password).expose_secret().to_owned())
        });
        let made = state.made.iter().flat_map(|token| {
            let password = token::bearer(&self.id, token.expose_secret()).map(|bearer| bearer.password);
            [Some(token.clone()), password].into_iter().flatten().map(|value| value.expose_secret().to_owned())
        });
        passwords.clone().map(|password| password.expose_secret().to_owned()).chain(tokens).chain(made).collect()
    }

    fn password(&self) -> SecretString {
        self.password_before(Duration::ZERO)
    }

    fn password_before(&self, stale: Duration) -> SecretString {
        let state = self.state();
        let then = state.passwords.iter().rev().find(|(since, _)| since.elapsed() >= stale);
        then.or(state.passwords.first()).map(|(_, password)| password.clone()).unwrap_or_default()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

/// A new password, with 122 random bits.
pub(super) fn new_password() -> SecretString {
    chance::uuid().simple().to_string().into()
}
