//! Clients of a database: some read the secret when they start, some again when they are refused.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context;
use reqwest::{Certificate, Client, StatusCode};
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

/// Between two commands of a client.
const PACE: Duration = Duration::from_millis(25);

/// How long a command is sent again while no answer comes: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long a client waits before it reads the secret again.
const BEFORE_REREAD: Duration = Duration::from_millis(20);

/// What the clients met.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Commands that were answered rightly.
    pub commands: u64,
    /// Commands that were not, those tried once more included.
    pub failed: u64,
    /// Tokens that were refused.
    pub refused: u64,
    /// The longest time that a client which rereads the secret was without an answer.
    pub longest_gap: Duration,
}

/// What a client is told.
#[derive(Clone, Copy, Debug, Default)]
struct Order {
    rolls: u64,
    stop: bool,
}

/// Clients at work.
#[derive(Debug)]
pub struct Load {
    order: watch::Sender<Order>,
    clients: Vec<JoinHandle<()>>,
    stats: Arc<Mutex<Stats>>,
}

/// Returns the HTTPS client that the clients of a database use.
///
/// # Errors
/// The authority's certificate is not valid.
pub fn http(sandbox: &Sandbox) -> anyhow::Result<Client> {
    let authority = Certificate::from_pem(sandbox.fleet.authority_pem().as_bytes())?;
    let http =
        Client::builder().user_agent(UNRECORDED_AGENT).tls_certs_only([authority]).timeout(Duration::from_secs(2));
    Ok(http.build()?)
}

/// One client.
struct Worker {
    rereads: bool,
    http: Client,
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
    /// Starts clients that read their token from the secret, and write and read a key each.
    ///
    /// # Errors
    /// The target is no database of Upstash, its secret cannot be read, or no HTTPS client be made.
    pub async fn start(sandbox: &Sandbox, target: &Provisioned) -> anyhow::Result<Self> {
        let http = http(sandbox)?;
        let database = target.site.database().context("the target is no database of Upstash")?;
        let (order, told) = watch::channel(Order::default());
        let stats = Arc::new(Mutex::new(Stats::default()));
        let mut clients = Vec::new();
        for nth in 0..CLIENTS * 2 {
            let mut worker = Worker {
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
            worker.read_token().await?;
            clients.push(tokio::spawn(worker.work(told.clone())));
        }
        Ok(Self { order, clients, stats })
    }

    /// Has the clients that read the secret only at start start anew, as a deployment does.
    pub fn roll(&self) {
        self.order.send_modify(|order| order.rolls += 1);
    }

    /// What the clients met so far.
    pub fn stats(&self) -> Stats {
        *self.stats.lock().expect("no holder panics")
    }

    /// Ends the clients.
    pub async fn stop(self) -> Stats {
        self.order.send_modify(|order| order.stop = true);
        for client in self.clients {
            // A client that panicked has counted what it met before.
            let _ = client.await;
        }
        *self.stats.lock().expect("no holder panics")
    }
}

impl Worker {
    async fn work(mut self, order: watch::Receiver<Order>) {
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rolls = 0;
        for nth in 0_u64.. {
            ticks.tick().await;
            let told = *order.borrow();
            if told.stop {
                return;
            }
            if told.rolls != rolls {
                rolls = told.rolls;
                // A deployment that cannot read the secret goes on with what it has.
                let _ = self.read_token().await;
            }
            self.serve(nth).await;
        }
    }

    /// One value written and read back; once more, after another look at the secret, where the client does that.
    async fn serve(&mut self, nth: u64) {
        let mut served = self.write_and_read(nth).await;
        if !served && self.rereads {
            sleep(BEFORE_REREAD).await;
            let _ = self.read_token().await;
            served = self.write_and_read(nth).await;
        }
        let mut stats = self.stats.lock().expect("no holder panics");
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

    /// The answer to a command, which is sent again where none comes: its effect is the same.
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
            self.stats.lock().expect("no holder panics").refused += 1;
            return None;
        }
        response.json::<Value>().await.ok()?.get_mut("result").map(Value::take)
    }

    async fn read_token(&mut self) -> anyhow::Result<()> {
        let answer = self.secrets.get_secret_value().secret_id(&self.secret_arn).send().await?;
        let object: Value = serde_json::from_str(answer.secret_string().unwrap_or_default())?;
        let token = object.get(&self.json_key).and_then(Value::as_str).context("the secret holds a token")?;
        self.token = token.into();
        Ok(())
    }
}
