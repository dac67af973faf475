//! The outcome as it is serialised: with its status, a summary for people, and what to do next.

use serde::{Serialize, Serializer, ser::Error};

use super::{Details, FailedItem, Item, Measures, Outcome, Status, Waiting, fit::fit};

/// How many items of a list a summary names.
const NAMED: usize = 3;

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
    let failure = outcome.failure_alone().unwrap_or_default();
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
    if !done.is_empty() && outcome.status() != Status::Done {
        sentences.push(format!("Done before that: {done}"));
    }
    sentences.extend(next_step(outcome));
    sentences.iter().map(|sentence| sentence.trim_end_matches('.').to_owned() + ".").collect::<Vec<_>>().join(" ")
}

fn said(item: &Item) -> String {
    format!("{} ({})", item.what, item.reason)
}

/// Says what to do; `None` where there is nothing to do.
fn next_step(outcome: &Outcome) -> Option<String> {
    let again = outcome.details.again();
    match outcome.status() {
        Status::NeedsHuman => Some(format!("Check the cause first, before anything is changed. Then {again}.")),
        Status::Permanent => Some(format!("Correct the cause. Then {again}.")),
        Status::Retryable => Some("Nothing to do yet: the run is repeated. Act if it keeps failing.".to_owned()),
        Status::Waiting => Some("Nothing to do: the next run checks again.".to_owned()),
        Status::Done | Status::Kept => None,
    }
}

/// The first few of these texts, and how many more there are.
pub(super) fn first_of(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = texts.len().saturating_sub(NAMED);
    let named = texts.take(NAMED).collect::<Vec<_>>().join("; ");
    match more {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}
