//! What there is to see of a demo at any moment.

use std::time::Duration;

/// The four steps of a rotation, in order, and what comes after them: the publication and the retirement.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>
pub const STEPS: [&str; 6] = ["createSecret", "setSecret", "testSecret", "finishSecret", PUBLICATION, RETIREMENT];

/// The publication, and the rollout after it, in one word.
pub const PUBLICATION: &str = "sync";

/// The retirement, in one word.
pub const RETIREMENT: &str = "retire";

/// A demo at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The Redis that the nodes run.
    pub server: String,
    /// What the demo is at.
    pub phase: Phase,
    /// Since its start.
    pub elapsed: Duration,
    /// The targets.
    pub targets: Vec<TargetProgress>,
}

/// What a demo is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Starting what Terraform would make.
    #[default]
    Building,
    /// Load, before the rotations.
    Before,
    /// The rotations.
    Rotating,
    /// The publications, and the rollouts of consumers.
    Following,
    /// The retirements; every client has been restarted.
    Retiring,
    /// Load, after the retirements.
    After,
    /// All is over.
    Over,
}

impl Phase {
    /// What the demo is at, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Building => {
                "creating every Redis, its secret and its settings; sync-connection publishes what applications read"
            }
            Self::Before => "clients are at work, a watcher logs in with AWSCURRENT on every node",
            Self::Rotating => "Secrets Manager rotates every credential through the function rotate-auth",
            Self::Following => {
                "sync-connection publishes the new credentials, and deploys ECS services anew; other clients are restarted then"
            }
            Self::Retiring => "retire-credential takes the old credentials away",
            Self::After => "clients go on, with the new credentials alone",
            Self::Over => "done",
        }
    }
}

/// A target at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetProgress {
    /// Its name.
    pub name: String,
    /// What it is.
    pub shape: String,
    /// The steps.
    pub steps: [StepProgress; 6],
    /// Commands answered rightly.
    pub commands: u64,
    /// Those of clients that read their parameters when they start, and never again.
    pub at_start: u64,
    /// Commands that got no right answer.
    pub failed: u64,
    /// The watcher's logins.
    pub logins: u64,
    /// Those refused.
    pub violations: u64,
}

/// A step of a rotation at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepProgress {
    /// How far it is.
    pub state: StepState,
    /// What the function does, did, or failed at.
    pub says: String,
    /// How often it was begun.
    pub tries: usize,
    /// How long its ended tries took.
    pub took: Duration,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    /// Not begun.
    #[default]
    Ahead,
    /// The function is at it.
    Running,
    /// Done.
    Done,
    /// Its last try failed.
    Failed,
}
