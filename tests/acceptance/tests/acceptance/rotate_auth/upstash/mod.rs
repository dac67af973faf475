//! Databases of Upstash: a second token for an ACL user, or a reset without any overlap.

mod acl;
mod refusals;
mod reset;
mod strikes;

use acceptance::{Flavour, Stage, StageOptions};
use sandbox::services::secrets_manager::RotationTiming;
use secrecy::{ExposeSecret, SecretString};

/// A database, with everything else as it is by default.
async fn stage(flavour: Flavour) -> Stage {
    Stage::set(StageOptions { flavour, ..StageOptions::default() }).await
}

/// A database on which Secrets Manager tries a rotation once.
async fn tried_once(flavour: Flavour) -> Stage {
    let rotation = RotationTiming { attempts: 1, ..StageOptions::default().rotation };
    Stage::set(StageOptions { flavour, rotation, ..StageOptions::default() }).await
}

/// Rotates in vain, and gives the step, the class and the message of the first failure.
async fn refused(stage: &Stage) -> (String, String, String) {
    let report = stage.rotate().await;
    assert!(!report.succeeded, "{report:?}");
    report.failures[0].clone()
}

/// How many times a call took effect.
fn effective(stage: &Stage, operation: &str) -> usize {
    stage.sandbox.journal.effective(operation)
}

/// Whether both are the same token.
fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
