//! The failure of a run, as Lambda reports it.

use lambda_runtime::Diagnostic;
use policy::{Class, outcome::Outcome};

/// A failure on its way out of a function: `errorType` is its class, `errorMessage` names the target and says what to do.
#[derive(Debug)]
pub struct Reported {
    class: Class,
    message: String,
}

impl Reported {
    /// The failure of an outcome; `None` if nothing failed.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        Some(Self { class: outcome.failure_class()?, message: outcome.failure()? })
    }

    /// The class of the failure.
    pub fn class(&self) -> Class {
        self.class
    }
}

impl From<Reported> for Diagnostic {
    fn from(Reported { class, message }: Reported) -> Self {
        Self { error_type: class.to_string(), error_message: message }
    }
}
