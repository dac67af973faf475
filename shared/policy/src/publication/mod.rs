//! What is written where applications read it, decided.
//!
//! Each place is decided on its own, from what is wanted there and what was found; [`order`] says which is written first.
//! What cannot be written in one place is an error, so that whoever decides about all of them first writes nothing anywhere.

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

/// Texts by name: variables or keys. Its Debug shows no text.
pub type Texts = BTreeMap<String, SecretString>;

/// Fills in what is wanted, and names the field of the settings where that cannot be.
///
/// # Errors
/// Permanent where the target has no such thing, naming the field and what is missing.
pub fn wanted(
    connection: &Connection,
    at: &str,
    template: &Template,
    url: &UrlOptions,
) -> Result<SecretString, Failure> {
    connection.fill(template, url).map_err(|why| {
        Failure::permanent(format!(
            "`{at}` of the settings cannot be written: {why}. Put it right; nothing was written anywhere"
        ))
    })
}

/// Fills in several, as [`wanted`] does.
///
/// # Errors
/// As [`wanted`] has them.
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

/// The order in which outputs are written, by their place in the settings: those with a URL last, since whoever reads one
/// reads nothing else.
pub fn order(outputs: &[Output]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    order.sort_by_key(|nth| outputs[*nth].has_url());
    order
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// The names whose text is not what is wanted.
fn changed(wanted: &Texts, found: impl Fn(&str) -> Option<SecretString>) -> Vec<&str> {
    let differs = |(name, text): &(&String, &SecretString)| !found(name).is_some_and(|found| same(text, &found));
    wanted.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests;
