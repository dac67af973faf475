//! One world: AWS in memory, the nodes, the functions, and the record of what happened.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_config::SdkConfig;
use cloud::Clients;
use jiff::Timestamp;
use rand::RngExt;
use sandbox::{
    chance, clock,
    faults::What as Fault,
    in_memory::InMemory,
    journal::{CallResult, Entry},
    operations::only_reads,
};
use tokio::time::{Instant, sleep};

use crate::{
    conditions, consumer, elasticache,
    estate::SetUp,
    fargate, functions, hosts, network,
    nodes::{Node, Nodes},
    plan::Plan,
    rules::Rule,
    upstash::Upstash,
    view::View,
    watch::{Watch, is_function},
};

/// The time of day when every world starts.
const START: &str = "2026-11-30T09:00:00Z";

/// The name of the secret, and of the target.
pub(crate) const NAME: &str = "orders";

/// The parameter that the target's applications read.
pub(crate) const PARAMETER: &str = "/orders/url";

/// What a person signs calls with.
pub(crate) const PERSON: &str = "person";

/// What schedules sign calls with.
pub(crate) const SCHEDULE: &str = "schedule";

/// The first credential.
pub(crate) const FIRST: &str = "first-credential-0123456789abcdef";

/// The longest time that a command or its answer takes on its way at rest.
const FAIR: Duration = Duration::from_millis(100);

/// A world.
pub struct World {
    pub(crate) plan: Plan,
    pub(crate) aws: InMemory,
    pub(crate) nodes: Mutex<Nodes>,
    /// The database that the one node is, at Upstash.
    pub(crate) upstash: Option<Upstash>,
    /// When the world began: acts and the story count from there.
    began: Mutex<Instant>,
    config: SdkConfig,
    /// The clients of people, and those of schedules. Like those of functions, they share no budget of retries with another world.
    person: Clients,
    schedule: Clients,
    pub(crate) watch: Mutex<Watch>,
    /// How many calls changed something, or may have.
    pub(crate) changes: AtomicUsize,
    /// Whether the functions are left alone now.
    at_rest: AtomicBool,
    /// Whether the spare host is a replica by now.
    pub(crate) replica_added: AtomicBool,
}

impl World {
    /// A world as the plan's estate says, with nothing rotated yet.
    ///
    /// # Errors
    /// A call that sets it up is refused.
    pub(crate) async fn new(plan: Plan, config: SdkConfig) -> anyhow::Result<Arc<Self>> {
        let start: Timestamp = START.parse()?;
        clock::set(start);
        chance::seed(plan.seed);
        let aws = InMemory::new(conditions::timing(&plan), Arc::new(conditions::latency));
        let [person, schedule] = [PERSON, SCHEDULE].map(|who| Clients::from(aws.configure(config.clone(), who)));
        let set_up = plan.estate.set_up;
        let upstash = match set_up.is_upstash() {
            true => Some(Upstash::create(&aws, &person, set_up).await?),
            false => None,
        };
        let nodes = match &upstash {
            Some(upstash) => upstash.nodes(),
            None if set_up.is_elasticache() => elasticache::create(&aws, &person, &plan.estate).await?,
            None if set_up.is_on_hosts() => hosts::create(&plan.estate),
            // A task starts with what is in the secret.
            None => Nodes::new(),
        };
        let world = Arc::new(Self {
            person,
            schedule,
            config,
            nodes: Mutex::new(nodes),
            upstash,
            aws,
            began: Mutex::new(Instant::now()),
            watch: Mutex::new(Watch::new(set_up == SetUp::UpstashReset)),
            changes: AtomicUsize::new(0),
            at_rest: AtomicBool::new(false),
            replica_added: AtomicBool::new(false),
            plan,
        });
        network::enter(&world);
        functions::deploy(&world);
        world.set_up().await?;
        world.arm();
        Ok(world)
    }

    /// The configuration of a caller with this access key id.
    pub(crate) fn config(&self, principal: &str) -> SdkConfig {
        self.aws.configure(self.config.clone(), principal)
    }

    /// When the world began.
    pub(crate) fn began(&self) -> Instant {
        *self.began.lock().expect("the lock is not poisoned")
    }

    /// Begins anew, once tasks run that took a minute to start.
    fn begin(&self) {
        *self.began.lock().expect("the lock is not poisoned") = Instant::now();
        self.watch().story.clear();
    }

    /// Ends all faults: from now on everything answers in fair time.
    pub(crate) fn come_to_rest(&self) {
        self.at_rest.store(true, Ordering::Relaxed);
        self.aws.secrets_manager.set_rotation_timing(conditions::fair_rotation());
        self.nodes().values().for_each(|node| self.set_silent(node, false));
        self.note("the world comes to rest");
    }

    /// The first credential.
    pub(crate) fn first(&self) -> &str {
        self.upstash.as_ref().map_or(FIRST, |upstash| &upstash.first)
    }

