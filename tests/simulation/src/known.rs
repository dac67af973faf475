//! The faults of the functions that are known and not mended yet.

use crate::rules::{Rule, Violation};

/// One known fault: the rule that it breaks, and what breaks it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What goes wrong.
    pub what: &'static str,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What breaks it: each call that can, with the seed of a world that shows it, in which every actor acts.
    pub by: &'static [(&'static str, u64)],
}

/// All of them. A fault leaves this list when it is mended, and then its seeds are tests of the mend.
pub const KNOWN: &[Known] = &[
    Known {
        what: "rotate-auth acts on a stale view of the secret: AWSCURRENT has moved meanwhile",
        rule: Rule::CurrentIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSCURRENT, after the labels had moved", 2469),
            ("rotate-auth EXEC on AWSCURRENT, after the labels had moved", 176),
            ("rotate-auth Rest ACL SETUSER on AWSCURRENT, after the labels had moved", 1599),
        ],
    },
    Known {
        what: "retire-credential acts on a stale view of the secret: AWSCURRENT has moved meanwhile",
        rule: Rule::CurrentIsAccepted,
        by: &[
            ("retire-credential EXEC on AWSCURRENT, after the labels had moved", 842),
            ("retire-credential ModifyUser on AWSCURRENT, after the labels had moved", 149),
        ],
    },
    Known {
        what: "rotate-auth removes AWSCURRENT by ROTATE: the group has a token without a label, and drops the older one",
        rule: Rule::CurrentIsAccepted,
        by: &[("rotate-auth ModifyReplicationGroup on AWSCURRENT", 19)],
    },
    Known {
        what: "rotate-auth promotes a credential that somebody removes between the last login and the promotion",
        rule: Rule::CurrentIsAccepted,
        by: &[("rotate-auth UpdateSecretVersionStage on AWSPENDING", 118)],
    },
    Known {
        what: "sync-connection moves to a place that has accepted another AWSCURRENT",
        rule: Rule::CurrentIsAccepted,
        by: &[("sync-connection LabelParameterVersion on AWSCURRENT, after the labels had moved", 1144)],
    },
    Known {
        what: "rotate-auth removes a credential while it is still published",
        rule: Rule::PublishedIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSPREVIOUS", 2265),
            ("rotate-auth EXEC on AWSPREVIOUS", 156),
            ("rotate-auth ModifyUser on AWSPREVIOUS", 250),
            ("rotate-auth Rest ACL SETUSER on AWSPREVIOUS", 3603),
        ],
    },
    Known {
        what: "retire-credential removes a credential while it is still published",
        rule: Rule::PublishedIsAccepted,
        by: &[
            ("retire-credential ACL SETUSER on AWSPENDING", 981),
            ("retire-credential ACL SETUSER on AWSPREVIOUS", 3873),
            ("retire-credential EXEC on AWSPENDING", 2418),
            ("retire-credential EXEC on AWSPREVIOUS", 452),
        ],
    },
    Known {
        what: "rotate-auth removes AWSPREVIOUS within its overlap: a second rotation, or a roll back and forward, cuts it short",
        rule: Rule::ApplicationIsAccepted,
        by: &[
            ("rotate-auth ACL SETUSER on AWSPREVIOUS", 33),
            ("rotate-auth EXEC on AWSPREVIOUS", 48),
            ("rotate-auth ModifyReplicationGroup on AWSPREVIOUS", 145),
            ("rotate-auth ModifyUser on AWSPREVIOUS", 274),
            ("rotate-auth Rest ACL SETUSER on AWSPREVIOUS", 75),
        ],
    },
    Known {
        what: "retire-credential removes what applications use: AWSCURRENT moved back and forward within an overlap",
        rule: Rule::ApplicationIsAccepted,
        by: &[
            ("retire-credential EXEC on AWSPREVIOUS", 3594),
            ("retire-credential Rest ACL SETUSER on AWSPENDING", 783),
        ],
    },
    Known {
        what: "sync-connection writes the credential that it read over AWSCURRENT, which another run has published meanwhile",
        rule: Rule::PublishedStaysCurrent,
        by: &[
            ("sync-connection PutParameter on AWSPENDING, after the labels had moved", 912),
            ("sync-connection PutParameter on AWSPREVIOUS, after the labels had moved", 246),
        ],
    },
    Known {
        what: "rotate-auth adds a credential again that a person removed: the version is still AWSPENDING, as AWS leaves it",
        rule: Rule::RemovedStaysRemoved,
        by: &[("rotate-auth ACL SETUSER on AWSPENDING", 1118)],
    },
    Known {
        what: "retire-credential restores a credential that a person removed: it takes the removal for a restart",
        rule: Rule::RemovedStaysRemoved,
        by: &[
            ("retire-credential ACL SETUSER on AWSCURRENT", 225),
            ("retire-credential ACL SETUSER on AWSPREVIOUS", 1341),
        ],
    },
    Known {
        what: "sync-connection makes a move that a person rolled back while it was proving the new place",
        rule: Rule::RolledBackStays,
        by: &[("sync-connection PutParameter on AWSCURRENT", 64)],
    },
    Known {
        what: "a credential that lost its last label stays accepted: a person put a version, moved a label or created the secret again",
        rule: Rule::NothingElseIsAccepted,
        by: &[
            ("a credential that was AWSCURRENT before, orphaned by person DeleteSecret", 12),
            ("a credential that was AWSCURRENT before, orphaned by person PutSecretValue", 42),
        ],
    },
    Known {
        what: "a replica that is added while a rotation removes AWSPREVIOUS keeps it",
        rule: Rule::NothingElseIsAccepted,
        by: &[("a credential that was AWSCURRENT before, orphaned by rotate-auth UpdateSecretVersionStage", 372)],
    },
    Known {
        what: "the credential of a rotation that was cancelled or replaced stays accepted",
        rule: Rule::NothingElseIsAccepted,
        by: &[
            ("a credential that was never AWSCURRENT, orphaned by person DeleteSecret", 245),
            ("a credential that was never AWSCURRENT, orphaned by person PutSecretValue", 17),
            ("a credential that was never AWSCURRENT, orphaned by person UpdateSecretVersionStage", 365),
        ],
    },
    Known {
        what: "rotate-auth adds the credential of a secret that a person has deleted, or of a version that has lost its label, meanwhile",
        rule: Rule::NothingElseIsAccepted,
        by: &[
            ("a credential that was never AWSCURRENT, orphaned by rotate-auth ACL SETUSER", 290),
            ("a credential that was never AWSCURRENT, orphaned by rotate-auth ModifyUser", 1169),
        ],
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
