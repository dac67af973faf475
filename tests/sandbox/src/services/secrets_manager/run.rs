//! One rotation of one secret, as far as it has come.

use super::{
    store::Secret,
    versions::{CURRENT, PENDING},
};
use crate::chance;

/// What came of a rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotationReport {
    /// How often the function was begun with `createSecret` (with `testSecret`, for a test).
    pub tries: usize,
    /// Whether the last try went through.
    pub succeeded: bool,
    /// What failed: step, error type, message; one a try at most, and one if the rotation was abandoned or cancelled.
    pub failures: Vec<(String, String, String)>,
    /// The version that was being made last.
    pub version_id: String,
}

/// A rotation, in progress or over.
#[derive(Debug)]
pub(super) struct Run {
    /// The number of the rotation.
    pub(super) number: u64,
    /// Whether it is a rotation or a test.
    pub(super) kind: Kind,
    /// The id of the version that is being made.
    pub(super) token: String,
    /// The token that the function must pass to `PutSecretValue`.
    pub(super) rotation_token: String,
    /// The step that runs, or ran last.
    pub(super) step: &'static str,
    pub(super) in_progress: bool,
    pub(super) report: RotationReport,
}

/// What a rotation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A rotation to a new value.
    Rotate,
    /// A test of the function: `RotateImmediately=false`.
    Test,
}

impl Run {
    pub(super) fn new(number: u64, kind: Kind, token: &str) -> Self {
        Self {
            number,
            kind,
            token: token.to_owned(),
            rotation_token: chance::uuid().to_string(),
            step: "",
            in_progress: true,
            report: RotationReport { version_id: token.to_owned(), ..RotationReport::default() },
        }
    }

    /// Records a failure.
    pub(super) fn failed(&mut self, error_type: &str, message: &str) {
        self.report.failures.push((self.step.to_owned(), error_type.to_owned(), message.to_owned()));
    }
}

impl Secret {
    /// The rotation in progress.
    pub(super) fn running(&mut self) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.in_progress)
    }

    /// Abandons the rotation in progress because another version was created.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html> (`RotationAbandoned`)
    pub(super) fn abandon_rotation(&mut self) {
        let Some(run) = self.running() else { return };
        run.failed("RotationAbandoned", "another version of the secret was created");
        run.in_progress = false;
        let token = run.token.clone();
        self.versions.detach_from(&token, PENDING);
    }

    /// Cancels the rotation in progress. The labels of a rotation stay; a test loses AWSPENDING.
    pub(super) fn cancel_rotation(&mut self) {
        let Some(run) = self.running() else { return };
        run.failed("RotationCancelled", "the rotation was cancelled");
        run.in_progress = false;
        if run.kind == Kind::Test {
            let token = run.token.clone();
            self.versions.detach_from(&token, PENDING);
        }
    }

    /// The version of an unfinished rotation: pending, and not current.
    pub(super) fn unfinished(&self) -> Option<&super::versions::Version> {
        self.versions.with_stage(PENDING).filter(|version| !version.stages.contains(CURRENT))
    }
}
