//! A sandbox with one target and the compiled `rotate-auth`.

mod clients;
mod nodes;
mod rotation;
mod secret;
mod settings;

use std::time::Duration;

use sandbox::{
    Options, Sandbox,
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};
use secrecy::SecretString;
use serde_json::json;
use workload::{Provisioned, Topology, provision};

use crate::{Flavour, flavour::redis_8, program::function, timing::quick};

pub use rotation::STEPS;

/// The first credential of every flavour that does not generate its own.
const FIRST_TOKEN: &str = "first-token-0123456789abcdef";

/// Options of a stage.
#[derive(Clone, Debug)]
pub struct StageOptions {
    /// The flavour of Redis.
    pub flavour: Flavour,
    /// The topology of a replication group.
    pub topology: Topology,
    /// The user that logs in, if the settings of the flavour can name one.
    pub username: Option<&'static str>,
    /// Whether the group requires a token from the start.
    pub token: bool,
    /// The key of the credential, if the secret is a JSON object.
    pub json_key: Option<&'static str>,
    /// How long changes take in ElastiCache.
    pub timing: Timing,
    /// How Secrets Manager retries a rotation.
    pub rotation: RotationTiming,
    /// The timeout of the function.
    pub timeout: Duration,
}

impl Default for StageOptions {
    /// A primary and a replica with an AUTH token, and a secret that is the token itself.
    fn default() -> Self {
        Self {
            flavour: Flavour::ElasticacheAuth,
            topology: Topology::Single { replicas: 1 },
            username: None,
            token: true,
            json_key: None,
            timing: quick(),
            rotation: RotationTiming::new(5, Duration::from_millis(100)),
            timeout: Duration::from_secs(30),
        }
    }
}

/// A sandbox with one target and the compiled `rotate-auth`.
#[derive(Debug)]
pub struct Stage {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// The target.
    pub target: Provisioned,
    /// A client of Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    flavour: Flavour,
    first_token: SecretString,
    function_arn: String,
}

impl Stage {
    /// Creates a stage.
    ///
    /// # Panics
    /// The sandbox does not start, or a call is refused.
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
        let target = target.expect("the target is created");
        let function_arn = sandbox.deploy(function(), options.timeout).expect("the function is compiled");
        let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
        let first_token = SecretString::default();
        let mut stage = Self { sandbox, target, secrets, flavour: options.flavour, first_token, function_arn };
        stage.first_token = stage.current().await;
        stage
    }

    /// Creates a stage with the default options.
    pub async fn by_default() -> Self {
        Self::set(StageOptions::default()).await
    }

    /// Stops every process of the stage and removes its files.
    ///
    /// # Panics
    /// A process or a file is left.
    pub async fn stop(self) {
        self.sandbox.stop().await.expect("the sandbox stops");
    }
}
