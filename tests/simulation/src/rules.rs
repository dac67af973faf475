//! What must hold: after every change, and once the world is at rest.

use std::fmt;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A change by a function never makes a node refuse AWSCURRENT.
    CurrentIsAccepted,
    /// A change by a function never makes a node refuse what is published.
    PublishedIsAccepted,
    /// What a person removed from the nodes is not accepted again by a change of a function.
    RemovedStaysRemoved,
    /// A change by a function never makes a node refuse what an application uses that reads the parameter several times in an
    /// overlap, nor what a running task of a consumer uses, which reads the parameter when it starts.
    ApplicationIsAccepted,
    /// A change by a function never makes a node refuse AWSPENDING of a rotation that goes on.
    PendingIsAccepted,
    /// A change by a function never replaces AWSCURRENT in what is published.
    PublishedStaysCurrent,
    /// A move that was rolled back is not made again by a function, nor is its Redis published.
    RolledBackStays,
    /// A function ends before its timeout, and calls nobody afterwards.
    RunsEndInTime,
    /// At rest, every node accepts AWSCURRENT.
    RestAcceptsCurrent,
    /// At rest, no node accepts a credential besides AWSCURRENT, AWSPREVIOUS and what a person added.
    NothingElseIsAccepted,
    /// At rest, what is published is AWSCURRENT, if every node accepts it.
    PublishedIsCurrent,
    /// At rest, every replica and Sentinel can log in to the primary.
    RestReplicates,
    /// At rest, a run that has nothing to do changes nothing.
    RestChangesNothing,
    /// At rest, a rotation can be carried out, or a function says that a person must act.
    RotationEnds,
    /// No credential is in the output of a function.
    NoSecretInOutput,
}

impl Rule {
    /// Every rule, with its name.
    pub const ALL: [(Self, &str); 15] = [
        (Self::CurrentIsAccepted, "current-is-accepted"),
        (Self::PublishedIsAccepted, "published-is-accepted"),
        (Self::RemovedStaysRemoved, "removed-stays-removed"),
        (Self::ApplicationIsAccepted, "application-is-accepted"),
        (Self::PendingIsAccepted, "pending-is-accepted"),
        (Self::PublishedStaysCurrent, "published-stays-current"),
        (Self::RolledBackStays, "rolled-back-stays"),
        (Self::RunsEndInTime, "runs-end-in-time"),
        (Self::RestAcceptsCurrent, "rest-accepts-current"),
        (Self::NothingElseIsAccepted, "nothing-else-is-accepted"),
        (Self::PublishedIsCurrent, "published-is-current"),
        (Self::RestReplicates, "rest-replicates"),
        (Self::RestChangesNothing, "rest-changes-nothing"),
        (Self::RotationEnds, "rotation-ends"),
        (Self::NoSecretInOutput, "no-secret-in-output"),
    ];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(rule, _)| rule == self).map_or("unknown", |(_, name)| name);
        f.write_str(name)
    }
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// What broke it: who, with which call, and what became of which credential.
    pub by: String,
    /// Where, or how often.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, by, detail } = self;
        let colon = if detail.is_empty() { "" } else { ": " };
        write!(f, "{rule} is broken by {by}{colon}{detail}")
    }
}
