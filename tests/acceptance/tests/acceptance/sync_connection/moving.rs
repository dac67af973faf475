//! A target with published parameters, and a second Redis to move to.

use acceptance::{Flavour, Outcome, Stage, StageOptions, connection::outcome_of, nodes};
use sandbox::hosts::SetUp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use workload::{Provisioned, Shape, Topology, provision};

use super::publishing::{URL, parameter, publishing};

/// The settings of the target.
pub(super) const SETTINGS: &str = "/redis-lifecycle/targets/orders";

/// The first password of the other Redis.
pub(super) const OTHER_PASSWORD: &str = "password-of-the-other-redis";

/// The outputs of both settings.
pub(super) fn url() -> Value {
    json!([{ "type": "ssm-parameter", "name": URL, "value": "{url}" }])
}

/// A stage, and the other Redis.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) stage: Stage,
    pub(super) other: Provisioned,
    /// The settings of both.
    here: Value,
    there: Value,
}

impl Moving {
    /// Creates a published replication group, and hosts to move to.
    pub(super) async fn from_elasticache_to_hosts() -> Self {
        let topology = Topology::Single { replicas: 0 };
        let stage = publishing(StageOptions { topology, ..StageOptions::default() }, &url()).await;
        let there = json!({
            "name": "orders",
            "backend": { "type": "self-hosted", "nodes": [{ "host": "redis-1" }] },
            "secret": { "id": "orders/hosts", "json_key": "password" },
            "outputs": url(),
        });
        let shape = Shape { topology, set_up: SetUp::ConfigFile };
        Self::both(stage, &there, shape, Some(OTHER_PASSWORD), url()).await
    }

    /// Creates a published Upstash database, and a replication group to move to.
    pub(super) async fn from_upstash_to_elasticache() -> Self {
        let rest = json!([
            { "type": "ssm-parameter", "name": "/orders/upstash/url", "value": "{rest_url}" },
            { "type": "ssm-parameter", "name": "/orders/upstash/token", "value": "{rest_token}" },
        ]);
        let stage = publishing(StageOptions { flavour: Flavour::UpstashAcl, ..StageOptions::default() }, &rest).await;
        let there = json!({
            "name": "orders",
            "backend": { "type": "elasticache-auth", "replication_group_id": "orders-cache" },
            "secret": { "id": "orders/cache" },
            "outputs": url(),
        });
        Self::both(stage, &there, Topology::Single { replicas: 1 }.into(), Some(OTHER_PASSWORD), rest).await
    }

    /// Creates a published replication group, and one without authentication to move to.
    pub(super) async fn from_elasticache_to_an_open_group() -> Self {
        let topology = Topology::Single { replicas: 0 };
        let stage = publishing(StageOptions { topology, ..StageOptions::default() }, &url()).await;
        let there = json!({
            "name": "orders",
            "backend": { "type": "elasticache-auth", "replication_group_id": "orders-open" },
            "secret": { "id": "orders/open" },
            "outputs": url(),
        });
        Self::both(stage, &there, topology.into(), None, url()).await
    }

    async fn both(stage: Stage, there: &Value, shape: Shape, password: Option<&str>, published: Value) -> Self {
        let password = password.map(SecretString::from);
        let other = provision(&stage.sandbox, &there.to_string(), shape, password.as_ref()).await.unwrap();
        let mut here = stage.settings();
        here["outputs"] = published;
        let mut document = serde_json::to_value(&other.target).unwrap();
        document["outputs"] = there["outputs"].clone();
        let moving = Self { stage, other, here, there: document };
        moving.name_here().await;
        moving
    }

    /// Writes settings that name the first Redis.
    pub(super) async fn name_here(&self) {
        self.put(&self.here).await;
    }

    /// Writes settings that name the other Redis.
    pub(super) async fn name_there(&self) {
        self.put(&self.there).await;
    }

