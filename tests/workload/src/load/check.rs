//! One login to every node.

use super::{LoadTarget, account::Account, login::login};

/// Logs in to every node with the token in a version of the secret, and returns which nodes accept it.
///
/// # Errors
/// The secret or the nodes cannot be read.
pub async fn accepted_by(target: &LoadTarget, stage: &str) -> anyhow::Result<Vec<(String, bool)>> {
    let account = Account::open(target);
    let token = account.token(stage).await?;
    let mut answers = Vec::new();
    for node in account.topology().await?.nodes() {
        answers.push((node.to_string(), login(node, &target.authority_pem, &token).await.is_ok()));
    }
    Ok(answers)
}
