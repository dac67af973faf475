//! Drives a rotation: four steps, repeated from the first one after a failure.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>

use std::time::Duration;

use rand::RngExt;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    SecretsManager,
    run::Kind,
    store::Secret,
    versions::{CURRENT, PENDING},
};
use crate::{chance, clock};

/// The steps, in their order.
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// How much later at most the second invocation of a step begins that is invoked twice at once.
const TWIN_DELAY_MS: u64 = 3000;

/// The result of a try.
enum Try {
    /// All steps succeeded.
    Done,
    /// A step failed.
    Failed,
    /// The rotation was abandoned, cancelled or replaced meanwhile.
    Over,
}

/// Drives one rotation to its end. It ends early when the rotation is abandoned or cancelled.
pub(super) async fn drive(manager: &SecretsManager, arn: &str, number: u64) {
    loop {
        let Some(kind) = manager.with_run(arn, number, begin_try) else { return };
        let steps = if kind == Kind::Test { &STEPS[2..3] } else { &STEPS[..] };
        let done = match one_try(manager, arn, number, steps).await {
            Try::Done => true,
            Try::Failed => false,
            Try::Over => return,
        };
        let timing = manager.state().settings.timing;
        let over = manager.with_run(arn, number, |secret| end_try(secret, done, timing.attempts));
        if over != Some(false) {
            return;
        }
        sleep(timing.retry_after).await;
    }
}

async fn one_try(manager: &SecretsManager, arn: &str, number: u64, steps: &[&'static str]) -> Try {
    for step in steps {
        let Some((lambda_arn, event)) = manager.with_run(arn, number, |secret| begin_step(secret, step)) else {
            return Try::Over;
        };
        invoke_twin(manager, &lambda_arn, &event, step);
        if let Err((error_type, message)) = manager.functions.invoke(&lambda_arn, event, step).await {
            let failed = manager.with_run(arn, number, |secret| {
                if let Some(run) = secret.running() {
                    run.failed(&error_type, &message);
                }
            });
            return if failed.is_some() { Try::Failed } else { Try::Over };
        }
    }
    Try::Done
}

/// Invokes a step a second time, if it is one of those that are invoked twice. Nobody waits for the second result.
fn invoke_twin(manager: &SecretsManager, lambda_arn: &str, event: &Value, step: &'static str) {
    let twice = manager.state().settings.timing.twice;
    if twice == 0 || !chance::rng().random_ratio(twice, 1000) {
        return;
    }
    let delay = Duration::from_millis(chance::rng().random_range(0..TWIN_DELAY_MS));
    let (functions, lambda_arn, event) = (manager.functions.clone(), lambda_arn.to_owned(), event.clone());
    manager.rotations.lock().expect("the lock is not poisoned").spawn(async move {
        sleep(delay).await;
        let _ = functions.invoke(&lambda_arn, event, step).await;
    });
}

/// Counts a try. If the function dropped the pending version, creates a new, empty one.
fn begin_try(secret: &mut Secret) -> Kind {
    let token = secret.run.as_ref().map(|run| run.token.clone()).unwrap_or_default();
    let kept = secret.versions.carries(&token, PENDING) || secret.versions.carries(&token, CURRENT);
    let renewed = (!kept).then(|| chance::uuid().to_string());
    if let Some(token) = &renewed {
        secret.versions.add(token, None, clock::now());
        secret.versions.attach(PENDING, token);
    }
    let Some(run) = secret.running() else { return Kind::Rotate };
    if let Some(token) = renewed {
        run.report.version_id.clone_from(&token);
        run.token = token;
    }
    run.report.tries += 1;
    run.kind
}

/// The function to invoke, and its event.
fn begin_step(secret: &mut Secret, step: &'static str) -> (String, serde_json::Value) {
    let lambda_arn = secret.rotation.as_ref().and_then(|rotation| rotation.lambda_arn.clone()).unwrap_or_default();
    let arn = secret.arn.clone();
    let event = secret.running().map(|run| {
        run.step = step;
        json!({
            "Step": step,
            "SecretId": arn,
            "ClientRequestToken": run.token,
            "RotationToken": run.rotation_token,
        })
    });
    (lambda_arn, event.unwrap_or_default())
}

/// Records the result of a try and returns whether it was the last.
///
/// A try whose steps succeed without moving `AWSCURRENT` counts as failed.
fn end_try(secret: &mut Secret, done: bool, attempts: usize) -> bool {
    let now = clock::now();
    let token = secret.run.as_ref().map(|run| run.token.clone()).unwrap_or_default();
    let promoted = secret.versions.carries(&token, CURRENT);
    let Some(run) = secret.running() else { return true };
    let kind = run.kind;
    let succeeded = done && (promoted || kind == Kind::Test);
    if done && !succeeded {
        run.failed("RotationFailed", "finishSecret went through, but AWSCURRENT is not on the new version");
    }
    let over = succeeded || kind == Kind::Test || run.report.tries >= attempts;
    run.report.succeeded = succeeded;
    run.in_progress = !over;
    match kind {
        // The version stays, with its value and without a label.
        Kind::Test => secret.versions.detach_from(&token, PENDING),
        Kind::Rotate if succeeded => {
            secret.changed = now;
            if let Some(rotation) = &mut secret.rotation {
                rotation.last = Some(now);
            }
        }
        Kind::Rotate => {}
    }
    over
}
