//! Whether a place is proven by what its nodes answered.

use crate::{
    Failure,
    login::{Node, Verdict, sum_up},
};

/// Requires that every node accepts AWSCURRENT, and lets no client in without a credential.
///
/// | nodes | ⇒ |
/// |---|---|
/// | one gives no answer | Retryable |
/// | one accepts clients without a credential | `NeedsHuman`: a login proves nothing there |
/// | one refuses AWSCURRENT | `NeedsHuman` |
/// | all accept it | proven |
///
/// # Errors
/// As the table says, naming the node or the secret.
pub fn check_nodes(nodes: &[Node], secret_id: &str) -> Result<(), Failure> {
    let verdicts = sum_up(nodes).map_err(Failure::retryable)?;
    match (verdicts.open, verdicts.current) {
        (Verdict::Nowhere, Verdict::Everywhere) => Ok(()),
        (Verdict::Somewhere | Verdict::Everywhere, _) => Err(Failure::needs_human(
            "the Redis that the settings name accepts clients without a credential, or the user with any",
        )
        .with_next_step("Make every node of that Redis require a password")),
        (Verdict::Nowhere, Verdict::Somewhere | Verdict::Nowhere) => Err(Failure::needs_human(format!(
            "not every node of the Redis that the settings name accepts AWSCURRENT of the secret {secret_id}"
        ))
        .with_next_step("Put the credential that every node accepts into AWSCURRENT")),
    }
}
