//! Secrets Manager: secrets, versions, stages, and rotation through a function in four steps.

mod driver;
mod errors;
mod events;
mod functions;
mod random_password;
mod rotate;
#[cfg(test)]
mod rotation_tests;
mod run;
mod schedule;
mod secrets;
mod stages;
mod store;
mod tags;
mod value;
mod values;
mod versions;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, task::JoinSet, time::sleep, time::timeout};

use crate::{
    clock,
    delivery::Events,
    lambda::Runner,
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

use functions::Functions;
pub use run::RotationReport;
use store::{Secret, State};
use versions::Version;

/// The source of its events.
const SOURCE: &str = "aws.secretsmanager";

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "secretsmanager",
    protocols: &[Protocol::Json { target_prefix: "secretsmanager" }],
    invalid_input: "ValidationException",
    event_sources: &[SOURCE],
};

/// How often and when a rotation is retried.
#[derive(Clone, Copy, Debug)]
pub struct RotationTiming {
    /// The number of tries before a rotation has failed.
    pub attempts: usize,
    /// The pause between two tries.
    pub retry_after: Duration,
    /// When a rotation that has failed is tried again, after a call of `RotateSecret` that is refused because of it.
    ///
    /// The refusal says "That rotation will be reattempted." Whether that means at once, AWS does not say.
    pub reattempt_after: Duration,
    /// How many of 1,000 steps are invoked twice at once.
    pub twice: u32,
}

impl RotationTiming {
    /// Reattempts at once, and invokes each step once.
    pub const fn new(attempts: usize, retry_after: Duration) -> Self {
        Self { attempts, retry_after, reattempt_after: Duration::ZERO, twice: 0 }
    }
}

/// The secrets of one sandbox.
pub struct SecretsManager {
    functions: Functions,
    events: Events,
    state: Mutex<State>,
    /// Notifies those who wait for a rotation of a change.
    changed: watch::Sender<()>,
    rotations: Mutex<JoinSet<()>>,
}

impl Service for SecretsManager {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { Self::call(&self, call).await })
    }
}

impl SecretsManager {
    /// Creates an empty store. Its rotations invoke functions of this runner.
    pub(crate) fn new(runner: Arc<Runner>, events: Events, timing: RotationTiming) -> Self {
        Self::with_functions(Functions::of(&runner), events, timing)
    }

    fn with_functions(functions: Functions, events: Events, timing: RotationTiming) -> Self {
        Self {
            functions,
            events,
            state: Mutex::new(State::new(timing)),
            changed: watch::Sender::new(()),
            rotations: Mutex::new(JoinSet::new()),
        }
    }

    /// Carries out one call.
    pub(crate) async fn call(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let now = clock::now();
        let result = match call.operation.as_str() {
            "CancelRotateSecret" => rotate::cancel(&mut this.state(), call, now),
            "CreateSecret" => secrets::create(&mut this.state(), call, now),
            "DeleteSecret" => secrets::delete(&mut this.state(), call, now),
            "DescribeSecret" => secrets::describe(&mut this.state(), call),
            "GetRandomPassword" => random_password::get(call),
            "GetSecretValue" => values::get(&mut this.state(), call, now),
            "ListSecretVersionIds" => values::list_versions(&mut this.state(), call),
            "ListSecrets" => secrets::list(&mut this.state(), call),
            "PutSecretValue" => values::put(&mut this.state(), call, now),
            "RestoreSecret" => secrets::restore(&mut this.state(), call, now),
            "RotateSecret" => rotate::rotate(this, call, now),
            "TagResource" => tags::tag(&mut this.state(), call, now),
            "UntagResource" => tags::untag(&mut this.state(), call, now),
            "UpdateSecretVersionStage" => stages::update(&mut this.state(), call, now),
            _ => Err(call.unknown()),
        };
        this.tell();
        result
    }

    /// Waits until no rotation of this secret is in progress, and reports the last one.
    ///
    /// `None` if there was none, or if it has not ended in time.
    pub async fn rotation_settled(&self, secret_id: &str, within: Duration) -> Option<RotationReport> {
        let mut changed = self.changed.subscribe();
        let settled = async {
            loop {
                match self.state().secret(secret_id).ok()?.run.as_ref()? {
                    run if run.in_progress => {}
                    run => return Some(run.report.clone()),
                }
                changed.changed().await.ok()?;
            }
        };
        timeout(within, settled).await.ok().flatten()
    }

    /// Changes the timing from the next try on.
    pub fn set_rotation_timing(&self, timing: RotationTiming) {
        self.state().settings.timing = timing;
    }

    /// Misbehaves on purpose: a value that is put as `AWSPENDING` becomes `AWSCURRENT` at once.
    pub fn promote_early(&self, yes: bool) {
        self.state().settings.promote_early = yes;
    }

    /// Makes the pending version of `RotateImmediately=false` empty instead of a copy of the current one.
    ///
    /// AWS was recorded to copy the value.
    pub fn test_with_empty_pending(&self, yes: bool) {
        self.state().settings.test_with_empty_pending = yes;
    }

    /// Refuses to fill the version of a rotation without its `RotationToken`.
    ///
    /// AWS does so where the function's role is assumed or of another account.
    pub fn demand_rotation_token(&self, yes: bool) {
        self.state().settings.demand_rotation_token = yes;
    }

    /// Every version of a secret, the oldest first: its id, its labels, and its value, in Base64 if it is binary, unless it is empty. None if there is no
    /// such secret.
    pub fn versions(&self, secret_id: &str) -> Vec<(String, BTreeSet<String>, Option<SecretString>)> {
        let mut state = self.state();
        let Ok(secret) = state.secret(secret_id) else { return Vec::new() };
        let versions = secret.versions.iter();
        let value = |version: &Version| version.value.as_ref().map(|value| value.shown().clone());
        versions.map(|version| (version.id.clone(), version.stages.clone(), value(version))).collect()
    }

    /// Every value that was ever stored. Tests search for them where they must not be.
    pub fn values(&self) -> Vec<String> {
        self.state().values.iter().map(|value| value.expose_secret().to_owned()).collect()
    }

    /// Stops every rotation and starts no other.
    pub(crate) fn stop(&self) {
        self.state().settings.stopped = true;
        self.rotations.lock().expect("the lock is not poisoned").abort_all();
    }

    /// Notifies those who wait of a change, and publishes events.
    fn tell(&self) {
        events::label_updates(&mut self.state()).into_iter().for_each(|event| self.events.publish(event));
        self.changed.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }

    /// Changes a secret while its rotation of this number is in progress; returns `None` if it no longer is.
    fn with_run<T>(&self, arn: &str, number: u64, act: impl FnOnce(&mut Secret) -> T) -> Option<T> {
        let result = {
            let mut state = self.state();
            let secret = state.live(arn).ok()?;
            secret.running().filter(|run| run.number == number)?;
            act(secret)
        };
        self.tell();
        Some(result)
    }

    /// Drives a rotation in the background, after this time. Does nothing after [`SecretsManager::stop`].
    fn drive(self: &Arc<Self>, arn: String, number: u64, after: Duration) {
        let this = self.clone();
        let mut rotations = self.rotations.lock().expect("the lock is not poisoned");
        while rotations.try_join_next().is_some() {}
        rotations.spawn(async move {
            sleep(after).await;
            if !this.state().settings.stopped {
                driver::drive(&this, &arn, number).await;
            }
        });
    }
}

impl fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsManager").finish_non_exhaustive()
    }
}
