//! Reading values: `GetParameter`, `GetParameters`, `GetParametersByPath`, `GetParameterHistory`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::{next_token, page_size, validation},
    filters::Filter,
    name,
    store::{State, Version, seconds},
};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParameter {
    name: String,
    with_decryption: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParameters {
    names: Vec<String>,
    with_decryption: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParametersByPath {
    path: String,
    recursive: Option<bool>,
    #[serde(default)]
    parameter_filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
    with_decryption: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParameterHistory {
    name: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    with_decryption: Option<bool>,
}

/// Returns one parameter.
pub(super) fn one(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: GetParameter = call.input()?;
    let parameter = rendered(state, &input.name, input.with_decryption)?;
    Ok(Answer::json(json!({ "Parameter": parameter })))
}

/// Returns up to ten parameters, sorted, and lists the names that do not exist; each once.
pub(super) fn several(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: GetParameters = call.input()?;
    check_names(&input.names)?;
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in BTreeSet::from_iter(input.names) {
        match rendered(state, &name, input.with_decryption) {
            Ok(parameter) => found.push((name, parameter)),
            Err(_) => invalid.push(name),
        }
    }
    // A version of a parameter comes before the parameter itself.
    found.sort_by_cached_key(|(name, _)| {
        let (name, selector) = name::split(name);
        (name.to_owned(), selector.is_none(), selector.map(str::to_owned))
    });
    let found: Vec<Value> = found.into_iter().map(|(_, parameter)| parameter).collect();
    Ok(Answer::json(json!({ "Parameters": found, "InvalidParameters": invalid })))
}

/// Refuses a list of names that is empty or too long.
pub(super) fn check_names(names: &[String]) -> Result<(), AwsError> {
    if !(1..=10).contains(&names.len()) {
        return Err(validation("Names must have from 1 to 10 members."));
    }
    Ok(())
}

fn rendered(state: &mut State, written: &str, with_decryption: Option<bool>) -> Result<Value, AwsError> {
    let (parameter, version) = state.select(written)?;
    let (name, selector) = name::split(written);
    // The name is answered as it was asked for, unless an ARN was.
    let name = if written.starts_with(name) { name } else { &parameter.name };
    Ok(version.render(name, selector, with_decryption.unwrap_or(false)))
}

/// Returns the parameters under a path: direct children, or all.
pub(super) fn by_path(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: GetParametersByPath = call.input()?;
    if !input.path.starts_with('/') {
        return Err(validation("The parameter path must begin with a slash."));
    }
    let size = page_size(input.max_results, 10)?;
    let under = format!("{}/", input.path.trim_end_matches('/'));
    let below = |name: &str| match name.strip_prefix(&under) {
        Some(rest) => input.recursive.unwrap_or(false) || !rest.contains('/'),
        None => false,
    };
    let with_decryption = input.with_decryption.unwrap_or(false);
    let filters = &input.parameter_filters;
    filters.iter().try_for_each(Filter::check_for_path)?;
    let label = filters.iter().find_map(Filter::label);
    let found = state.parameters.values().filter(|parameter| below(&parameter.name)).filter_map(|parameter| {
        let labelled = |version: &&Version| label.is_none_or(|label| version.labels.contains(label));
        let version = parameter.versions.iter().rev().find(labelled)?;
        let passes = filters.iter().all(|filter| filter.passes(parameter, version));
        passes.then(|| version.render(&parameter.name, None, with_decryption))
    });
    let found = found.collect();
    paged(found, size, input.next_token.as_deref())
}

/// Returns every version that is kept, oldest first.
pub(super) fn history(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: GetParameterHistory = call.input()?;
    let size = page_size(input.max_results, 50)?;
    let parameter = state.parameter(&input.name)?;
    let versions = parameter.versions.iter().map(|version| {
        let mut entry = json!({
            "Name": parameter.name,
            "Type": version.kind,
            "LastModifiedDate": seconds(version.modified),
            "LastModifiedUser": version.modified_by,
            "Value": version.shown(input.with_decryption.unwrap_or(false)),
            "Version": version.number,
            "Labels": version.labels,
            "Tier": version.tier,
            "Policies": [],
            "DataType": "text",
        });
        super::describe::add_optional(&mut entry, version);
        entry
    });
    paged(versions.collect(), size, input.next_token.as_deref())
}

/// One page of a listing.
pub(super) fn paged(parameters: Vec<Value>, size: usize, token: Option<&str>) -> Result<Answer, AwsError> {
    let (parameters, next) = page(parameters, size, token).ok_or_else(|| next_token(token))?;
    let mut answer = json!({ "Parameters": parameters });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}
