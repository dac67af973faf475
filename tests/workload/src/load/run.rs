//! The load: starts, restarts and stops all clients of a target together.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval_at},
};

use super::{
    Kind, LoadTarget, Stats,
    account::Account,
    client::{Client, Destination},
    request::Request,
    seed,
    stats::Counters,
    topology::Address,
};

/// The rates of a load.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions {
    /// Commands per second, over all clients.
    pub commands_per_second: u32,
    /// Commands before a client reconnects: an open connection stays open when its password is removed.
    pub commands_per_connection: u32,
    /// Connections before a client restarts and reads the secret again.
    pub connections_per_restart: u32,
}

impl Default for LoadOptions {
    /// A few hundred commands per second; each client reconnects about once a second and restarts every few seconds.
    fn default() -> Self {
        Self { commands_per_second: 300, commands_per_connection: 30, connections_per_restart: 5 }
    }
}

/// Running clients. Call [`Load::stop`] to end them.
#[derive(Debug)]
pub struct Load {
    counters: Arc<Counters>,
    control: watch::Sender<Control>,
    clients: JoinSet<()>,
}

/// What the load tells its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Control {
    restarts: u64,
    stop: bool,
}

/// What one client repeats.
#[derive(Clone, Debug)]
struct ClientPlan {
    destination: Destination,
    at: Address,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    Read { key: String, value: String },
    Write { key: String },
}

impl Work {
    fn request(&self, nth: u64) -> Request {
        match self {
            Self::Read { key, value } => Request::Read { key: key.clone(), value: value.clone() },
            Self::Write { key } => Request::Write { key: key.clone(), value: format!("write-{nth}") },
        }
    }
}

impl Load {
    /// Writes the values to read, and starts a client of each kind that reads from each node and one that writes to each
    /// primary.
    ///
    /// # Errors
    /// The secret or the nodes cannot be read, or the values do not reach every node.
    pub async fn start(target: LoadTarget, options: LoadOptions) -> anyhow::Result<Self> {
        let account = Account::open(&target);
        let token = account.current().await?;
        let counters = Arc::new(Counters::default());
        let authority: Arc<str> = target.authority_pem.as_str().into();
        let client = |kind, destination, at, counters| Client {
            account: account.clone(),
            authority: authority.clone(),
            counters,
            kind,
            destination,
            at,
            token: token.clone(),
            connection: None,
            commands_per_connection: u64::from(options.commands_per_connection.max(1)),
            reconnects: 0,
            connected_before: false,
        };
        let plans = plans(&account, |destination, at| client(Kind::Rereading, destination, at, Arc::default())).await?;
        let (control, _) = watch::channel(Control::default());
        let mut clients = JoinSet::new();
        let clients_to_start: Vec<_> =
            plans.iter().flat_map(|plan| Kind::ALL.map(|kind| (plan.clone(), kind))).collect();
        let commands: u64 = clients_to_start.iter().map(|(plan, _)| plan.work.request(0).commands()).sum();
        let pace = Duration::from_secs(1).mul_f64(commands as f64 / f64::from(options.commands_per_second.max(1)));
        let all = clients_to_start.len() as u32;
        for (nth, (plan, kind)) in (0..).zip(clients_to_start) {
            let mut client = client(kind, plan.destination, plan.at, counters.clone());
            // Staggered evenly, so that clients do not all restart at once.
            let restart_after = u64::from(options.connections_per_restart);
            client.reconnects = u64::from(nth) * restart_after / u64::from(all);
            let first = pace * nth / all;
            clients.spawn(work(client, plan.work, control.subscribe(), pace, first, restart_after));
        }
        Ok(Self { counters, control, clients })
    }

    /// Returns the counts so far.
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Restarts every client now, as a deployment does.
    pub fn restart(&self) {
        self.control.send_modify(|control| control.restarts += 1);
    }

    /// Stops every client after its current command and returns the final counts.
    pub async fn stop(mut self) -> Stats {
        self.control.send_modify(|control| control.stop = true);
        while let Some(ended) = self.clients.join_next().await {
            if let Err(error) = ended {
                // A client that panicked sent nothing afterwards: that must not look like success.
                self.counters.failed(Kind::StartOnly, "none".to_owned(), format!("a client panicked: {error}"));
            }
        }
        self.counters.read()
    }
}

/// Plans a read from every node and a write to every shard, and writes the values that the reads expect.
async fn plans(account: &Account, client: impl Fn(Destination, Address) -> Client) -> anyhow::Result<Vec<ClientPlan>> {
    let topology = account.topology().await?;
    let mut plans = Vec::new();
    for shard in &topology.shards {
        let (destination, at) = seed::write_destination(&topology, shard)?;
        let mut seeder = client(destination.clone(), at.clone());
        let key = seed::key_for(&seeder, shard, "load:seed").await?;
        // The value contains the key, so a value of another key is noticed.
        let value = format!("value of {key}");
        seed::write(&mut seeder, &topology, shard, (key.clone(), value.clone())).await?;
        plans.extend(shard.nodes.iter().map(|node| ClientPlan {
            destination: Destination::Node { cluster: topology.is_cluster() },
            at: node.clone(),
            work: Work::Read { key: key.clone(), value: value.clone() },
        }));
        let key = seed::key_for(&seeder, shard, "load:write").await?;
        plans.push(ClientPlan { destination, at, work: Work::Write { key } });
    }
    Ok(plans)
}

/// Runs one client until the load stops.
async fn work(
    mut client: Client,
    mut work: Work,
    mut control: watch::Receiver<Control>,
    pace: Duration,
    first: Duration,
    connections_per_restart: u64,
) {
    if let Work::Write { key } = &mut work {
        // One key per client, in the same slot, so that two writers do not read each other's values.
        *key = format!("{{{key}}}:{:?}", client.kind);
    }
    let mut ticks = interval_at(tokio::time::Instant::now() + first, pace);
    // A delayed client does not catch up, so the load stays bounded.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut restarts = 0;
    for nth in 0.. {
        tokio::select! {
            _ = ticks.tick() => {}
            changed = control.changed() => if changed.is_err() { return },
        }
        let latest = *control.borrow_and_update();
        if latest.stop {
            return;
        }
        if latest.restarts != restarts || client.reconnects >= connections_per_restart {
            restarts = latest.restarts;
            client.restart().await;
        }
        client.serve(&work.request(nth)).await;
    }
}
