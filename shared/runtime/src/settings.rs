//! A target's settings document, and which version of it is in effect.

use cloud::{
    Clients,
    ssm::{self, Kept},
};
use policy::{
    Failure, Target,
    labels::{CURRENT, PREVIOUS, ROLLED_BACK},
    moving::{History, Revision},
};
use secrecy::ExposeSecret;

/// The prefix of the names of the parameters that contain settings documents. The target's name follows.
pub const PARAMETER_PREFIX: &str = "/redis-lifecycle/targets/";

/// The name of the parameter that contains a target's settings.
pub fn parameter(name: &str) -> String {
    format!("{PARAMETER_PREFIX}{name}")
}

/// Reads a target's settings: the newest version, and those that have labels. [`History::in_effect`] says which one counts.
///
/// # Errors
/// Permanent, naming the parameter and the field, if there is none, the newest version is refused, or no version is known
/// to be in effect.
///
/// # Permissions
/// `ssm:GetParameterHistory` on the parameter, and `kms:Decrypt` if it is a `SecureString` under a key of your own
pub async fn load(clients: &Clients, name: &str) -> Result<History, Failure> {
    load_if_any(clients, name).await?.ok_or_else(|| {
        Failure::permanent(format!("there is no parameter {}", parameter(name)))
            .with_next_step("Put the target's settings document there")
    })
}

/// As [`load`]; `None` if there is no such parameter.
///
/// # Errors
/// As [`load`], for a parameter that exists.
///
/// # Permissions
/// As [`load`]
pub async fn load_if_any(clients: &Clients, name: &str) -> Result<Option<History>, Failure> {
    let parameter = parameter(name);
    let refused = |failure| Failure::permanent(format!("the parameter {parameter} is refused")).because(failure);
    let kept = ssm::history(clients.ssm(), &parameter).await?;
    let Some(newest) = kept.last() else { return Ok(None) };
    let newest = read(name, newest).map_err(refused)?;
    let with = |label: &str| kept.iter().find(|kept| kept.labels.iter().any(|one| one == label));
    // A version that follows an older schema cannot be read, which is no reason to stop.
    let labelled = |label| with(label).and_then(|kept| read(name, kept).ok());
    let (current, previous) = (labelled(CURRENT), labelled(PREVIOUS));
    let history = History { newest, current, previous, rolled_back: with(ROLLED_BACK).map(|kept| kept.version) };
    history.check().map_err(refused)?;
    let (newest, in_effect) = (history.newest.version, history.in_effect().version);
    if newest != in_effect {
        tracing::warn!(newest, in_effect, "the newest settings of {parameter} are not in effect");
    }
    Ok(Some(history))
}

fn read(name: &str, kept: &Kept) -> Result<Revision, Failure> {
    let target = Target::parse(kept.value.expose_secret())?;
    match target.name == name {
        true => Ok(Revision { version: kept.version, target }),
        false => Err(Failure::permanent(format!("its `name` is {:?}, and not {name:?}", target.name))
            .with_next_step("Correct `name`, or the name of the parameter")),
    }
}
