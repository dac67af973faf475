//! What Sentinels log in to the nodes with.

use cloud::CallError;
use policy::{Failure, target::Sentinel};
use secrecy::SecretString;

use crate::{
    dial::Address,
    nodes::try_each,
    session::{Command, Session, describe},
};

/// Makes every Sentinel log in to the nodes with this credential. Each stores it in its own configuration file.
///
/// # Errors
/// Retryable if one cannot be reached; Permanent if it does not monitor the primary, or requires a password of its own.
///
/// # Repeating
/// Sets it again, and the Sentinel opens its connections to the nodes anew.
pub(crate) async fn log_in_with(sentinel: &Sentinel, tls: bool, credential: &SecretString) -> Result<(), CallError> {
    let told = sentinel.nodes.iter().map(|node| async move {
        let name = format!("{}:{}", node.host, node.port);
        let address = Address { host: &node.host, port: node.port, tls };
        let mut session = Session::open(&name, address).await.map_err(|error| {
            CallError::untouched(Failure::retryable(format!(
                "the Sentinel {name} cannot be reached: {}",
                describe(&error)
            )))
        })?;
        let set = Command::new("SENTINEL SET").arg(&sentinel.master_name).arg("auth-pass").secret("", credential);
        session.run::<()>(set).await.map_err(|error| match error.is("NOAUTH") {
            true => CallError {
                failure: Failure::permanent(format!(
                    "the Sentinel {name} requires a password of its own, which the target does not have"
                ))
                .with_next_step("Configure the Sentinel to accept commands without a password"),
                ..error
            },
            false => error,
        })
    });
    try_each(told).await.map(drop)
}
