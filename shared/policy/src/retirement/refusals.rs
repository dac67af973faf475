//! Why a retirement is refused, with a class and a way out.

use crate::{Failure, login::Verdict};

pub(super) fn previous_is_unreadable() -> Failure {
    Failure::permanent(
        "AWSPREVIOUS has no credential where `secret.json_key` of the settings says it is, so what to retire is \
         unknown",
    )
    .with_next_step("Store a version with the previous credential, and move AWSPREVIOUS to it")
}

/// A server that accepts clients without a credential: a login proves nothing there.
pub(super) fn lets_everybody_in() -> Failure {
    Failure::permanent(
        "the server accepts clients without a credential, or the user with any, so a login proves nothing",
    )
    .with_next_step(
        "Make the server require AWSCURRENT: on an ElastiCache group by a rotation, elsewhere by giving the user a \
         password",
    )
}

/// No node accepts AWSCURRENT; `any` says where AWSPREVIOUS is accepted.
pub(super) fn current_is_refused(any: Verdict) -> Failure {
    match any {
        Verdict::Nowhere => {
            Failure::needs_human("no node accepts AWSCURRENT or AWSPREVIOUS: the secret and the server have diverged")
                .with_next_step("Find the credential that the server accepts, and put it into AWSCURRENT")
        }
        Verdict::Somewhere | Verdict::Everywhere => Failure::needs_human(
            "no node accepts AWSCURRENT, and AWSPREVIOUS still logs in: removing it would lock every client out",
        )
        .with_next_step(
            "Move AWSCURRENT to the version with AWSPREVIOUS, so that consumers keep working, and rotate the secret",
        ),
    }
}

/// A node lacks AWSCURRENT, and must not get it.
pub(super) fn current_is_illegal(why: &str) -> Failure {
    Failure::needs_human(format!("not every node accepts AWSCURRENT, and it cannot be added: {why}")).with_next_step(
        "Move AWSCURRENT to the version with the credential that the nodes accept, or store that credential in AWSCURRENT",
    )
}

pub(super) fn a_node_accepts_neither() -> Failure {
    Failure::needs_human("a node accepts neither AWSCURRENT nor AWSPREVIOUS, so the function cannot log in there")
        .with_next_step("Give the user on that node the credential in AWSCURRENT by hand")
}
