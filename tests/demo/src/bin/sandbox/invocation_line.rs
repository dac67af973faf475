//! Formats completed invocations as lines of a terminal.

use console::{Style, truncate_str};
use sandbox::lambda::{Invocation, InvocationResult};
use serde_json::Value;

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Whether to use colours.
    pub(crate) colours: bool,
    /// The width of the terminal, in columns; `None` without a terminal.
    pub(crate) width: Option<usize>,
}

/// Formats an invocation: time, function, target, status, and what was done or why it failed.
///
/// The line is truncated to the width of the terminal, unless the invocation failed.
pub(crate) fn line(ended: &Invocation, time: &str, look: Look) -> String {
    let Parts { target, status, about } = parts(ended);
    let tone = match status.as_str() {
        "done" | "kept" | "returned" => Tone::Good,
        "waiting" => Tone::Busy,
        _ => Tone::Bad,
    };
    let status = tone.style().force_styling(look.colours).apply_to(status);
    let time = Style::new().dim().force_styling(look.colours).apply_to(time);
    let words = [format!("{time} {:<17}", ended.function), target, status.to_string(), about];
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match (look.width, tone) {
        (Some(width), Tone::Good | Tone::Busy) => truncate_str(&line, width.max(20), "…").into_owned(),
        _ => line,
    }
}

#[derive(Clone, Copy)]
enum Tone {
    Good,
    Busy,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Good => Style::new().green(),
            Self::Busy => Style::new().cyan(),
            Self::Bad => Style::new().red().bold(),
        }
    }
}

/// The parts of a line.
struct Parts {
    target: String,
    status: String,
    about: String,
}

fn parts(ended: &Invocation) -> Parts {
    let record = record(ended).unwrap_or_default();
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    let target = text("target").to_owned();
    let step = if record["step"].is_string() { format!("{}: ", text("step")) } else { String::new() };
    match &ended.result {
        InvocationResult::Failed { error_type, message } => {
            let said = sentences(message, text("next_step"));
            let status = if text("status").is_empty() { error_type.clone() } else { text("status").to_owned() };
            Parts { target, status, about: format!("{step}{said}") }
        }
        InvocationResult::Returned(_) if record.is_null() => {
            Parts { target, status: "returned".to_owned(), about: String::new() }
        }
        InvocationResult::Returned(_) => {
            let happened = ["failure", "done", "waiting", "planned", "kept"].iter();
            let about = happened.map(|key| said(&record[*key])).find(|said| !said.is_empty()).unwrap_or_default();
            let step = if about.starts_with(&step) { "" } else { &step };
            let step = if record["dry_run"] == true { format!("dry run, {step}") } else { step.to_owned() };
            let next_step = if text("failure").is_empty() { "" } else { text("next_step") };
            Parts {
                target,
                status: text("status").to_owned(),
                about: format!("{step}{}", sentences(&about, next_step)),
            }
        }
    }
}

/// Joins what happened and what to do next. What happened can end with the step itself, without what comes after it.
fn sentences(happened: &str, next_step: &str) -> String {
    let happened = happened.trim_end();
    let step = next_step.split(". Then ").next().unwrap_or_default().trim_end_matches('.');
    let happened = happened.strip_suffix(step).map_or(happened, |happened| happened.trim_end());
    match next_step {
        "" => happened.to_owned(),
        next_step => format!("{}. {next_step}", happened.trim_end_matches('.')),
    }
}

/// Returns a sentence, or joins the entries of a list.
fn said(value: &Value) -> String {
    let entry = |entry: &Value| {
        let what = entry["what"].as_str().or(entry["for"].as_str()).unwrap_or_default();
        format!("{what}: {}", entry["reason"].as_str().unwrap_or_default())
    };
    match value {
        Value::String(sentence) => sentence.clone(),
        Value::Array(entries) => entries.iter().map(entry).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    }
}

/// Returns the outcome that the function returned, or else logged; `None` if there is none.
fn record(ended: &Invocation) -> Option<Value> {
    if let InvocationResult::Returned(answer) = &ended.result
        && answer["status"].is_string()
    {
        return Some(answer.clone());
    }
    let lines = ended.logs.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line.get("outcome").filter(|outcome| outcome.is_object()).cloned()).next()
}

#[cfg(test)]
mod tests {
    use console::measure_text_width;
    use serde_json::json;

    use super::*;

    const PLAIN: Look = Look { colours: false, width: None };

    fn ended(result: InvocationResult, logs: &str) -> Invocation {
        Invocation {
            request_id: "1".to_owned(),
            function: "sync-connection".to_owned(),
            label: "invoke".to_owned(),
            event: Value::Null,
            result,
            logs: logs.to_owned(),
            duration_ms: 5,
            cold: false,
        }
    }

    fn done() -> Invocation {
        let done = json!([{ "what": "write-parameter", "reason": "the parameter /redis/url has another value" }]);
        let record = json!({ "target": "koneksi-prod", "status": "done", "done": done, "kept": [], "failure": null });
        ended(InvocationResult::Returned(record), "")
    }

    #[test]
    fn a_run_is_one_line_with_its_target_and_what_was_done() {
        let said =
            "02:14:09 sync-connection   koneksi-prod done write-parameter: the parameter /redis/url has another value";
        assert_eq!(line(&done(), "02:14:09", PLAIN), said);
    }

    #[test]
    fn a_line_fits_the_terminal() {
        for colours in [false, true] {
            let line = line(&done(), "02:14:09", Look { colours, width: Some(80) });
            assert!(measure_text_width(&line) <= 80 && line.contains("write-parameter"), "{line}");
            assert_eq!(line.contains('\x1b'), colours);
        }
    }

    #[test]
    fn a_failure_is_shown_in_full_with_the_target_from_the_log() {
        let log = json!({ "outcome": { "target": "koneksi-prod", "status": "needs-human", "step": "setSecret",
            "next_step": "Check it." } });
        let message = "the node refuses both credentials ".repeat(4);
        let failed = InvocationResult::Failed { error_type: "NeedsHuman".to_owned(), message: message.clone() };
        let line =
            line(&ended(failed, &format!("plain text\n{log}\n")), "02:14:09", Look { colours: false, width: Some(80) });
        let said = format!("koneksi-prod needs-human setSecret: {}. Check it.", message.trim_end());
        assert!(line.ends_with(&said), "{line}");
    }

    #[test]
    fn a_next_step_is_shown_once() {
        let said = "it has no name. Nothing was changed. Give it a name";
        let shown = "it has no name. Nothing was changed. Give it a name. Then run the function again.";
        assert_eq!(sentences(said, "Give it a name. Then run the function again."), shown);
        assert_eq!(sentences("it has no name", ""), "it has no name");
    }

    #[test]
    fn a_function_without_an_outcome_is_shown_by_how_it_ended() {
        assert_eq!(
            line(&ended(InvocationResult::Returned(Value::Null), ""), "1", PLAIN),
            "1 sync-connection   returned"
        );
        let failed = InvocationResult::Failed { error_type: "Sandbox.Timedout".to_owned(), message: "late".to_owned() };
        assert_eq!(line(&ended(failed, ""), "1", PLAIN), "1 sync-connection   Sandbox.Timedout late");
    }
}
