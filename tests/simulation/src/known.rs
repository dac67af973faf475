//! The faults of the functions that are known and not mended yet.

use crate::rules::{Rule, Violation};

/// One known fault: the rule that it breaks, and what breaks it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What goes wrong.
    pub what: &'static str,
    /// A seed that shows it.
    pub seed: u64,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What breaks it.
    pub by: &'static str,
}

/// All of them. A fault leaves this list when it is mended, and then its seed is a test of the mend.
pub const KNOWN: &[Known] = &[
    Known {
        what: "rotate-auth removes AWSPREVIOUS on a stale view of the secret: AWSCURRENT has moved back meanwhile",
        seed: 120,
        rule: Rule::CurrentIsAccepted,
        by: "rotate-auth EXEC",
    },
    Known {
        what: "retire-credential removes AWSPREVIOUS on a stale view of the secret: AWSCURRENT has moved back meanwhile",
        seed: 123,
        rule: Rule::CurrentIsAccepted,
        by: "retire-credential EXEC",
    },
    Known {
        what: "retire-credential removes AWSPREVIOUS while it is still published",
        seed: 470,
        rule: Rule::PublishedIsAccepted,
        by: "retire-credential EXEC",
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS while it is still published",
        seed: 55,
        rule: Rule::PublishedIsAccepted,
        by: "rotate-auth EXEC",
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS within its overlap: a second rotation, or a roll back and forward, cuts it short",
        seed: 90,
        rule: Rule::ApplicationIsAccepted,
        by: "rotate-auth EXEC",
    },
    Known {
        what: "retire-credential removes what applications use: AWSCURRENT moved back and forward within an overlap",
        seed: 11,
        rule: Rule::ApplicationIsAccepted,
        by: "retire-credential EXEC",
    },
    Known {
        what: "rotate-auth adds a credential again that a person removed: the version is still AWSPENDING, as AWS leaves it",
        seed: 12,
        rule: Rule::RemovedStaysRemoved,
        by: "rotate-auth ACL SETUSER",
    },
    Known {
        what: "a credential that lost its last label stays accepted: a person put a version or moved a label",
        seed: 28,
        rule: Rule::NothingElseIsAccepted,
        by: "a credential that was AWSCURRENT before",
    },
    Known {
        what: "the credential of a rotation that was cancelled or replaced stays accepted",
        seed: 67,
        rule: Rule::NothingElseIsAccepted,
        by: "a credential that was never AWSCURRENT",
    },
    Known {
        what: "rotate-auth removes AWSCURRENT by ROTATE: the group has a token without a label, and drops the older one",
        seed: 21,
        rule: Rule::CurrentIsAccepted,
        by: "rotate-auth ModifyReplicationGroup",
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS by ROTATE within its overlap: a second rotation cuts it short",
        seed: 1017,
        rule: Rule::ApplicationIsAccepted,
        by: "rotate-auth ModifyReplicationGroup",
    },
    Known {
        what: "rotate-auth puts AWSPENDING in the place of AWSPREVIOUS within its overlap: a second rotation cuts it short",
        seed: 137,
        rule: Rule::ApplicationIsAccepted,
        by: "rotate-auth ModifyUser",
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS by ROTATE while it is still published",
        seed: 573,
        rule: Rule::PublishedIsAccepted,
        by: "rotate-auth ModifyReplicationGroup",
    },
];

impl Known {
    /// Whether a violation shows this fault.
    pub fn explains(&self, violation: &Violation) -> bool {
        self.rule == violation.rule && violation.by == self.by
    }

    /// The known fault that a violation shows, if any.
    pub fn of(violation: &Violation) -> Option<&'static Self> {
        KNOWN.iter().find(|known| known.explains(violation))
    }
}
