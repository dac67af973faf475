//! One world: AWS in memory, the nodes, the functions, and the record of what happened.

use std::{
    collections::BTreeMap,
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
    delivery::EventTiming,
    faults::What as Fault,
    in_memory::{InMemory, Options},
    journal::{CallResult, Entry},
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use simulated_redis::{Address, Files, Node as Redis, Shared, User, Version};
use tokio::time::{Instant, sleep};

use crate::{
    functions, network,
    plan::{Estate, Plan, SetUp},
    rules::Watch,
    view::View,
};

/// The time of day when every world starts.
const START: &str = "2026-11-30T09:00:00Z";

/// The name of the secret, and of the target.
pub(crate) const NAME: &str = "orders";

/// The parameter that the target's applications read.
pub(crate) const PARAMETER: &str = "/orders/url";

/// What every person and schedule signs their calls with.
pub(crate) const PERSON: &str = "person";

/// The first credential.
pub(crate) const FIRST: &str = "first-credential-0123456789abcdef";

/// A node of a world.
pub(crate) struct Node {
    /// Its name.
    pub(crate) host: String,
    pub(crate) redis: Shared,
    silent: AtomicBool,
}

impl Node {
    /// Whether it answers nobody.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    /// Makes it answer nobody, or answer again.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// The node itself.
    pub(crate) fn redis(&self) -> MutexGuard<'_, Redis> {
        self.redis.lock().expect("the lock is not poisoned")
    }
}

/// A world.
pub struct World {
    pub(crate) plan: Plan,
    pub(crate) aws: InMemory,
    pub(crate) nodes: BTreeMap<String, Arc<Node>>,
    /// The name of the user, if it is not `default`.
    pub(crate) user: &'static str,
    began: Instant,
    config: SdkConfig,
    /// The clients of people and schedules. Like those of functions, they share no budget of retries with another world.
    person: Clients,
    pub(crate) watch: Mutex<Watch>,
    /// How many calls changed something, or may have.
    pub(crate) changes: AtomicUsize,
    /// Whether the functions are left alone now.
    at_rest: AtomicBool,
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
        let options = Options {
            rotation: RotationTiming { attempts: 5, retry_after: Duration::from_secs(20) },
            elasticache: Timing {
                create: Duration::from_secs(300),
                modify: Duration::from_secs(120),
                spread: Duration::from_secs(10),
                stale: Duration::ZERO,
                stale_users: Duration::ZERO,
            },
            events: EventTiming {
                latency: Duration::from_millis(800),
                pauses: [Duration::from_secs(60), Duration::from_secs(120)],
                copies: plan.estate.copies,
            },
        };
        let aws = InMemory::new(options, Arc::new(latency));
        let user = match plan.estate.set_up {
            SetUp::ConfigFile => "default",
            SetUp::AclFile => "app",
        };
        let world = Arc::new(Self {
            person: Clients::from(aws.configure(config.clone(), PERSON)),
            config,
            nodes: nodes(&plan.estate),
            aws,
            user,
            began: Instant::now(),
            watch: Mutex::default(),
            changes: AtomicUsize::new(0),
            at_rest: AtomicBool::new(false),
            plan,
        });
        network::enter(&world);
        functions::deploy(&world);
        world.set_up().await?;
        world.arm();
        Ok(world)
    }

    /// The node with this name.
    pub(crate) fn node(&self, host: &str) -> Option<Arc<Node>> {
        self.nodes.get(host).cloned()
    }

    /// The configuration of a caller with this access key id.
    pub(crate) fn config(&self, principal: &str) -> SdkConfig {
        self.aws.configure(self.config.clone(), principal)
    }

    /// A time that a request, a command or an answer takes on its way: mostly short, sometimes long.
    pub(crate) fn latency(&self) -> Duration {
        latency()
    }

    /// Ends all faults: from now on everything answers in fair time.
    pub(crate) fn come_to_rest(&self) {
        self.at_rest.store(true, Ordering::Relaxed);
        self.nodes.values().for_each(|node| node.set_silent(false));
        self.note("the world comes to rest");
    }

    /// Adds a line to the story.
    pub(crate) fn note(&self, line: &str) {
        self.watch().note(self.began.elapsed(), line);
    }

    pub(crate) fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().expect("the lock is not poisoned")
    }

    /// Puts the secret and the settings, and starts the application. Replicas follow their primary from now on.
    async fn set_up(self: &Arc<Self>) -> anyhow::Result<()> {
        let (secrets, parameters) = (self.secrets(), self.parameters());
        let tag = aws_sdk_secretsmanager::types::Tag::builder().key("redis-lifecycle:target").value(NAME).build();
        secrets.create_secret().name(NAME).secret_string(self.value(FIRST, 0)).tags(tag).send().await?;
        let settings = self.settings().to_string();
        let kind = aws_sdk_ssm::types::ParameterType::String;
        let name = format!("/redis-lifecycle/targets/{NAME}");
        parameters.put_parameter().name(name).value(settings).r#type(kind).send().await?;
        self.aws.events.route("aws.secretsmanager", "Secret Label Updated", "sync-connection")?;
        self.start_application();
        let replicas: Vec<_> =
            self.nodes.values().filter(|node| node.redis().replicates().is_some()).cloned().collect();
        for replica in replicas {
            let world = Arc::downgrade(self);
            tokio::spawn(async move {
                while let Some(world) = world.upgrade() {
                    world.follow(&replica);
                    drop(world);
                    sleep(Duration::from_secs(1)).await;
                }
            });
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

    fn follow(&self, replica: &Node) {
        let primary = replica.redis().replicates().and_then(|primary| self.node(&primary.host));
        match primary.filter(|primary| !primary.is_silent()) {
            Some(primary) => replica.redis().follow(&mut primary.redis(), clock::now().as_duration().unsigned_abs()),
            None => replica.redis().lose_primary(),
        }
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
        self.aws.faults.choose(move |_, operation| {
            let world = world.upgrade()?;
            let fails = !world.at_rest.load(Ordering::Relaxed) && chance::rng().random_ratio(world.plan.faults, 1000);
            fails.then(|| fault(operation))
        });
        let view = View::of(self);
        self.watch().see(view);
    }

    /// Looks at the world after a call that may have changed it.
    fn see(&self, entry: &Entry) {
        let reads = ["Get", "Describe", "List", "Connect"].iter().any(|verb| entry.operation.starts_with(verb));
        let took_effect = matches!(entry.result, CallResult::Answered | CallResult::FaultedAfter(_));
        if took_effect && !reads {
            self.changes.fetch_add(1, Ordering::Relaxed);
            let view = View::of(self);
            self.watch().changed(self.began.elapsed(), entry, view);
        } else if !reads || entry.result != CallResult::Answered {
            self.watch().failed(self.began.elapsed(), entry);
        }
    }

    /// Looks at the world after a change that no call made.
    pub(crate) fn look(&self, who: &str, what: &str) {
        let view = View::of(self);
        self.watch().happened(self.began.elapsed(), who, what, view);
    }

    /// The client of a person for Secrets Manager.
    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        self.person.secrets_manager().clone()
    }

    /// The client of a person for Parameter Store.
    pub(crate) fn parameters(&self) -> aws_sdk_ssm::Client {
        self.person.ssm().clone()
    }

    /// The value of a secret with this credential.
    pub(crate) fn value(&self, credential: &str, note: u32) -> String {
        if self.plan.estate.json {
            json!({ "password": credential, "note": note }).to_string()
        } else {
            credential.to_owned()
        }
    }

    /// The credential in the value of a secret.
    pub(crate) fn credential(&self, value: &SecretString) -> Option<String> {
        let value = value.expose_secret();
        if !self.plan.estate.json {
            return Some(value.to_owned());
        }
        let value: serde_json::Value = serde_json::from_str(value).ok()?;
        Some(value["password"].as_str()?.to_owned())
    }

    fn settings(&self) -> serde_json::Value {
        let Estate { json, overlap, .. } = self.plan.estate;
        let nodes: Vec<_> = self.nodes.keys().map(|host| json!({ "host": host })).collect();
        let mut settings = json!({
            "name": NAME,
            "backend": { "type": "self-hosted", "nodes": nodes, "username": self.user },
            "secret": { "id": NAME },
            "retirement": { "overlap_s": overlap.as_secs() },
            "outputs": [{ "type": "ssm-parameter", "name": PARAMETER, "value": "{url}" }],
        });
        if json {
            settings["secret"]["json_key"] = "password".into();
        }
        settings
    }
}

