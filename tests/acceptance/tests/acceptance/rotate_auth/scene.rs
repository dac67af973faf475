//! A Redis of its owner's, the function, and a secret: what the tests of such backends share.

use std::time::Duration;

use acceptance::{class, function};
use aws_sdk_secretsmanager::types::Tag;
use policy::{Target, target::Backend};
use sandbox::{
    Options, Sandbox,
    faults::{At, Rule, What},
    lambda::{Invocation, InvocationResult},
    services::secrets_manager::{RotationReport, RotationTiming},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use workload::{
    Provisioned, Site,
    load::{Load, LoadOptions, LoadTarget, Watcher, WatcherOptions},
    put_settings,
};

/// What every user begins with.
pub(super) const FIRST: &str = "first-password-0123456789";

/// What is rotated in by hand.
pub(super) const SECOND: &str = "second-password-0123456789";

const SECRET: &str = "orders/redis";
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// A sandbox on which a target is to be.
pub(super) async fn sandbox() -> Sandbox {
    let rotation = RotationTiming { attempts: 8, retry_after: Duration::from_millis(100) };
    Sandbox::start(Options { rotation, ..Options::default() }).await.unwrap()
}

/// The secret of the target, with the credential as its whole value; gives its ARN.
pub(super) async fn secret(sandbox: &Sandbox) -> String {
    let tag = Tag::builder().key("redis-lifecycle:target").value("orders").build();
    let create = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config()).create_secret().name(SECRET);
    create.secret_string(FIRST).tags(tag).send().await.unwrap().arn.unwrap()
}

/// The target, whole, and the compiled function.
pub(super) struct Scene {
    pub(super) sandbox: Sandbox,
    pub(super) made: Provisioned,
    secrets: aws_sdk_secretsmanager::Client,
    function_arn: String,
}

impl Scene {
    /// Puts the settings and the function beside a Redis and its secret.
    pub(super) async fn of(
        sandbox: Sandbox,
        backend: &Backend,
        site: Site,
        username: &str,
        secret_arn: String,
    ) -> Self {
        let document = json!({ "name": "orders", "backend": backend, "secret": { "id": SECRET } }).to_string();
        put_settings(&sandbox, "orders", &document).await.unwrap();
        let target = Target::parse(&document).unwrap();
        let function_arn = sandbox.deploy(function(), Duration::from_secs(30)).unwrap();
        let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
        let made = Provisioned { target, site, username: Some(username.to_owned()), secret_arn };
        Self { sandbox, made, secrets, function_arn }
    }

    /// A whole rotation by Secrets Manager.
    pub(super) async fn rotate(&self) -> RotationReport {
        self.start().await;
        self.settled().await
    }

    /// Asks Secrets Manager for a rotation; one that is stuck is taken up again.
    pub(super) async fn start(&self) {
        let rotate = self.secrets.rotate_secret().secret_id(SECRET).rotation_lambda_arn(&self.function_arn);
        let _ = rotate.send().await;
    }

    /// Waits until the rotation under way has ended.
    pub(super) async fn settled(&self) -> RotationReport {
        let patience = Duration::from_secs(120);
        self.sandbox.secrets_manager.rotation_settled(&self.made.secret_arn, patience).await.unwrap()
    }

    /// Puts [`SECOND`] as AWSPENDING, by hand; gives the version.
    pub(super) async fn put_pending(&self) -> String {
        let put = self.secrets.put_secret_value().secret_id(SECRET).secret_string(SECOND);
        put.version_stages("AWSPENDING").send().await.unwrap().version_id.unwrap()
    }

    /// Calls one step by hand.
    pub(super) async fn call(&self, step: &str, version: &str) -> Invocation {
        let event = json!({ "Step": step, "SecretId": self.made.secret_arn, "ClientRequestToken": version });
        self.sandbox.runner.invoke("rotate-auth", &event, step).await
    }

    /// Calls one step by hand, which must succeed; gives what it left as its record.
    pub(super) async fn does(&self, step: &str, version: &str) -> serde_json::Value {
        let ended = self.call(step, version).await;
        let InvocationResult::Returned(outcome) = ended.result else { panic!("{step}: {ended:?}") };
        outcome
    }

    /// What AWSCURRENT holds.
    pub(super) async fn current(&self) -> SecretString {
        self.value("AWSCURRENT").await
    }

    /// What a stage of the secret holds.
    pub(super) async fn value(&self, stage: &str) -> SecretString {
        let answer = self.secrets.get_secret_value().secret_id(SECRET).version_stage(stage).send().await.unwrap();
        answer.secret_string.unwrap().into()
    }

    /// Clients at work, and a watcher that logs in with AWSCURRENT.
    pub(super) async fn audience(&self) -> (Load, Watcher) {
        let target = LoadTarget::of(&self.sandbox, &self.made);
        let load = Load::start(target.clone(), LoadOptions::default()).await.unwrap();
        (load, Watcher::start(target, WatcherOptions::default()).await.unwrap())
    }

    /// Has the function meet this at one call of a step.
    pub(super) fn arm(&self, step: &str, at: At, what: What) {
        let (function, during) = ("rotate-auth".to_owned(), Some(step.to_owned()));
        self.sandbox.faults.arm(Rule { function, during, at, what, times: 1 });
    }

    pub(super) async fn strike(self) {
        self.sandbox.stop().await.unwrap();
    }
}

/// Ends an audience, and holds that nobody was ever let down.
pub(super) async fn was_served((load, watcher): (Load, Watcher)) {
    let (stats, seen) = (load.stop().await, watcher.stop().await);
    assert_eq!(stats.failed, 0, "{stats:?}");
    assert!(stats.commands > 100, "{stats:?}");
    assert_eq!(seen.refused, 0, "{seen:?}");
    assert!(seen.logins > 10, "{seen:?}");
}

/// Holds that every try of a rotation failed in this step with this class; gives what the first one said.
pub(super) fn stopped(report: &RotationReport, step: &str, class: &str) -> String {
    assert!(!report.succeeded, "{report:?}");
    let as_expected = |failure: &(String, String, String)| failure.0 == step && failure.1 == class;
    assert!(!report.failures.is_empty() && report.failures.iter().all(as_expected), "{report:?}");
    report.failures[0].2.clone()
}

/// The steps of a rotation, in order.
pub(super) fn steps() -> impl Iterator<Item = &'static str> {
    STEPS.into_iter()
}

/// Holds that an invocation failed with this class.
pub(super) fn failed_with(ended: &Invocation, expected: &str) {
    assert_eq!(class(&ended.result), expected, "{ended:?}");
}

/// Whether two credentials are the same.
pub(super) fn same(one: &SecretString, other: &str) -> bool {
    one.expose_secret() == other
}
