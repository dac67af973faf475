//! The outcome as it is serialised: with its status, a summary for people, and what to do next.

use serde::{Serialize, Serializer, ser::Error};

use super::{
    details::Details,
    fit::fit,
    items::{FailedItem, Item, Waiting},
    measure::Measures,
    run::Outcome,
    status::Status,
    text::{self, first_of},
};
use crate::NextStep;

/// The outcome on the wire. Alarms, rules and people's queries read it: once released, its keys only ever grow.
#[derive(Serialize)]
struct Record<'a> {
    function: &'static str,
    target: Option<&'a str>,
    status: Status,
    summary: String,
    next_step: Option<String>,
    dry_run: bool,
    done: &'a [Item],
    kept: &'a [Item],
    planned: &'a [Item],
    waiting: &'a [Waiting],
    failed: &'a [FailedItem],
    failure: Option<String>,
    measures: &'a Measures,
    api_calls: usize,
    duration_ms: u64,
    #[serde(flatten)]
    details: &'a Details,
}

impl Serialize for Outcome {
    /// Serialises the outcome as a record of at most [`LIMIT_BYTES`](super::LIMIT_BYTES) of JSON. Where lists are too long
    /// for that, they are cut, and `left_out` says by how many entries each.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = Record {
            function: self.function(),
            target: self.target.as_deref(),
            status: self.status(),
            summary: summary(self),
            next_step: next_step(self),
            dry_run: self.dry_run,
            done: &self.done,
            kept: &self.kept,
            planned: &self.planned,
            waiting: &self.waiting,
            failed: &self.failed,
            failure: self.failure(),
            measures: &self.measures,
            api_calls: self.api_calls,
            duration_ms: self.duration_ms,
            details: &self.details,
        };
        fit(serde_json::to_value(record).map_err(S::Error::custom)?).serialize(serializer)
    }
}

/// Says in one text, as a mail would, which function ran for which target, what came of it, and what to do.
fn summary(outcome: &Outcome) -> String {
    let about = match &outcome.target {
        Some(target) => format!("{} for {target}", outcome.function()),
        None => format!("{} (target not known)", outcome.function()),
    };
    let (done, kept) = (first_of(outcome.done.iter().map(said)), first_of(outcome.kept.iter().map(said)));
    let planned = first_of(outcome.planned.iter().map(said));
    let waiting = first_of(outcome.waiting.iter().map(|wait| format!("{} ({})", wait.what, wait.reason)));
    let failure = outcome.what_failed();
    let is_failure = failure.is_some();
    let failure = failure.unwrap_or_default();
    let happened = match outcome.status() {
        Status::NeedsHuman => format!("stopped, and a person must act: {failure}"),
        Status::Permanent => format!("failed, and will fail again until the cause is corrected: {failure}"),
        Status::Retryable => format!("failed for now: {failure}"),
        Status::Waiting => format!("waiting for {waiting}"),
        Status::Done => format!("done: {done}"),
        Status::Kept if !outcome.planned.is_empty() => format!("dry run, would do: {planned}"),
        Status::Kept if kept.is_empty() => "nothing to do".to_owned(),
        Status::Kept => format!("nothing to do: {kept}"),
    };
    let mut sentences = vec![format!("{about}: {happened}")];
    if is_failure || !done.is_empty() && outcome.status() != Status::Done {
        sentences.extend(outcome.effects());
    }
    sentences.extend(next_step(outcome));
    text::sentences(sentences) + "."
}

fn said(item: &Item) -> String {
    format!("{} ({})", item.what, item.reason)
}

/// Says what to do; `None` if there is nothing to do.
fn next_step(outcome: &Outcome) -> Option<String> {
    let again = outcome.details.again();
    let specific = outcome.specific_next_step();
    match outcome.status() {
        Status::NeedsHuman | Status::Permanent if specific.is_some_and(NextStep::is_last) => {
            specific.map(|last| format!("{last}."))
        }
        Status::NeedsHuman => {
            let specific = specific.map_or("Check the cause first, before anything is changed", NextStep::as_str);
            Some(format!("{specific}. Then {again}."))
        }
        Status::Permanent => Some(format!("{}. Then {again}.", specific.map_or("Correct the cause", NextStep::as_str))),
        Status::Retryable => Some("Nothing to do yet: the run is repeated. Act if it keeps failing.".to_owned()),
        Status::Waiting => Some("Nothing to do: the next run checks again.".to_owned()),
        Status::Done | Status::Kept => None,
    }
}
