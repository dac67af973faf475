//! The load: every client of a target, started, rolled and stopped together.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval_at},
};

use super::{
    Kind, LoadTarget, Stats,
    account::Account,
    client::{Client, Seat},
    job::Job,
    seed,
    stats::Counters,
    topology::Address,
};

/// How hard a load presses.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions {
    /// Commands per second on the target, all clients together.
    pub commands_per_second: u32,
    /// After how many commands a client reconnects: an open connection outlives its password.
    pub commands_per_connection: u32,
    /// After how many connections a client restarts, and reads the secret afresh.
    pub connections_per_restart: u32,
}

impl Default for LoadOptions {
    /// A few hundred commands per second; each client reconnects about once a second, restarts every few.
    fn default() -> Self {
        Self { commands_per_second: 300, commands_per_connection: 30, connections_per_restart: 5 }
    }
}

/// Clients at work. [`Load::stop`] it.
#[derive(Debug)]
pub struct Load {
    counters: Arc<Counters>,
    order: watch::Sender<Order>,
    clients: JoinSet<()>,
}

/// What all clients are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Order {
    rolls: u64,
    stop: bool,
}

/// What one client does again and again.
#[derive(Clone, Debug)]
struct Duty {
    seat: Seat,
    at: Address,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    Read { key: String, value: String },
    Write { key: String },
}

impl Work {
    fn job(&self, nth: u64) -> Job {
        match self {
            Self::Read { key, value } => Job::Read { key: key.clone(), value: value.clone() },
            Self::Write { key } => Job::Write { key: key.clone(), value: format!("write-{nth}") },
        }
    }
}

impl Load {
    /// Seeds the target, and sets a client of each kind to read on every node and to write to every shard's primary.
    ///
    /// # Errors
    /// The secret or the nodes cannot be read, or the seeds do not reach every node.
    pub async fn start(target: LoadTarget, options: LoadOptions) -> anyhow::Result<Self> {
        let account = Account::open(&target);
        let token = account.current().await?;
        let counters = Arc::new(Counters::default());
        let authority: Arc<str> = target.authority_pem.as_str().into();
        let client = |kind, seat, at, counters| Client {
            account: account.clone(),
            authority: authority.clone(),
            counters,
            kind,
            seat,
            at,
            token: token.clone(),
            connection: None,
            commands_per_connection: u64::from(options.commands_per_connection.max(1)),
            reconnects: 0,
            connected_before: false,
        };
        let duties = duties(&account, |seat, at| client(Kind::Rereading, seat, at, Arc::default())).await?;
        let (order, _) = watch::channel(Order::default());
        let mut clients = JoinSet::new();
        let per_client: Vec<_> = duties.iter().flat_map(|duty| Kind::ALL.map(|kind| (duty.clone(), kind))).collect();
        let commands: u64 = per_client.iter().map(|(duty, _)| duty.work.job(0).commands()).sum();
        let pace = Duration::from_secs(1).mul_f64(commands as f64 / f64::from(options.commands_per_second.max(1)));
        let all = per_client.len() as u32;
        for (nth, (duty, kind)) in (0..).zip(per_client) {
            let mut client = client(kind, duty.seat, duty.at, counters.clone());
            // Evenly staggered, so that some client restarts at any time, and not all at once.
            let restart_after = u64::from(options.connections_per_restart);
            client.reconnects = u64::from(nth) * restart_after / u64::from(all);
            let first = pace * nth / all;
            clients.spawn(work(client, duty.work, order.subscribe(), pace, first, restart_after));
        }
        Ok(Self { counters, order, clients })
    }

    /// What the clients met so far.
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Restarts every client now, as a deployment does.
    pub fn roll(&self) {
        self.order.send_modify(|order| order.rolls += 1);
    }

    /// Ends every client after the command it is at, and says what they met.
    pub async fn stop(mut self) -> Stats {
        self.order.send_modify(|order| order.stop = true);
        while let Some(ended) = self.clients.join_next().await {
            if let Err(error) = ended {
                // A client that broke has served nothing since: that must not look like success.
                self.counters.failed(Kind::StartOnly, "none".to_owned(), format!("a client broke: {error}"));
            }
        }
        self.counters.read()
    }
}

/// What there is to do: a read on every node, a write to every shard. Seeds what the reads expect.
async fn duties(account: &Account, client: impl Fn(Seat, Address) -> Client) -> anyhow::Result<Vec<Duty>> {
    let topology = account.topology().await?;
    let mut duties = Vec::new();
    for shard in &topology.shards {
        let (seat, at) = seed::writers_seat(&topology, shard)?;
        let mut planter = client(seat.clone(), at.clone());
        let key = seed::key_for(&planter, shard, "load:seed").await?;
        // The value is the key's own, so an answer from another key is seen.
        let value = format!("value of {key}");
        seed::plant(&mut planter, &topology, shard, (key.clone(), value.clone())).await?;
        duties.extend(shard.nodes.iter().map(|node| Duty {
            seat: Seat::Node { cluster: topology.is_cluster() },
            at: node.clone(),
            work: Work::Read { key: key.clone(), value: value.clone() },
        }));
        let key = seed::key_for(&planter, shard, "load:write").await?;
        duties.push(Duty { seat, at, work: Work::Write { key } });
    }
    Ok(duties)
}

/// One client at work.
async fn work(
    mut client: Client,
    mut work: Work,
    mut order: watch::Receiver<Order>,
    pace: Duration,
    first: Duration,
    connections_per_restart: u64,
) {
    if let Work::Write { key } = &mut work {
        // One key per client, in the same slot: two writers must not read each other's values.
        *key = format!("{{{key}}}:{:?}", client.kind);
    }
    let mut ticks = interval_at(tokio::time::Instant::now() + first, pace);
    // A client that was held up goes on at its pace: the load stays bounded.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rolls = 0;
    for nth in 0.. {
        tokio::select! {
            _ = ticks.tick() => {}
            changed = order.changed() => if changed.is_err() { return },
        }
        let told = *order.borrow_and_update();
        if told.stop {
            return;
        }
        if told.rolls != rolls || client.reconnects >= connections_per_restart {
            rolls = told.rolls;
            client.restart().await;
        }
        client.serve(&work.job(nth)).await;
    }
}
