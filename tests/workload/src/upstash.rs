//! Clients of an Upstash database: half read the secret only at startup, half read it again after a refused request.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context;
use reqwest::{Certificate, StatusCode};
use sandbox::{Sandbox, upstash::UNRECORDED_AGENT};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use crate::Provisioned;

/// How many clients of each kind there are.
const CLIENTS: usize = 2;

/// The time between two commands of a client.
const PACE: Duration = Duration::from_millis(25);

/// How long a command that gets no answer is retried: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(8);

/// The delay before a client reads the secret again.
const BEFORE_REREAD: Duration = Duration::from_millis(20);

/// Counts of answered and failed commands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Commands with the correct answer.
    pub commands: u64,
    /// Commands without a correct answer, after the retry of clients that reread the secret.
    pub failed: u64,
    /// Requests refused because of the token.
    pub refused: u64,
    /// The longest time between two correct answers to a client that rereads the secret.
    pub longest_gap: Duration,
}

/// What the load tells its clients.
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    restarts: u64,
    stop: bool,
}

/// Running clients.
#[derive(Debug)]
pub struct Load {
    control: watch::Sender<Control>,
    clients: Vec<JoinHandle<()>>,
    stats: Arc<Mutex<Stats>>,
}

/// Returns an HTTPS client that trusts the sandbox's certificate authority.
///
/// # Errors
/// The authority's certificate is not valid.
pub fn http(sandbox: &Sandbox) -> anyhow::Result<reqwest::Client> {
    let authority = Certificate::from_pem(sandbox.fleet.authority_pem().as_bytes())?;
    let http = reqwest::Client::builder()
        .user_agent(UNRECORDED_AGENT)
        .tls_certs_only([authority])
        .timeout(Duration::from_secs(2));
    Ok(http.build()?)
}

/// One client.
struct Client {
    rereads: bool,
    http: reqwest::Client,
    url: String,
    key: String,
    token: SecretString,
    secrets: aws_sdk_secretsmanager::Client,
    secret_arn: String,
    json_key: String,
    stats: Arc<Mutex<Stats>>,
    last_answer: Instant,
}

impl Load {
    /// Starts clients that read their token from the secret. Each writes and reads a key of its own.
    ///
    /// # Errors
    /// The target is not an Upstash database, its secret cannot be read, or the HTTPS client cannot be created.
    pub async fn start(sandbox: &Sandbox, target: &Provisioned) -> anyhow::Result<Self> {
        let http = http(sandbox)?;
        let database = target.site.database().context("the target is not an Upstash database")?;
        let (control, receiver) = watch::channel(Control::default());
        let stats = Arc::new(Mutex::new(Stats::default()));
        let mut clients = Vec::new();
        for nth in 0..CLIENTS * 2 {
            let mut client = Client {
                rereads: nth % 2 == 0,
                http: http.clone(),
                url: database.url(),
                key: format!("load:{nth}"),
                token: SecretString::default(),
                secrets: aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config()),
                secret_arn: target.secret_arn.clone(),
                json_key: target.target.secret.json_key.clone().context("the secret is a JSON object")?,
                stats: stats.clone(),
                last_answer: Instant::now(),
            };
            client.read_token().await?;
            clients.push(tokio::spawn(client.work(receiver.clone())));
        }
        Ok(Self { control, clients, stats })
    }

    /// Restarts the clients, as a deployment does. Only those that read the secret at startup notice it.
    pub fn restart(&self) {
        self.control.send_modify(|control| control.restarts += 1);
    }

    /// Returns the counts so far.
    pub fn stats(&self) -> Stats {
        *self.stats.lock().expect("the lock is not poisoned")
    }

    /// Stops the clients and returns the final counts.
    pub async fn stop(self) -> Stats {
        self.control.send_modify(|control| control.stop = true);
        for client in self.clients {
            // A client that panicked counted its commands before it did.
            let _ = client.await;
        }
        *self.stats.lock().expect("the lock is not poisoned")
    }
}

impl Client {
    async fn work(mut self, control: watch::Receiver<Control>) {
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut restarts = 0;
        for nth in 0_u64.. {
            ticks.tick().await;
            let latest = *control.borrow();
            if latest.stop {
                return;
            }
            if latest.restarts != restarts {
                restarts = latest.restarts;
                // If the secret cannot be read, the client continues with the token it has.
                let _ = self.read_token().await;
            }
            self.serve(nth).await;
        }
    }

    /// Writes a value and reads it back. On failure, a client that rereads the secret does so and tries once more.
    async fn serve(&mut self, nth: u64) {
        let mut served = self.write_and_read(nth).await;
        if !served && self.rereads {
            sleep(BEFORE_REREAD).await;
            let _ = self.read_token().await;
            served = self.write_and_read(nth).await;
        }
        let mut stats = self.stats.lock().expect("the lock is not poisoned");
        if served {
            stats.commands += 1;
            if self.rereads {
                stats.longest_gap = stats.longest_gap.max(self.last_answer.elapsed());
            }
            self.last_answer = Instant::now();
        } else {
            stats.failed += 1;
        }
    }

    async fn write_and_read(&self, nth: u64) -> bool {
        let value = format!("value {nth}");
        let set = self.command(json!(["SET", self.key, value])).await;
        let got = self.command(json!(["GET", self.key])).await;
        set == Some(json!("OK")) && got == Some(json!(value))
    }

    /// Sends a command, again while no answer comes: repeating it has the same effect.
    async fn command(&self, command: Value) -> Option<Value> {
        let give_up = Instant::now() + PATIENCE;
        let response = loop {
            let request = self.http.post(&self.url).bearer_auth(self.token.expose_secret()).json(&command);
            match request.send().await {
                Ok(response) => break response,
                Err(_) if Instant::now() >= give_up => return None,
                Err(_) => sleep(BEFORE_REREAD).await,
            }
        };
        if response.status() == StatusCode::UNAUTHORIZED {
            self.stats.lock().expect("the lock is not poisoned").refused += 1;
            return None;
        }
        response.json::<Value>().await.ok()?.get_mut("result").map(Value::take)
    }

    async fn read_token(&mut self) -> anyhow::Result<()> {
        let answer = self.secrets.get_secret_value().secret_id(&self.secret_arn).send().await?;
        let object: Value = serde_json::from_str(answer.secret_string().unwrap_or_default())?;
        let token = object.get(&self.json_key).and_then(Value::as_str).context("the secret has no token")?;
        self.token = token.into();
        Ok(())
    }
}
