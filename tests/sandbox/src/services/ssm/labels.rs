//! `LabelParameterVersion` and `UnlabelParameterVersion`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html>

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::{
    errors::{constraint, no_version, validation},
    events::{Change, LabelMove, Operation},
    store::{Parameter, State},
};
use crate::wire::{Answer, AwsError, Call};

/// The maximum number of labels of a version.
const MAX_LABELS: usize = 10;
/// The maximum length of a label.
const MAX_LENGTH: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    name: String,
    parameter_version: Option<i64>,
    labels: Vec<String>,
}

/// Moves labels to a version, the latest by default.
pub(super) fn label(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: Input = call.input()?;
    check_labels(&input.labels)?;
    let parameter = state.parameter(&input.name)?;
    let number = input.parameter_version.unwrap_or_else(|| parameter.latest().number);
    let at = position(parameter, number)?;
    let (valid, invalid): (Vec<String>, Vec<String>) = input.labels.into_iter().partition(|label| is_legal(label));
    let invalid = BTreeSet::from_iter(invalid);
    let mut labels = parameter.versions[at].labels.clone();
    labels.extend(valid.iter().cloned());
    if labels.len() > MAX_LABELS {
        return Err(AwsError::new(
            "ParameterVersionLabelLimitExceeded",
            "A parameter version can have a maximum of ten labels.",
        ));
    }
    let holder = |label: &String| parameter.versions.iter().find(|version| version.labels.contains(label));
    // One event for a call, with one of its labels, as was recorded.
    let moved = valid.first().map(|label| LabelMove {
        label: label.clone(),
        from: holder(label).map(|version| version.number),
        to: number,
    });
    for version in &mut parameter.versions {
        version.labels.retain(|label| !valid.contains(label));
    }
    parameter.versions[at].labels = labels;
    let change = moved.map(|moved| Change::of(Operation::Label(moved), parameter));
    state.changes.extend(change);
    Ok(Answer::json(json!({ "InvalidLabels": invalid, "ParameterVersion": number })))
}

/// Removes labels from a version, and lists those that it does not have.
pub(super) fn unlabel(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: Input = call.input()?;
    check_labels(&input.labels)?;
    let number = input.parameter_version.ok_or_else(|| validation("ParameterVersion is needed."))?;
    let parameter = state.parameter(&input.name)?;
    let at = position(parameter, number)?;
    let labels = &mut parameter.versions[at].labels;
    let (removed, invalid): (Vec<String>, Vec<String>) =
        input.labels.into_iter().partition(|label| labels.remove(label));
    Ok(Answer::json(json!({ "RemovedLabels": removed, "InvalidLabels": invalid })))
}

fn check_labels(labels: &[String]) -> Result<(), AwsError> {
    if !(1..=MAX_LABELS).contains(&labels.len()) {
        return Err(validation("Labels must have from 1 to 10 members."));
    }
    if labels.iter().any(|label| !(1..=MAX_LENGTH).contains(&label.chars().count())) {
        let lengths = "Member must satisfy constraint: [Member must have length less than or equal to 100, Member must have \
                       length greater than or equal to 1]";
        return Err(constraint("labels", &format!("[{}]", labels.join(", ")), lengths));
    }
    Ok(())
}

fn position(parameter: &Parameter, number: i64) -> Result<usize, AwsError> {
    let at = parameter.versions.iter().position(|version| version.number == number);
    at.ok_or_else(|| no_version(&parameter.name, &number.to_string()))
}

/// Whether a label has only letters, digits, `.`, `-` and `_`, and does not begin with a digit, `aws` or `ssm`.
fn is_legal(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    label.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && !label.starts_with(|c: char| c.is_ascii_digit())
        && !lower.starts_with("aws")
        && !lower.starts_with("ssm")
}
