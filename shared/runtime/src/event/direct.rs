//! An invocation that names its target: by a person, or by a schedule whose input does.

use std::fmt;

use aws_smithy_types::{DateTime, date_time::Format};
use policy::Failure;
use serde_json::{Map, Value};

use super::read::refused;
use crate::moment::millis;

/// The most characters of an unknown argument's name that a refusal repeats.
const NAME_CHARACTERS: usize = 40;

/// A target by name, and what the function is asked beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direct {
    /// The target's name.
    pub target: String,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
    /// The arguments of the function.
    pub arguments: Arguments,
}

/// The arguments of a function, which the function reads itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Arguments(Map<String, Value>);

impl fmt::Debug for Arguments {
    /// Shows the names alone: a value may be a secret that somebody sent by mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Direct {
    /// Reads `target` and `dry_run`; the rest are the arguments of the function.
    pub(super) fn parse(members: &Map<String, Value>) -> Result<Self, Failure> {
        let mut arguments = Arguments(members.clone());
        let target = match arguments.0.shift_remove("target") {
            Some(Value::String(target)) if !target.is_empty() => target,
            _ => return Err(refused("its `target` is not the name of a target")),
        };
        Ok(Self { target, dry_run: arguments.flag("dry_run")?, arguments })
    }
}

impl Arguments {
    /// Takes an argument that is true or false; it is false if it is missing.
    ///
    /// # Errors
    /// Permanent if it is anything else.
    pub fn flag(&mut self, name: &str) -> Result<bool, Failure> {
        match self.0.shift_remove(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(refused(format!("its `{name}` is neither true nor false"))),
        }
    }

    /// Takes an argument that is a text of at most `most` characters; `None` if it is missing.
    ///
    /// # Errors
    /// Permanent if it is anything else.
    pub fn text(&mut self, name: &str, most: usize) -> Result<Option<String>, Failure> {
        match self.0.shift_remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= most => Ok(Some(text)),
            Some(Value::String(_)) => Err(refused(format!("its `{name}` has more than {most} characters"))),
            Some(_) => Err(refused(format!("its `{name}` is not a text"))),
        }
    }

    /// Takes an argument that is a time, as in `2026-11-21T03:00:00Z`: the milliseconds since 1970; `None` if it is missing.
    ///
    /// # Errors
    /// Permanent if it is anything else.
    pub fn time_ms(&mut self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(value) = self.0.shift_remove(name) else { return Ok(None) };
        let time = value.as_str().and_then(|text| DateTime::from_str(text, Format::DateTimeWithOffset).ok());
        match time.and_then(millis) {
            Some(ms) => Ok(Some(ms)),
            None => Err(refused(format!("its `{name}` is not a time, as in \"2026-11-21T03:00:00Z\""))),
        }
    }

    /// Ends the reading of arguments. `takes` are those that the function has.
    ///
    /// # Errors
    /// Permanent, naming it, if an argument is left that the function does not have.
    pub fn end(self, function: &str, takes: &[&str]) -> Result<(), Failure> {
        let Some(unknown) = self.0.keys().next() else { return Ok(()) };
        let unknown: String = unknown.chars().take(NAME_CHARACTERS).collect();
        let mut takes: Vec<String> =
            ["target", "dry_run"].iter().chain(takes).map(|name| format!("`{name}`")).collect();
        let last = takes.pop().unwrap_or_default();
        Err(Failure::permanent(format!(
            "the event is refused: `{unknown}` is not an argument of {function}, which takes {} and {last}",
            takes.join(", ")
        ))
        .with_next_step(format!("Remove `{unknown}` from the event")))
    }
}
