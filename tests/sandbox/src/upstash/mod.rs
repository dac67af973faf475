//! Upstash: databases with a REST API, and the Developer API for their passwords and backups.
//!
//! # Layout
//! - [`Upstash`]: the account, and its settings for tests
//! - [`Database`]: one database, with a Redis behind it
//! - [`Backup`]: a backup of a database
//! - `token`: REST tokens
//! - `command`, `acl`: the commands that the bearer of a token runs
//! - `rest`, `developer_api`: the two APIs
//! - `respond`: faults and the journal, which every request passes through
//! - `listen`: the listeners
//! - `in_memory`: the same APIs without sockets

mod acl;
mod backups;
mod command;
mod database;
mod developer_api;
mod in_memory;
mod listen;
mod respond;
mod rest;
mod token;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{chance, faults::Faults, journal::Journal, redis::Fleet};

pub use backups::{Backup, BackupState};
pub use database::{Database, Plan};
use respond::Surroundings;
pub use respond::UNRECORDED_AGENT;

/// The response to a password reset. Upstash's documentation is not consistent about its format.
///
/// <https://upstash.com/docs/devops/developer-api/redis/reset_password>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetAnswer {
    /// The database, with its new credentials.
    WithCredentials,
    /// The database, without them.
    WithoutCredentials,
    /// An empty body.
    Empty,
}

/// The settings of an account.
#[derive(Clone, Copy, Debug)]
struct Behaviour {
    reset_answer: ResetAnswer,
    stale: Duration,
    /// How long a backup takes, at least.
    backup: Duration,
}

/// The account that owns every database.
#[derive(Debug)]
struct Account {
    email: String,
    api_key: SecretString,
}

/// An Upstash account and its databases.
#[derive(Debug)]
pub struct Upstash {
    fleet: Arc<Fleet>,
    faults: Arc<Faults>,
    journal: Arc<Journal>,
    /// Where the Developer API is.
    api_url: String,
    account: Account,
    behaviour: Mutex<Behaviour>,
    databases: Mutex<Vec<Arc<Database>>>,
    listeners: Mutex<Vec<JoinHandle<()>>>,
}

impl Upstash {
    /// Starts an account without databases, and its Developer API on a free loopback port.
    pub(crate) async fn start(
        fleet: Arc<Fleet>,
        faults: Arc<Faults>,
        journal: Arc<Journal>,
    ) -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let api_url = format!("http://{}", listener.local_addr()?);
        let upstash = Arc::new(Self::at(api_url, &chance::uuid().to_string(), fleet, faults, journal));
        upstash.keep(tokio::spawn(listen::developer_api(Arc::downgrade(&upstash), listener)));
        Ok(upstash)
    }

    /// An account without databases, whose Developer API is at this URL.
    fn at(api_url: String, api_key: &str, fleet: Arc<Fleet>, faults: Arc<Faults>, journal: Arc<Journal>) -> Self {
        Self {
            fleet,
            faults,
            journal,
            api_url,
            account: Account { email: "platform@example.com".to_owned(), api_key: api_key.into() },
            behaviour: Mutex::new(Behaviour {
                reset_answer: ResetAnswer::WithCredentials,
                stale: Duration::ZERO,
                backup: Duration::from_millis(500),
            }),
            databases: Mutex::default(),
            listeners: Mutex::default(),
        }
    }

    /// The URL of the Developer API.
    pub fn api_url(&self) -> String {
        self.api_url.clone()
    }

    /// The value of the secret with the key of the Developer API.
    pub fn api_secret(&self) -> SecretString {
        let Account { email, api_key } = &self.account;
        serde_json::json!({ "email": email, "api_key": api_key.expose_secret() }).to_string().into()
    }

    /// Sets the response to a password reset.
    pub fn set_reset_answer(&self, reset_answer: ResetAnswer) {
        self.behaviour().reset_answer = reset_answer;
    }

    /// Sets the age of the credentials that the Developer API returns.
    pub fn set_stale(&self, stale: Duration) {
        self.behaviour().stale = stale;
    }

    /// Sets how long a backup takes, at least.
    pub fn set_backup_time(&self, backup: Duration) {
        self.behaviour().backup = backup;
    }

    /// Every secret so far: tokens, passwords and the API key.
    pub fn values(&self) -> Vec<String> {
        let mut values = vec![self.account.api_key.expose_secret().to_owned()];
        values.extend(self.databases().iter().flat_map(|database| database.values()));
        values
    }

    /// Creates a database, and waits until it is available.
    ///
    /// # Errors
    /// The network has no free address, or its Redis does not start.
    pub async fn create(&self, name: &str, plan: Plan) -> anyhow::Result<Arc<Database>> {
        let database = Database::create(&self.fleet, name, plan).await?;
        if !self.fleet.is_in_memory() {
            let (listener, acceptor) = listen::open(&self.fleet, &database).await?;
            self.keep(tokio::spawn(listen::rest(database.clone(), self.surroundings(None), listener, acceptor)));
        }
        self.databases().push(database.clone());
        Ok(database)
    }

    /// Stops the listeners. The fleet stops the processes.
    pub(crate) fn stop(&self) {
        self.listeners.lock().expect("the lock is not poisoned").drain(..).for_each(|listener| listener.abort());
    }

    fn database(&self, id: &str) -> Option<Arc<Database>> {
        self.databases().iter().find(|database| database.id == id).cloned()
    }

    /// What every request of this caller passes through.
    fn surroundings(&self, caller: Option<&str>) -> Surroundings {
        Surroundings { faults: self.faults.clone(), journal: self.journal.clone(), caller: caller.map(str::to_owned) }
    }

    fn keep(&self, listener: JoinHandle<()>) {
        self.listeners.lock().expect("the lock is not poisoned").push(listener);
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().expect("the lock is not poisoned")
    }

    fn databases(&self) -> MutexGuard<'_, Vec<Arc<Database>>> {
        self.databases.lock().expect("the lock is not poisoned")
    }
}

impl Drop for Upstash {
    fn drop(&mut self) {
        self.stop();
    }
}
