//! A sandbox with one target and the compiled function.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use aws_sdk_secretsmanager::types::Tag;
use sandbox::{
    Options, Sandbox,
    lambda::{Invocation, InvocationResult},
    redis::Direct,
    services::{
        elasticache::Timing,
        secrets_manager::{RotationReport, RotationTiming},
    },
    upstash::Database,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use workload::{Provisioned, Topology, load::LoadTarget, provision, put_settings};

use crate::{
    Flavour, Outcome, door,
    flavour::{USER_ID, redis_8},
    timing::quick,
};

/// The credential that every Redis begins with, where it does not make its own.
const FIRST_TOKEN: &str = "first-token-0123456789abcdef";

/// A credential that somebody puts by hand, where a Redis takes any.
const PUT_BY_HAND: &str = "put-by-hand-0123456789abcdef";

/// The steps of a rotation, in order.
pub const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// How long a rotation may take, retries and all.
const PATIENCE: Duration = Duration::from_secs(120);

/// What can be set about a stage.
#[derive(Clone, Debug)]
pub struct StageOptions {
    /// Which flavour it is.
    pub flavour: Flavour,
    /// The shape of the group.
    pub topology: Topology,
    /// The user that logs in, where the settings of the flavour can name one.
    pub username: Option<&'static str>,
    /// Whether the group asks for a token from the start.
    pub token: bool,
    /// The key of the token, where the secret is a JSON object.
    pub json_key: Option<&'static str>,
    /// How ElastiCache behaves in time.
    pub timing: Timing,
    /// How Secrets Manager retries.
    pub rotation: RotationTiming,
    /// The function's timeout.
    pub timeout: Duration,
}

impl Default for StageOptions {
    /// A primary and a replica with a token, kept raw.
    fn default() -> Self {
        Self {
            flavour: Flavour::ElasticacheAuth,
            topology: Topology::Single { replicas: 1 },
            username: None,
            token: true,
            json_key: None,
            timing: quick(),
            rotation: RotationTiming { attempts: 5, retry_after: Duration::from_millis(100) },
            timeout: Duration::from_secs(30),
        }
    }
}

/// A sandbox with one target and the compiled function.
#[derive(Debug)]
pub struct Stage {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// The target.
    pub target: Provisioned,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    flavour: Flavour,
    first_token: SecretString,
    function_arn: String,
}

impl Stage {
    /// Sets a stage.
    ///
    /// # Panics
    /// Something of it cannot be made: a test cannot go on without.
    pub async fn set(options: StageOptions) -> Self {
        let redis_8 = redis_8().filter(|_| options.flavour == Flavour::FargateRedis8);
        let settings =
            Options { rotation: options.rotation, elasticache: options.timing, redis_8, ..Options::default() };
        let sandbox = Sandbox::start(settings).await.expect("a sandbox starts");
        let mut document = json!({
            "name": "orders",
            "backend": options.flavour.settings(),
            "secret": { "id": "orders/redis" },
        });
        if let Some(key) = options.json_key.or(options.flavour.json_key()) {
            document["secret"]["json_key"] = json!(key);
        }
        if let Some(username) = options.username {
            document["backend"]["username"] = json!(username);
        }
        let token = options.token.then(|| SecretString::from(FIRST_TOKEN));
        let target =
            provision(&sandbox, &document.to_string(), options.flavour.shape(options.topology), token.as_ref()).await;
        let target = target.expect("the target is made");
        let function_arn = sandbox.deploy(function(), options.timeout).expect("the function is compiled");
        let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
        let first_token = SecretString::default();
        let mut stage = Self { sandbox, target, secrets, flavour: options.flavour, first_token, function_arn };
        stage.first_token = stage.current().await;
        stage
    }

    /// The stage with everything as it is by default.
    pub async fn by_default() -> Self {
        Self::set(StageOptions::default()).await
    }

    /// The nodes, past their gates.
    pub fn direct(&self) -> Vec<Direct> {
        self.target.site.nodes(&self.sandbox)
    }

    /// The database of Upstash.
    ///
    /// # Panics
    /// The flavour has none.
    pub fn database(&self) -> &Database {
        self.target.site.database().expect("the flavour is Upstash's")
    }

    /// The name of the replication group, or of the serverless cache.
    ///
    /// # Panics
    /// The flavour has none.
    pub fn cache(&self) -> &str {
        self.target.site.cache()
    }

    /// How many nodes there are; a database of Upstash is one.
    pub fn nodes(&self) -> usize {
        self.target.site.database().map_or_else(|| self.direct().len(), |_| 1)
    }

    /// How many nodes let a client in with this token, or this password of the user.
    pub async fn accepting(&self, token: &SecretString) -> usize {
        match self.target.site.database() {
            Some(database) => usize::from(database.accepts(token).await.expect("the database can be asked")),
            None => door::accepting(&self.sandbox, &self.direct(), self.target.username.as_deref(), token).await,
        }
    }

    /// Whether every node lets a client in with this token, or this password of the user.
    pub async fn accepts(&self, token: &SecretString) -> bool {
        self.accepting(token).await == self.nodes()
    }

    /// Stops the last node without ending it: it answers nobody until it is thawed.
    pub async fn freeze_last_node(&self) {
        if let Some(database) = self.target.site.database() {
            return database.freeze();
        }
        let last = self.last_node();
        match (self.sandbox.hosts.host(last), self.sandbox.fleet.node(last)) {
            (Some(host), _) => host.freeze().await,
            (_, Some(node)) => node.freeze().await,
            (None, None) => self.sandbox.ecs.freeze(last),
        }
    }

    /// Lets it go on.
    pub async fn thaw_last_node(&self) {
        if let Some(database) = self.target.site.database() {
            return database.thaw();
        }
        let last = self.last_node();
        match (self.sandbox.hosts.host(last), self.sandbox.fleet.node(last)) {
            (Some(host), _) => host.thaw().await,
            (_, Some(node)) => node.thaw().await,
            (None, None) => self.sandbox.ecs.thaw(last),
        }
    }

    fn last_node(&self) -> Ipv4Addr {
        self.direct().pop().expect("there is a node").address
    }

    /// The settings of the target, as they were at first.
    ///
    /// # Panics
    /// They are no JSON.
    pub fn settings(&self) -> Value {
        serde_json::to_value(&self.target.target).expect("settings are JSON")
    }

    /// Puts the settings of the target.
    ///
    /// # Panics
    /// The call is refused.
    pub async fn put_settings(&self, document: &Value) {
        let put = put_settings(&self.sandbox, "orders", &document.to_string()).await;
        put.expect("the settings are put");
    }

    /// What a load or a watcher on the target has to know.
    pub fn load_target(&self) -> LoadTarget {
        LoadTarget::of(&self.sandbox, &self.target)
    }

    /// ECS.
    pub fn ecs(&self) -> aws_sdk_ecs::Client {
        aws_sdk_ecs::Client::new(&self.sandbox.sdk_config())
    }

    /// Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.sandbox.sdk_config())
    }

    /// Parameter Store.
    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        aws_sdk_ssm::Client::new(&self.sandbox.sdk_config())
    }

    /// ElastiCache.
    pub fn elasticache(&self) -> aws_sdk_elasticache::Client {
        aws_sdk_elasticache::Client::new(&self.sandbox.sdk_config())
    }

    /// The token that the group began with.
    pub fn first_token(&self) -> SecretString {
        self.first_token.clone()
    }

    /// A credential that the Redis would take, and does not accept yet.
    pub fn put_by_hand(&self) -> SecretString {
        match self.target.site.database() {
            Some(database) => database.make_token_for_nobody(USER_ID),
            None => PUT_BY_HAND.into(),
        }
    }

    /// Asks Secrets Manager for a rotation, and waits until it has succeeded or given up.
    pub async fn rotate(&self) -> RotationReport {
        self.start_rotation().await.expect("the rotation is accepted");
        self.settled().await
    }

    /// Asks Secrets Manager for a rotation; gives its error code where it refuses.
    pub async fn start_rotation(&self) -> Result<(), String> {
        let asked = self
            .secrets
            .rotate_secret()
            .secret_id(&self.target.secret_arn)
            .rotation_lambda_arn(&self.function_arn)
            .send()
            .await;
        asked.map(|_| ()).map_err(|error| error.into_service_error().meta().code().unwrap_or_default().to_owned())
    }

    /// Asks for a test of the rotation's settings, without a rotation, and waits for it.
    pub async fn test_only(&self) -> RotationReport {
        let asked = self.secrets.rotate_secret().secret_id(&self.target.secret_arn);
        let asked = asked.rotation_lambda_arn(&self.function_arn).rotate_immediately(false).send().await;
        asked.expect("the test is accepted");
        self.settled().await
    }

    /// Waits until the rotation under way has ended.
    ///
    /// # Panics
    /// It does not end, or there is none.
    pub async fn settled(&self) -> RotationReport {
        let report = self.sandbox.secrets_manager.rotation_settled(&self.target.secret_arn, PATIENCE).await;
        report.expect("the rotation ends")
    }

    /// The value of a stage of the secret, whole.
    pub async fn value(&self, stage: &str) -> Option<String> {
        let answer = self.secrets.get_secret_value().secret_id(&self.target.secret_arn).version_stage(stage).send();
        answer.await.ok()?.secret_string
    }

    /// The labels of every version of the secret, by the version's id.
    ///
    /// # Panics
    /// The secret cannot be described.
    pub async fn labels(&self) -> HashMap<String, Vec<String>> {
        let described = self.secrets.describe_secret().secret_id(&self.target.secret_arn).send().await;
        described.expect("the secret is described").version_ids_to_stages.unwrap_or_default()
    }

    /// The id of the version of the secret that a label is on.
    ///
    /// # Panics
    /// The secret cannot be described.
    pub async fn version_with(&self, label: &str) -> Option<String> {
        let mut versions = self.labels().await.into_iter();
        versions.find(|(_, labels)| labels.iter().any(|one| one == label)).map(|(id, _)| id)
    }

    /// The token in AWSCURRENT.
    ///
    /// # Panics
    /// There is none.
    pub async fn current(&self) -> SecretString {
        self.credential("AWSCURRENT").await.expect("AWSCURRENT has a value")
    }

    /// The token in a stage of the secret.
    pub async fn credential(&self, stage: &str) -> Option<SecretString> {
        Some(self.token(&self.value(stage).await?).into())
    }

    /// The token in a secret's value.
    fn token(&self, value: &str) -> String {
        let Some(key) = &self.target.target.secret.json_key else { return value.to_owned() };
        let object: Value = serde_json::from_str(value).expect("the secret is JSON");
        object[key].as_str().expect("the token is a string").to_owned()
    }

    /// Puts a version with another token by hand, in the secret's shape and with these stages, and gives its id.
    ///
    /// # Panics
    /// AWSCURRENT has no value, or the call is refused.
    pub async fn put_credential(&self, credential: &SecretString, stages: &[&str]) -> String {
        let credential = credential.expose_secret();
        let Some(key) = &self.target.target.secret.json_key else { return self.put(credential, stages).await };
        let value = self.value("AWSCURRENT").await.expect("AWSCURRENT has a value");
        let mut object: Value = serde_json::from_str(&value).expect("the secret is JSON");
        object[key] = json!(credential);
        self.put(&object.to_string(), stages).await
    }

    /// Puts a version by hand, whole and with these stages, and gives its id.
    pub async fn put(&self, value: &str, stages: &[&str]) -> String {
        let put = self.secrets.put_secret_value().secret_id(&self.target.secret_arn).secret_string(value);
        let put = put.set_version_stages(Some(stages.iter().map(|stage| (*stage).to_owned()).collect()));
        put.send().await.expect("the value is put").version_id.expect("a version has an id")
    }

    /// Calls one step of the function by hand.
    pub async fn call(&self, step: &str, version_id: &str) -> Invocation {
        let event = json!({ "Step": step, "SecretId": self.target.secret_arn, "ClientRequestToken": version_id });
        self.sandbox.runner.invoke("rotate-auth", &event, step).await
    }

    /// Calls one step of the function by hand, and returns its outcome.
    ///
    /// # Panics
    /// The step fails.
    pub async fn step(&self, step: &str, version_id: &str) -> Outcome {
        Outcome::of(self.call(step, version_id).await)
    }

    /// Tags the secret with another target's name.
    pub async fn tag_with(&self, target: &str) {
        let tag = Tag::builder().key("redis-lifecycle:target").value(target).build();
        let tagged = self.secrets.tag_resource().secret_id(&self.target.secret_arn).tags(tag).send().await;
        tagged.expect("the secret is tagged");
    }

    /// How many changes of the credential took effect.
    pub fn modifications(&self) -> usize {
        self.sandbox.journal.effective(self.flavour.change())
    }

    /// Ends every process of the stage, and removes its files.
    ///
    /// # Panics
    /// A process or file of it stays behind.
    pub async fn stop(self) {
        self.sandbox.stop().await.expect("the sandbox stops");
    }
}

