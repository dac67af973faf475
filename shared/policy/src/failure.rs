//! The three classes of failure: who can resolve it.

use std::{error::Error, fmt};

use serde::{Deserialize, Serialize};

/// Who can make a failed call succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// Time: it may work later without any change (throttled, timed out, group busy).
    Retryable,
    /// The owner of the setup: it fails until settings, permissions or the event are corrected.
    Permanent,
    /// A person, who looks first: continuing automatically would be unsafe.
    NeedsHuman,
}

impl Class {
    /// The class as it stands in a Lambda error's `errorType`, in logs and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retryable => "Retryable",
            Self::Permanent => "Permanent",
            Self::NeedsHuman => "NeedsHuman",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a person does about a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct NextStep {
    text: String,
    #[serde(skip)]
    is_last: bool,
}

impl NextStep {
    /// One sentence or two, without the full stop at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing is left to do after it: the run is not to be repeated.
    pub fn is_last(&self) -> bool {
        self.is_last
    }
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A failure, with its class and cause.
///
/// The message says what was attempted and what happened; `next_step` what a person does about it. Whether something was
/// changed before, the outcome of the run says. Neither contains a credential.
#[derive(Debug)]
pub struct Failure {
    class: Class,
    message: String,
    next_step: Option<NextStep>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure that may pass with time.
    pub fn retryable(message: impl Into<String>) -> Self {
        Self::new(Class::Retryable, message)
    }

    /// A failure that remains until something is corrected.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::new(Class::Permanent, message)
    }

    /// A failure that a person must check first.
    pub fn needs_human(message: impl Into<String>) -> Self {
        Self::new(Class::NeedsHuman, message)
    }

    /// A failure of the given class.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), next_step: None, source: None }
    }

    /// The same failure, with what a person does about it: one sentence or two, without the full stop at the end, and
    /// without running the function again.
    pub fn with_next_step(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = Some(NextStep { text: next_step.into(), is_last: false });
        self
    }

    /// The same failure, with what a person does about it, after which the run is not to be repeated.
    pub fn with_last_step(mut self, last_step: impl Into<String>) -> Self {
        self.next_step = Some(NextStep { text: last_step.into(), is_last: true });
        self
    }

    /// The same failure, with its cause.
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Who can resolve it.
    pub fn class(&self) -> Class {
        self.class
    }

    /// What a person does about it, if that is known: by the failure itself, or by its cause.
    pub fn next_step(&self) -> Option<&NextStep> {
        let of_cause = || self.source.as_ref()?.downcast_ref::<Self>()?.next_step();
        self.next_step.as_ref().or_else(of_cause)
    }

    /// The message and every cause, in one line.
    pub fn what_happened(&self) -> String {
        let mut line = self.message.clone();
        let mut next = self.source();
        while let Some(error) = next {
            line.push_str(": ");
            line.push_str(&error.to_string());
            next = error.source();
        }
        line
    }

    /// The message, every cause, and what to do, in one line.
    pub fn chain(&self) -> String {
        let line = self.what_happened();
        match self.next_step() {
            Some(next_step) => format!("{}. {next_step}", line.trim_end_matches('.')),
            None => line,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_says_each_cause_once() {
        let failure = Failure::retryable("the group cannot be described").because("connection reset");
        assert_eq!(failure.to_string(), "the group cannot be described");
        assert_eq!(failure.chain(), "the group cannot be described: connection reset");
    }

    #[test]
    fn the_chain_has_one_full_stop_before_what_to_do() {
        let refused = Failure::permanent("the call is refused")
            .because("AccessDenied: not authorized.")
            .with_next_step("Ask for it");
        assert_eq!(refused.chain(), "the call is refused: AccessDenied: not authorized. Ask for it");
    }

    #[test]
    fn the_next_step_is_that_of_the_failure_or_of_its_cause() {
        let cause = || Failure::permanent("it has no name").with_next_step("Give it a name");
        let failure = Failure::permanent("the settings are refused").because(cause());
        assert_eq!(failure.next_step().map(NextStep::as_str), Some("Give it a name"));
        assert_eq!(failure.chain(), "the settings are refused: it has no name. Give it a name");
        let nearer = failure.with_next_step("Put other settings");
        assert_eq!(nearer.chain(), "the settings are refused: it has no name. Put other settings");
        assert_eq!(Failure::retryable("busy").next_step(), None);
    }
}
