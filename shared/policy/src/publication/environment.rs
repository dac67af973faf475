//! The environment of one Lambda function.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_json::json;

use super::{Texts, changed};
use crate::Failure;

/// How many bytes all variables of a function may have together, as compact JSON.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MOST_BYTES: usize = 4096;

/// A function's environment, as it was found.
#[derive(Clone, Debug)]
pub struct EnvironmentFound {
    /// Every variable.
    pub variables: Texts,
    /// The status of its last update: `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
}

/// What is done with an environment.
#[derive(Clone, Debug)]
pub enum EnvironmentDecision {
    /// Nothing: it has what is wanted.
    UpToDate,
    /// Look again: an update is in progress.
    Wait,
    /// Write all variables: the wanted ones, and the others unchanged.
    Write {
        /// All variables.
        variables: Texts,
        /// Why.
        reason: String,
    },
}

/// Decides what is done with the environment of a function.
///
/// | last update | variables | ⇒ |
/// |---|---|---|
/// | in progress | | Wait |
/// | failed | as wanted | `NeedsHuman`: Lambda still uses the environment before it |
/// | successful | as wanted | `UpToDate` |
/// | successful, failed | one is not | Write |
///
/// # Errors
/// - Permanent, naming the field, if all variables together would be too large.
/// - `NeedsHuman` if the function's last update failed.
pub fn decide_environment(
    at: &str,
    function_name: &str,
    wanted: &Texts,
    found: &EnvironmentFound,
) -> Result<EnvironmentDecision, Failure> {
    let mut merged = found.variables.clone();
    merged.extend(wanted.iter().map(|(name, text)| (name.clone(), text.clone())));
    let shown: BTreeMap<&str, &str> = merged.iter().map(|(name, text)| (name.as_str(), text.expose_secret())).collect();
    let bytes = json!(shown).to_string().len();
    if bytes > MOST_BYTES {
        return Err(Failure::permanent(format!(
            "`{at}.variables` of the settings would bring the environment of the function {function_name} to {bytes} \
             bytes, and Lambda allows {MOST_BYTES}"
        ))
        .with_next_step("Shorten the variables of the output, for example to {secret_arn} alone"));
    }
    if found.last_update == "InProgress" {
        return Ok(EnvironmentDecision::Wait);
    }
    let changed = changed(wanted, |name| found.variables.get(name).cloned());
    if changed.is_empty() && found.last_update == "Failed" {
        return Err(Failure::needs_human(format!(
            "the function {function_name} failed to take its last update, and still uses the environment before it"
        ))
        .with_next_step("Read its `LastUpdateStatusReason`, correct the cause, and update the function again"));
    }
    if changed.is_empty() {
        return Ok(EnvironmentDecision::UpToDate);
    }
    let reason = format!("another value, or none, in {}", changed.join(", "));
    Ok(EnvironmentDecision::Write { variables: merged, reason })
}
