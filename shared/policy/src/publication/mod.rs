//! Decides what is written to outputs, where applications read it.
//!
//! Each output is decided on its own, from what is wanted there and what was found; [`order`] says which is written first.
//! An output that cannot be written is an error: decide about all outputs before any is written.

mod environment;
mod parameter;
mod secret_keys;

pub use environment::{EnvironmentDecision, EnvironmentFound, decide_environment};
pub use parameter::{ParameterDecision, ParameterFound, Published, decide_parameter};
pub use secret_keys::{SecretKeysDecision, check_not_rotated, decide_secret_keys};

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Failure,
    connection::{Connection, Template, UrlOptions},
    target::Output,
};

/// Values by name: variables or keys. Its Debug shows no value.
pub type Texts = BTreeMap<String, SecretString>;

/// The value of one template of the settings.
///
/// # Errors
/// Permanent, naming the field, if the target does not have what the template asks for.
pub fn wanted(
    connection: &Connection,
    at: &str,
    template: &Template,
    url: &UrlOptions,
) -> Result<SecretString, Failure> {
    connection.fill(template, url).map_err(|why| {
        Failure::permanent(format!("`{at}` of the settings cannot be written: {why}"))
            .with_next_step("Correct the settings")
    })
}

/// The values of several templates; see [`wanted`].
///
/// # Errors
/// As [`wanted`].
pub fn all_wanted(
    connection: &Connection,
    at: &str,
    templates: &BTreeMap<String, Template>,
    url: &UrlOptions,
) -> Result<Texts, Failure> {
    let texts = templates
        .iter()
        .map(|(name, template)| Ok((name.clone(), wanted(connection, &format!("{at}.{name}"), template, url)?)));
    texts.collect()
}

/// The order in which outputs are written, by their place in the settings: those with a URL last, because a client that
/// reads a URL reads nothing else.
pub fn order(outputs: &[Output]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    order.sort_by_key(|nth| outputs[*nth].has_url());
    order
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// The names whose value is not what is wanted.
fn changed(wanted: &Texts, found: impl Fn(&str) -> Option<SecretString>) -> Vec<&str> {
    let differs = |(name, text): &(&String, &SecretString)| !found(name).is_some_and(|found| same(text, &found));
    wanted.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests;
