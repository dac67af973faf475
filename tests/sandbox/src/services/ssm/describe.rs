//! `DescribeParameters`: everything but values.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::page_size,
    name,
    read::paged,
    store::{Parameter, State, Version, seconds},
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeParameters {
    #[serde(default)]
    parameter_filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// Describes the parameters that pass all filters.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeParameters = call.input()?;
    let size = page_size(input.max_results, 50)?;
    input.parameter_filters.iter().try_for_each(check)?;
    let passing = state.parameters.values().filter(|one| input.parameter_filters.iter().all(|f| passes(one, f)));
    paged(passing.map(metadata).collect(), size, input.next_token.as_deref())
}

fn metadata(parameter: &Parameter) -> Value {
    let version = parameter.latest();
    let mut entry = json!({
        "Name": parameter.name,
        "ARN": name::arn(&parameter.name),
        "Type": version.kind,
        "LastModifiedDate": seconds(version.modified),
        "LastModifiedUser": version.modified_by,
        "Version": version.number,
        "Tier": version.tier,
        "Policies": [],
        "DataType": "text",
    });
    add_optional(&mut entry, version);
    entry
}

/// Adds what a version may have.
pub(super) fn add_optional(entry: &mut Value, version: &Version) {
    let optional = [
        ("Description", &version.description),
        ("AllowedPattern", &version.allowed_pattern),
        ("KeyId", &version.key_id),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            entry[key] = value.as_str().into();
        }
    }
}

/// Refuses filters that AWS, or the sandbox, does not have.
fn check(filter: &Filter) -> Result<(), AwsError> {
    let options: &[&str] = match filter.key.as_str() {
        "Name" => &["Equals", "BeginsWith", "Contains"],
        "Path" => &["OneLevel", "Recursive"],
        "Type" | "Tier" => &["Equals"],
        key if key.starts_with("tag:") => &["Equals"],
        other => return Err(AwsError::new("InvalidFilterKey", format!("the sandbox has no filter {other}"))),
    };
    if filter.option.as_deref().is_some_and(|option| !options.contains(&option)) {
        let message = format!("The filter {} has the options {}.", filter.key, options.join(", "));
        return Err(AwsError::new("InvalidFilterOption", message));
    }
    if filter.values.is_empty() && !filter.key.starts_with("tag:") {
        return Err(AwsError::new("InvalidFilterValue", format!("The filter {} needs a value.", filter.key)));
    }
    Ok(())
}

/// Whether a parameter passes a filter that [`check`] let through; any of its values will do.
fn passes(parameter: &Parameter, filter: &Filter) -> bool {
    let version = parameter.latest();
    let option = filter.option.as_deref();
    if let Some(tag) = filter.key.strip_prefix("tag:") {
        return parameter.tags.get(tag).is_some_and(|value| filter.values.is_empty() || filter.values.contains(value));
    }
    filter.values.iter().any(|value| match (filter.key.as_str(), option) {
        ("Name", Some("BeginsWith")) => parameter.name.starts_with(value.as_str()),
        ("Name", Some("Contains")) => parameter.name.contains(value.as_str()),
        ("Name", _) => parameter.name == *value,
        ("Path", option) => {
            let under = format!("{}/", value.trim_end_matches('/'));
            let rest = parameter.name.strip_prefix(&under);
            rest.is_some_and(|rest| option == Some("Recursive") || !rest.contains('/'))
        }
        ("Type", _) => json!(version.kind) == value.as_str(),
        _ => json!(version.tier) == value.as_str(),
    })
}
