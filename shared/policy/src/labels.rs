//! The labels that redis-lifecycle reads and puts on versions of secrets and parameters.

/// The staging label of the credential in use.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html>
pub const AWSCURRENT: &str = "AWSCURRENT";

/// The staging label of the credential that is being rotated in.
pub const AWSPENDING: &str = "AWSPENDING";

/// The staging label of the credential that was in use before.
pub const AWSPREVIOUS: &str = "AWSPREVIOUS";

/// Our own staging label, on the version whose credential every node was last seen to refuse.
///
/// Labels are the only place to remember this in a secret: a new version would abandon a rotation.
pub const RETIRED: &str = "redis-lifecycle-retired";

/// The label of the published version of a parameter: of a target's settings (see [`crate::moving`]) or of an output.
pub const CURRENT: &str = "current";

/// The label of the version of a parameter that was published before.
pub const PREVIOUS: &str = "previous";

/// The label of a version of a target's settings that a person rolled back.
pub const ROLLED_BACK: &str = "rolled-back";
