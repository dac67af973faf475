//! What a step has seen.

use super::step::Step;
use crate::{
    labels::{AWSCURRENT, AWSPENDING},
    server::Server,
};

/// Everything that a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The step that was called.
    pub step: Step,
    /// The stage of the version that the event names.
    pub version: VersionStage,
    /// Whether rotation is switched on; `None` if Secrets Manager does not say, as for a secret never rotated.
    pub rotation_enabled: Option<bool>,
    /// The value of that version.
    pub pending: PendingValue,
    /// The server, if the step observes it; see [`needs_server`].
    pub server: Option<Server>,
}

/// The stage of the version that the event names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStage {
    /// It carries AWSCURRENT, alone or with AWSPENDING: the rotation has succeeded.
    Current,
    /// It carries AWSPENDING.
    Pending,
    /// It exists, and carries neither.
    Unlabelled,
    /// The version does not exist.
    Unknown,
}

impl VersionStage {
    /// The stage of a version with these staging labels; `None` if there is no such version.
    pub fn of(labels: Option<&[String]>) -> Self {
        let Some(labels) = labels else { return Self::Unknown };
        let has = |label: &str| labels.iter().any(|one| one == label);
        match (has(AWSCURRENT), has(AWSPENDING)) {
            (true, _) => Self::Current,
            (false, true) => Self::Pending,
            (false, false) => Self::Unlabelled,
        }
    }
}

/// The value of AWSPENDING.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingValue {
    /// The version has no value yet.
    Absent,
    /// The backend does not accept it, for this reason.
    Illegal(String),
    /// The backend accepts it.
    Legal,
}

/// Whether the server has to be observed before a decision can be made.
///
/// createSecret needs the server only for a pending value that looks unusable: before the value is discarded, it is checked
/// whether a node accepts it.
pub fn needs_server(step: Step, version: VersionStage, pending: &PendingValue) -> bool {
    match version {
        VersionStage::Unlabelled | VersionStage::Unknown => false,
        VersionStage::Current => step != Step::Create,
        VersionStage::Pending => step != Step::Create || matches!(pending, PendingValue::Illegal(_)),
    }
}