/// A time that something takes on its way: mostly short, sometimes long.
fn latency() -> Duration {
    let mut rng = chance::rng();
    Duration::from_millis(if rng.random_ratio(1, 30) { rng.random_range(100..1500) } else { rng.random_range(1..40) })
}

/// A fault for a call.
fn fault(operation: &str) -> Fault {
    let mut rng = chance::rng();
    match rng.random_range(0..8) {
        0 if operation != "Connect" => Fault::Throttle,
        1 => Fault::InternalError,
        2 | 3 => Fault::Delay(Duration::from_millis(rng.random_range(200..20_000))),
        4 => Fault::Reset,
        5 => Fault::LoseAnswer,
        6 => Fault::KillBefore,
        _ => Fault::KillAfter,
    }
}

/// The nodes of an estate: the first is the primary of the others.
fn nodes(estate: &Estate) -> BTreeMap<String, Arc<Node>> {
    let primary = Address::new("node-0", 6379);
    let node = |number: usize| {
        let host = format!("node-{number}");
        let files = match estate.set_up {
            SetUp::ConfigFile => Files::config_file(FIRST),
            SetUp::AclFile => acl_file(),
        };
        let files = if number == 0 { files } else { files.replica_of(primary.clone()) };
        let redis = Redis::new(Version::Redis7, Address::new(&host, 6379), files);
        let node = Node { host: host.clone(), redis: Arc::new(Mutex::new(redis)), silent: AtomicBool::new(false) };
        (host, Arc::new(node))
    };
    (0..estate.nodes).map(node).collect()
}

/// An ACL file with the user `app`, which may do everything.
fn acl_file() -> Files {
    let app = User::new("app", &["on", "~*", "&*", "+@all", &format!(">{FIRST}")]).expect("the rules are legal");
    let off = User::new("default", &["off"]).expect("the rules are legal");
    let mut files = Files::acl_file(FIRST, vec![off, app]);
    "app".clone_into(&mut files.settings.masteruser);
    files
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("plan", &self.plan).finish_non_exhaustive()
    }
}