    /// Whether a node accepts a credential of the target.
    pub(crate) fn accepts(&self, node: &Node, credential: &str) -> bool {
        match &self.upstash {
            Some(upstash) => upstash.accepts(credential),
            None => node.redis().accepts(self.plan.estate.set_up.user(), credential),
        }
    }

    /// Has a node answer nobody, or answer again.
    pub(crate) fn set_silent(&self, node: &Node, silent: bool) {
        match &self.upstash {
            Some(upstash) => upstash.set_silent(silent),
            None => node.set_silent(silent),
        }
    }

    /// A time that a command or its answer takes on its way. At rest it is a fair one: no login runs out of time.
    pub(crate) fn latency(&self) -> Duration {
        let time = conditions::latency();
        if self.at_rest.load(Ordering::Relaxed) { time.min(FAIR) } else { time }
    }

    /// Adds a line to the story.
    pub(crate) fn note(&self, line: &str) {
        self.watch().note(self.began().elapsed(), line);
    }

    pub(crate) fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().expect("the lock is not poisoned")
    }

    /// Puts the secret and the settings, and starts the application. Replicas follow their primary from now on.
    async fn set_up(self: &Arc<Self>) -> anyhow::Result<()> {
        let secret = self.create_secret(&self.value(self.first(), 0)).await?;
        if self.plan.estate.set_up == SetUp::Fargate {
            fargate::create(self, &secret).await?;
        }
        self.put_settings(&self.settings()).await?;
        self.aws.events.route("aws.secretsmanager", "Secret Label Updated", "sync-connection")?;
        if let Some(kind) = self.plan.estate.consumer {
            consumer::create(self, kind).await?;
        }
        if self.plan.estate.set_up == SetUp::Fargate || self.plan.estate.consumer.is_some() {
            self.begin();
        }
        self.start_application();
        if self.plan.estate.set_up.is_on_hosts() {
            self.start_replication();
        }
        Ok(())
    }

    /// Starts an application that reads the parameter several times in an overlap. Without an overlap there is none: nothing
    /// is promised to it.
    fn start_application(self: &Arc<Self>) {
        let every = self.plan.estate.overlap / 4;
        if every.is_zero() {
            return;
        }
        let world = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(world) = world.upgrade() {
                world.watch().read();
                drop(world);
                sleep(every).await;
            }
        });
    }

    /// Watches every call, and lets calls fail as the plan says.
    fn arm(self: &Arc<Self>) {
        let world = Arc::downgrade(self);
        self.aws.journal.watch(move |entry| {
            if let Some(world) = world.upgrade() {
                world.see(entry);
            }
        });
        let world = Arc::downgrade(self);
        self.aws.faults.choose(move |place, operation| {
            let world = world.upgrade()?;
            let fails = !world.at_rest.load(Ordering::Relaxed) && chance::rng().random_ratio(world.plan.faults, 1000);
            fails.then(|| world.strike(&place.function, operation, conditions::fault(operation)))
        });
        let view = View::of(self);
        self.watch().see(view, "the beginning");
    }

    /// Looks at the world after a call that may have changed it.
    fn see(&self, entry: &Entry) {
        let of_function = is_function(&entry.principal);
        if of_function && entry.service != "redis" && entry.invocation.is_none() {
            self.watch().broke(Rule::RunsEndInTime, &format!("{} after the end of its run", entry.operation), "");
        }
        let reads = only_reads(&entry.operation);
        let took_effect = matches!(entry.result, CallResult::Answered | CallResult::FaultedAfter(_));
        if took_effect && of_function && entry.operation == "DescribeSecret" {
            self.watch().looked(&entry.principal);
        }
        if took_effect && !reads {
            self.changes.fetch_add(1, Ordering::Relaxed);
            let view = View::of(self);
            self.watch().changed(self.began().elapsed(), entry, view);
        } else if !reads || entry.result != CallResult::Answered {
            self.watch().failed(self.began().elapsed(), entry);
        }
    }

    /// Looks at the world after a change that no call made.
    pub(crate) fn look(&self, who: &str, what: &str) {
        let view = View::of(self);
        self.watch().happened(self.began().elapsed(), who, what, view);
    }

    /// Has a call of a function meet a fault, and says so in the story.
    pub(crate) fn strike(&self, function: &str, operation: &str, fault: Fault) -> Fault {
        self.note(&format!("{function:<20} >> {operation} {}", conditions::words(fault)));
        fault
    }

    /// The clients of schedules.
    pub(crate) fn schedule(&self) -> &Clients {
        &self.schedule
    }

    /// The clients of a person.
    pub(crate) fn person(&self) -> &Clients {
        &self.person
    }

    /// The client of a person for Secrets Manager.
    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        self.person.secrets_manager().clone()
    }

    /// The client of a person for Parameter Store.
    pub(crate) fn parameters(&self) -> aws_sdk_ssm::Client {
        self.person.ssm().clone()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("plan", &self.plan).finish_non_exhaustive()
    }
}