/// The class of the error that an invocation ended with; `none` where it ended well.
pub fn class(result: &InvocationResult) -> &str {
    match result {
        InvocationResult::Returned(_) => "none",
        InvocationResult::Failed { error_type, .. } => error_type,
    }
}

/// The compiled `rotate-auth`; see [`program`].
pub fn function() -> PathBuf {
    program("rotate-auth")
}

/// A compiled function, beside the test program.
///
/// # Panics
/// It is older than its source: the tests would run what the source no longer says.
pub fn program(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a test has a program");
    let target = program.ancestors().nth(2).expect("tests are compiled to target/debug/deps");
    let function = target.join(name);
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let sources = [root.join("functions").join(name), root.join("shared")];
    let newest = sources.iter().map(|folder| newest_source(folder)).max();
    let built = modified(&function).expect("the function is compiled: run `cargo build --workspace` first");
    assert!(newest.is_none_or(|newest| newest <= built), "the function is stale: run `cargo build --workspace` first");
    function
}

fn newest_source(folder: &Path) -> SystemTime {
    let entries = folder.read_dir().expect("the folder can be read").map(|entry| entry.expect("so can it").path());
    let times = entries.filter_map(|path| match path.is_dir() {
        // Tests are no part of a function's program.
        true => (path.file_name() != Some("tests".as_ref())).then(|| newest_source(&path)),
        false => path.extension().is_some_and(|extension| extension == "rs").then(|| modified(&path))?,
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
