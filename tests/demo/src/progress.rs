//! The state of a demo at one moment.

use std::time::Duration;

/// The four steps of a rotation, in order, then the publication and the retirement.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>
pub const STEPS: [&str; 6] = ["createSecret", "setSecret", "testSecret", "finishSecret", PUBLICATION, RETIREMENT];

/// The label of the publication and the rollout after it.
pub const PUBLICATION: &str = "sync";

/// The label of the retirement.
pub const RETIREMENT: &str = "retire";

/// A demo at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The Redis that the nodes run.
    pub server: String,
    /// The current phase.
    pub phase: Phase,
    /// The time since its start.
    pub elapsed: Duration,
    /// The targets.
    pub targets: Vec<TargetProgress>,
}

/// A phase of a demo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Creating what Terraform would create.
    #[default]
    Creating,
    /// Load before the rotations.
    Before,
    /// Rotations.
    Rotating,
    /// Publications, and rollouts of consumers.
    Publishing,
    /// Retirements; all clients have been restarted.
    Retiring,
    /// Load after the retirements.
    After,
    /// The demo has ended.
    Ended,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 7] =
        [Self::Creating, Self::Before, Self::Rotating, Self::Publishing, Self::Retiring, Self::After, Self::Ended];

    /// Returns a description that fits a terminal of 80 columns.
    pub fn words(self) -> &'static str {
        match self {
            Self::Creating => "creating Redis servers, secrets, settings and parameters",
            Self::Before => "clients send commands, and a watcher logs in to every node",
            Self::Rotating => "Secrets Manager rotates every secret with rotate-auth",
            Self::Publishing => "sync-connection publishes credentials and redeploys services",
            Self::Retiring => "retire-credential removes the previous credentials",
            Self::After => "clients continue with the new credentials only",
            Self::Ended => "done",
        }
    }
}

/// A target at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetProgress {
    /// Its name.
    pub name: String,
    /// Its shape, in words.
    pub shape: String,
    /// The steps.
    pub steps: [StepProgress; 6],
    /// Commands with the correct answer.
    pub commands: u64,
    /// Those of clients that read their parameters only at startup.
    pub at_start: u64,
    /// Commands without a correct answer.
    pub failed: u64,
    /// Successful logins of the watcher.
    pub logins: u64,
    /// Refused logins of the watcher.
    pub refused: u64,
}

/// A step of a rotation at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepProgress {
    /// Its state.
    pub state: StepState,
    /// What the function is doing or did, or why it failed.
    pub says: String,
    /// How often it was started.
    pub tries: usize,
    /// How long its completed tries took, together.
    pub took: Duration,
}

/// The state of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    /// Not started.
    #[default]
    Pending,
    /// The function is running it.
    Running,
    /// Done.
    Done,
    /// Its last try failed.
    Failed,
}
