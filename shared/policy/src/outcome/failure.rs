//! What failed, what was changed before that, and what to do.

use super::{
    run::Outcome,
    text::{first_of, sentences},
};
use crate::{Class, NextStep};

impl Outcome {
    /// The worst class among the failures of the run and of its items; `None` if nothing failed.
    pub fn failure_class(&self) -> Option<Class> {
        [Class::NeedsHuman, Class::Permanent, Class::Retryable]
            .into_iter()
            .find(|worst| self.failures().any(|(class, _)| class == *worst))
    }

    /// What failed, what was changed before that and what to do, in one text that names the target; `None` if nothing
    /// failed.
    pub fn failure(&self) -> Option<String> {
        let failure = self.what_failed()?;
        let failure = match &self.target {
            Some(target) if !failure.contains(target.as_str()) => format!("target {target}: {failure}"),
            _ => failure,
        };
        let parts = [Some(failure), self.effects(), self.specific_next_step().map(ToString::to_string)];
        Some(sentences(parts.into_iter().flatten()))
    }

    /// What failed, beside a text that names the target already.
    pub(super) fn what_failed(&self) -> Option<String> {
        let mut failures: Vec<String> = self.stopped.iter().map(|stopped| stopped.message.clone()).collect();
        if !self.failed.is_empty() {
            let items = self.failed.iter().map(|item| format!("{}: {}", item.what, item.reason));
            failures.push(format!("{} failed: {}", self.failed.len(), first_of(items)));
        }
        (!failures.is_empty()).then(|| sentences(failures))
    }

    /// What was changed; `None` if that is not known.
    ///
    /// | done | a change was requested | ⇒ |
    /// |---|---|---|
    /// | something | | what was done |
    /// | nothing | no | nothing was changed |
    /// | nothing | yes | not known: a refusal of one part says nothing about the parts before it |
    pub(super) fn effects(&self) -> Option<String> {
        if !self.done.is_empty() {
            let done = self.done.iter().map(|item| format!("{} ({})", item.what, item.reason));
            // The other items were carried on with after one of them failed.
            let when = if self.stopped.is_some() { "Done before that" } else { "Done in this run" };
            return Some(format!("{when}: {}", first_of(done)));
        }
        (!self.change_requested).then(|| "Nothing was changed".to_owned())
    }

    /// What to do about the first of the worst failures, if it says that.
    pub(super) fn specific_next_step(&self) -> Option<&NextStep> {
        let worst = self.failure_class()?;
        self.failures().filter(|(class, _)| *class == worst).find_map(|(_, next_step)| next_step)
    }

    /// The failures of the run and of its items, each with what to do about it.
    fn failures(&self) -> impl Iterator<Item = (Class, Option<&NextStep>)> {
        let stopped = self.stopped.iter().map(|stopped| (stopped.class, stopped.next_step.as_ref()));
        stopped.chain(self.failed.iter().map(|item| (item.class, item.next_step.as_ref())))
    }
}
