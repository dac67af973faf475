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
    /// Tells this rotation from earlier and later ones of the secret.
    pub(super) number: u64,
    /// Whether it is more than a test.
    pub(super) kind: Kind,
    /// The id of the version that is being made.
    pub(super) token: String,
    /// What the function must hand on to `PutSecretValue`.
    pub(super) rotation_token: String,
    /// The step that runs, or ran last.
    pub(super) step: &'static str,
    pub(super) in_progress: bool,
    pub(super) report: RotationReport,
}

/// What a rotation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// To have a new current value.
    Rotate,
    /// To see whether the function works: `RotateImmediately=false`.
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

    /// Writes down that something ended a try.
    pub(super) fn failed(&mut self, error_type: &str, message: &str) {
        self.report.failures.push((self.step.to_owned(), error_type.to_owned(), message.to_owned()));
    }
}

impl Secret {
    /// The rotation in progress.
    pub(super) fn running(&mut self) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.in_progress)
    }

    /// Ends the rotation in progress because a version that is not its own was made.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html> (`RotationAbandoned`)
    pub(super) fn abandon_rotation(&mut self) {
        let Some(run) = self.running() else { return };
        run.failed("RotationAbandoned", "another version of the secret was created");
        run.in_progress = false;
        let token = run.token.clone();
        self.versions.detach_from(&token, PENDING);
    }

    /// Ends the rotation in progress because somebody said so; the labels of a rotation stay where they are, those of a test do
    /// not.
    pub(super) fn cancel_rotation(&mut self) {
        let Some(run) = self.running() else { return };
        run.failed("RotationCancelled", "the rotation was cancelled");
        run.in_progress = false;
        if run.kind == Kind::Test {
            let token = run.token.clone();
            self.versions.detach_from(&token, PENDING);
        }
    }

    /// The version of a rotation that did not come to its end: it is pending, and not current.
    pub(super) fn unfinished(&self) -> Option<&super::versions::Version> {
        self.versions.with_stage(PENDING).filter(|version| !version.stages.contains(CURRENT))
    }
}
