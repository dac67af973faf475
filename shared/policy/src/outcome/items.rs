//! The entries of an outcome's lists.

use serde::Serialize;

use crate::{Class, NextStep};

/// One thing that was done, kept or planned, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What.
    pub what: &'static str,
    /// Why.
    pub reason: String,
}

/// One thing that a later run has to wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What the run waits for.
    #[serde(rename = "for")]
    pub what: String,
    /// What is still missing.
    pub reason: String,
}

impl Waiting {
    /// A wait for this.
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what: what.into(), reason: reason.into() }
    }
}

/// One item that failed on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedItem {
    /// The item, by name.
    pub what: String,
    /// Who can do something about it.
    pub class: Class,
    /// What went wrong.
    pub reason: String,
    /// What to do about it, if that is known.
    pub next_step: Option<NextStep>,
}