    /// Writes settings that name the first Redis, with these additional keys.
    pub(super) async fn name_here_with(&self, others: &Value) {
        self.put(&with(&self.here, others)).await;
    }

    /// Writes settings that name the other Redis, with these additional keys.
    pub(super) async fn name_there_with(&self, others: &Value) {
        self.put(&with(&self.there, others)).await;
    }

    async fn put(&self, document: &Value) {
        self.stage.put_settings(document).await;
    }

    /// Puts a credential into the secret of the other Redis.
    pub(super) async fn put_there(&self, password: &str) {
        let username = self.other.username.as_deref().unwrap_or("default");
        let value = match &self.other.target.secret.json_key {
            Some(key) => json!({ "username": username, key: password }).to_string(),
            None => password.to_owned(),
        };
        let put = self.stage.secrets.put_secret_value().secret_id(&self.other.secret_arn).secret_string(value);
        put.send().await.unwrap();
    }

    /// Returns the credential in AWSCURRENT of the other Redis.
    pub(super) async fn current_there(&self) -> SecretString {
        let answer = self.stage.secrets.get_secret_value().secret_id(&self.other.secret_arn).send().await.unwrap();
        let value = answer.secret_string.unwrap();
        match &self.other.target.secret.json_key {
            Some(key) => serde_json::from_str::<Value>(&value).unwrap()[key].as_str().unwrap().into(),
            None => value.into(),
        }
    }

    /// Rotates the secret of the other Redis, and returns whether that succeeded.
    pub(super) async fn rotate_there(&self) -> bool {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{}", "rotate-auth");
        let asked = self.stage.secrets.rotate_secret().secret_id(&self.other.secret_arn).rotation_lambda_arn(arn);
        asked.send().await.unwrap();
        let patience = std::time::Duration::from_secs(60);
        let report = self.stage.sandbox.secrets_manager.rotation_settled(&self.other.secret_arn, patience).await;
        report.unwrap().succeeded
    }

    /// Whether every node of the other Redis accepts this password.
    pub(super) async fn accepted_there(&self, password: &SecretString) -> bool {
        let nodes = self.other.site.nodes(&self.stage.sandbox);
        let username = self.other.username.as_deref();
        nodes::accepting(&self.stage.sandbox, &nodes, username, password).await == nodes.len()
    }

    /// Checks that the published URL is the one of the first Redis, and logs in.
    pub(super) async fn assert_published_here(&self) {
        let (url, _) = parameter(&self.stage, URL).await.unwrap();
        let current = self.stage.current().await;
        assert!(url.starts_with("rediss://") && url.contains(&format!(":{}@", current.expose_secret())));
        assert!(self.stage.accepts(&current).await);
    }

    /// Checks that the published URL is the one of the other Redis, and logs in.
    pub(super) async fn assert_published_there(&self) {
        let (url, _) = parameter(&self.stage, URL).await.unwrap();
        let current = self.current_there().await;
        let scheme = if self.other.site.nodes(&self.stage.sandbox)[0].tls { "rediss://" } else { "redis://" };
        assert!(url.starts_with(scheme) && url.contains(&format!(":{}@", current.expose_secret())));
        assert!(self.accepted_there(&current).await);
    }

    /// Invokes the function with `rollback`, and returns its outcome.
    pub(super) async fn roll_back(&self) -> Outcome {
        outcome_of(&self.stage, &json!({ "target": "orders", "rollback": true })).await
    }

    /// Returns the version of the settings with this label.
    pub(super) async fn labelled(&self, label: &str) -> Option<i64> {
        let history = self.stage.ssm().get_parameter_history().name(SETTINGS).send().await.unwrap();
        let carries = |labels: &[String]| labels.iter().any(|carried| carried == label);
        history.parameters().iter().find(|version| carries(version.labels())).map(|version| version.version)
    }
}

fn with(document: &Value, others: &Value) -> Value {
    let mut document = document.clone();
    document.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    document
}
