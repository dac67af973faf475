//! A sandbox with one database of Upstash and the compiled function.

use std::time::Duration;

use acceptance::{function, quick};
use sandbox::{
    Options, Sandbox,
    faults::{At, Rule, What},
    lambda::Invocation,
    services::secrets_manager::{RotationReport, RotationTiming},
    upstash::{Plan, Provisioned, Way},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// How long a rotation may take, retries and all.
const PATIENCE: Duration = Duration::from_secs(120);

/// The function's timeout.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A sandbox with one database of Upstash and the compiled function.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) target: Provisioned,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    function_arn: String,
}

impl Stage {
    /// A paid database.
    pub(super) async fn set(way: Way) -> Self {
        Self::with(way, Plan::Paid, 5).await
    }

    /// A database of this plan, on which Secrets Manager tries a rotation so many times.
    pub(super) async fn with(way: Way, plan: Plan, attempts: usize) -> Self {
        let rotation = RotationTiming { attempts, retry_after: Duration::from_millis(100) };
        let options = Options { rotation, elasticache: quick(), ..Options::default() };
        let sandbox = Sandbox::start(options).await.unwrap();
        let target = sandbox.provision_upstash("orders", way, plan).await.unwrap();
        let function_arn = sandbox.deploy(function(), TIMEOUT).unwrap();
        let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
        Self { sandbox, target, secrets, function_arn }
    }

    pub(super) async fn start_rotation(&self) -> bool {
        let asked = self.secrets.rotate_secret().secret_id(&self.target.secret_arn);
        asked.rotation_lambda_arn(&self.function_arn).send().await.is_ok()
    }

    /// Rotates, or takes up the rotation that an earlier one left.
    pub(super) async fn rotate(&self) -> RotationReport {
        self.start_rotation().await;
        self.settled().await
    }

    pub(super) async fn settled(&self) -> RotationReport {
        self.sandbox.secrets_manager.rotation_settled(&self.target.secret_arn, PATIENCE).await.unwrap()
    }

    /// Rotates in vain, and gives the step, the class and the message of the first failure.
    pub(super) async fn refused(&self) -> (String, String, String) {
        let report = self.rotate().await;
        assert!(!report.succeeded, "{report:?}");
        report.failures[0].clone()
    }

    pub(super) async fn test_only(&self) -> RotationReport {
        let asked = self.secrets.rotate_secret().secret_id(&self.target.secret_arn).rotate_immediately(false);
        asked.rotation_lambda_arn(&self.function_arn).send().await.unwrap();
        self.settled().await
    }

    /// Calls one step of the function by hand.
    pub(super) async fn call(&self, step: &str, version_id: &str) -> Invocation {
        let event = json!({ "Step": step, "SecretId": self.target.secret_arn, "ClientRequestToken": version_id });
        self.sandbox.runner.invoke("rotate-auth", &event, step).await
    }

    /// The value of a stage of the secret.
    pub(super) async fn value(&self, stage: &str) -> Option<Value> {
        let answer = self.secrets.get_secret_value().secret_id(&self.target.secret_arn).version_stage(stage).send();
        serde_json::from_str(answer.await.ok()?.secret_string()?).ok()
    }

    /// The token of a stage of the secret.
    pub(super) async fn token(&self, stage: &str) -> SecretString {
        self.value(stage).await.unwrap()["token"].as_str().unwrap().into()
    }

    /// Puts a version by hand, with these stages, and gives its id.
    pub(super) async fn put(&self, token: &str, stages: &[&str]) -> String {
        self.put_value(&json!({ "url": self.target.database.url(), "token": token }), stages).await
    }

    pub(super) async fn put_value(&self, value: &Value, stages: &[&str]) -> String {
        let put = self.secrets.put_secret_value().secret_id(&self.target.secret_arn).secret_string(value.to_string());
        let put = put.set_version_stages(Some(stages.iter().map(|stage| (*stage).to_owned()).collect()));
        put.send().await.unwrap().version_id.unwrap()
    }

    /// Puts another value into the secret that renewals need.
    pub(super) async fn put_key(&self, value: &Value) {
        let put = self.secrets.put_secret_value().secret_id("orders/upstash").secret_string(value.to_string());
        put.send().await.unwrap();
    }

    /// Changes one key of the settings' backend.
    pub(super) async fn settings(&self, change: impl FnOnce(&mut Value)) {
        let mut document = serde_json::to_value(&self.target.target).unwrap();
        change(&mut document["backend"]);
        self.sandbox.put_settings("orders", &document.to_string()).await.unwrap();
    }

    /// Whether the database accepts a token, asked by nobody whom a fault is meant for.
    pub(super) async fn accepts(&self, token: &SecretString) -> bool {
        self.target.database.accepts(token).await.unwrap()
    }

    /// How many times a call took effect.
    pub(super) fn effective(&self, operation: &str) -> usize {
        self.sandbox.journal.effective(operation)
    }

    /// Arms a fault for some calls of a step.
    pub(super) fn arm(&self, during: Option<&str>, at: At, what: What, times: usize) {
        let during = during.map(str::to_owned);
        self.sandbox.faults.arm(Rule { function: "rotate-auth".to_owned(), during, at, what, times });
    }

    pub(super) async fn strike(self) {
        self.sandbox.stop().await.unwrap();
    }
}

/// Whether both are the same token.
pub(super) fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
