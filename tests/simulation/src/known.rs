//! The faults of the functions that are known and not mended yet.

use crate::rules::{Rule, Violation};

/// One known fault: the rule that it breaks, and what breaks it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What goes wrong.
    pub what: &'static str,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What breaks it: each call that can, with a seed that shows it, with or without the acts of a person.
    pub by: &'static [(&'static str, u64)],
}

/// All of them. A fault leaves this list when it is mended, and then its seeds are tests of the mend.
pub const KNOWN: &[Known] = &[
    Known {
        what: "rotate-auth acts on a stale view of the secret: AWSCURRENT has moved meanwhile",
        rule: Rule::CurrentIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSCURRENT, after the labels had moved", 2973),
            ("rotate-auth EXEC on AWSCURRENT, after the labels had moved", 386),
            ("rotate-auth ModifyReplicationGroup on AWSCURRENT, after the labels had moved", 3901),
        ],
    },
    Known {
        what: "retire-credential acts on a stale view of the secret: AWSCURRENT has moved meanwhile",
        rule: Rule::CurrentIsAccepted,
        by: &[("retire-credential EXEC on AWSCURRENT, after the labels had moved", 3246)],
    },
    Known {
        what: "rotate-auth removes AWSCURRENT by ROTATE: the group has a token without a label, and drops the older one",
        rule: Rule::CurrentIsAccepted,
        by: &[("rotate-auth ModifyReplicationGroup on AWSCURRENT", 25)],
    },
    Known {
        what: "rotate-auth promotes a credential that somebody removes between the last login and the promotion",
        rule: Rule::CurrentIsAccepted,
        by: &[("rotate-auth UpdateSecretVersionStage on AWSPENDING", 50)],
    },
    Known {
        what: "sync-connection moves to a place that has accepted another AWSCURRENT",
        rule: Rule::CurrentIsAccepted,
        by: &[("sync-connection LabelParameterVersion on AWSCURRENT, after the labels had moved", 604)],
    },
    Known {
        what: "rotate-auth removes a credential while it is still published",
        rule: Rule::PublishedIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSPREVIOUS", 1089),
            ("rotate-auth EXEC on AWSPREVIOUS", 12),
            ("rotate-auth ModifyReplicationGroup on AWSPREVIOUS", 1627),
            ("rotate-auth ModifyUser on AWSPREVIOUS", 497),
            ("rotate-auth Rest ACL SETUSER on AWSPREVIOUS", 75),
        ],
    },
    Known {
        what: "retire-credential removes a credential while it is still published",
        rule: Rule::PublishedIsAccepted,
        by: &[
            ("retire-credential ACL SETUSER on AWSPENDING", 309),
            ("retire-credential ACL SETUSER on AWSPREVIOUS", 1677),
            ("retire-credential EXEC on AWSPENDING", 3150),
            ("retire-credential EXEC on AWSPREVIOUS", 240),
            ("retire-credential ModifyReplicationGroup on AWSPREVIOUS", 2653),
            ("retire-credential ModifyUser on AWSPREVIOUS", 1505),
            ("retire-credential Rest ACL SETUSER on AWSPENDING", 7191),
            ("retire-credential Rest ACL SETUSER on AWSPREVIOUS", 903),
        ],
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS within its overlap: a second rotation, or a roll back and forward, cuts it short",
        rule: Rule::ApplicationIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSPREVIOUS", 285),
            ("rotate-auth EXEC on AWSPREVIOUS", 88),
            ("rotate-auth EXEC on a credential without a label, after the labels had moved", 2946),
            ("rotate-auth ModifyReplicationGroup on AWSPREVIOUS", 289),
            ("rotate-auth ModifyUser on AWSPREVIOUS", 1270),
            ("rotate-auth Rest ACL SETUSER on AWSPREVIOUS", 207),
        ],
    },
    Known {
        what: "retire-credential removes what applications use: AWSCURRENT moved back and forward within an overlap",
        rule: Rule::ApplicationIsAccepted,
        by: &[
            ("retire-credential EXEC on AWSPREVIOUS", 2540),
            ("retire-credential Rest ACL SETUSER on AWSPREVIOUS", 1419),
        ],
    },
    Known {
        what: "sync-connection writes the credential that it read over AWSCURRENT, which another run has published meanwhile",
        rule: Rule::PublishedStaysCurrent,
        by: &[
            ("sync-connection PutParameter on AWSPENDING, after the labels had moved", 38),
            ("sync-connection PutParameter on AWSPREVIOUS, after the labels had moved", 246),
        ],
    },
    Known {
        what: "rotate-auth adds a credential again that a person removed: the version is still AWSPENDING, as AWS leaves it",
        rule: Rule::RemovedStaysRemoved,
        by: &[("rotate-auth ACL SETUSER on AWSPENDING", 4182), ("rotate-auth Rest ACL SETUSER on AWSPENDING", 5703)],
    },
    Known {
        what: "rotate-auth adds AWSPREVIOUS again, which a person removed while the run was about to remove it",
        rule: Rule::RemovedStaysRemoved,
        by: &[("rotate-auth ACL SETUSER on AWSPREVIOUS", 7028)],
    },
    Known {
        what: "retire-credential restores a credential that a person removed: it takes the removal for a restart",
        rule: Rule::RemovedStaysRemoved,
        by: &[("retire-credential ACL SETUSER on AWSPREVIOUS", 969)],
    },
    Known {
        what: "sync-connection makes a move that a person rolled back while it was proving the new place",
        rule: Rule::RolledBackStays,
        by: &[("sync-connection LabelParameterVersion on AWSCURRENT", 6)],
    },
    Known {
        what: "a credential that lost its last label stays accepted: a person put a version, moved a label or created the secret again",
        rule: Rule::NothingElseIsAccepted,
        by: &[("a credential that was AWSCURRENT before", 42)],
    },
    Known {
        what: "the credential of a rotation that was cancelled or replaced stays accepted",
        rule: Rule::NothingElseIsAccepted,
        by: &[("a credential that was never AWSCURRENT", 16)],
    },
];

impl Known {
    /// Whether a violation shows this fault.
    pub fn explains(&self, violation: &Violation) -> bool {
        self.rule == violation.rule && self.by.iter().any(|(by, _)| *by == violation.by)
    }

    /// The known fault that a violation shows, if any.
    pub fn of(violation: &Violation) -> Option<&'static Self> {
        KNOWN.iter().find(|known| known.explains(violation))
    }
}
