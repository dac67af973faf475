//! Upstash databases: rotation by a second token of an ACL user, or by a reset without an overlap.

mod acl;
mod faults;
mod refusals;
mod reset;

use acceptance::{Flavour, Stage, StageOptions};
use sandbox::services::secrets_manager::RotationTiming;
use secrecy::{ExposeSecret, SecretString};

/// Creates a stage with the default options.
async fn stage(flavour: Flavour) -> Stage {
    Stage::set(StageOptions { flavour, ..StageOptions::default() }).await
}

/// Creates a stage on which Secrets Manager does not retry a rotation.
async fn tried_once(flavour: Flavour) -> Stage {
    let rotation = RotationTiming { attempts: 1, ..StageOptions::default().rotation };
    Stage::set(StageOptions { flavour, rotation, ..StageOptions::default() }).await
}

/// Rotates, checks that it fails, and returns the step, the class and the message of the first failure.
async fn refused(stage: &Stage) -> (String, String, String) {
    let report = stage.rotate().await;
    assert!(!report.succeeded, "{report:?}");
    report.failures[0].clone()
}

/// Counts the calls that took effect.
fn effective(stage: &Stage, operation: &str) -> usize {
    stage.sandbox.journal.effective(operation)
}

/// Whether both are the same token.
fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
