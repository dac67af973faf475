//! `ListFunctions` and `GetFunction`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{State, configuration::check_qualifier, errors::invalid};
use crate::{
    services::{REGION, page::page},
    wire::{Answer, AwsError, Call},
};

/// How many functions a page has at most.
const PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListFunctions {
    /// In the query, so text.
    max_items: Option<String>,
    marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetFunction {
    function_name: String,
    qualifier: Option<String>,
}

/// Every function, by name.
pub(super) fn list(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: ListFunctions = call.input()?;
    let size = match input.max_items.as_deref().map(str::parse::<usize>) {
        None => PAGE,
        Some(Ok(size @ 1..=10_000)) => size.min(PAGE),
        Some(_) => return Err(invalid("MaxItems must be a number from 1 to 10000")),
    };
    let functions = state.functions.values_mut().map(|function| {
        function.settle(now);
        function.render()
    });
    let (functions, next) = page(functions.collect(), size, input.marker.as_deref())
        .ok_or_else(|| invalid("Marker is none that ListFunctions has given"))?;
    let mut answer = json!({ "Functions": functions });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(Answer::json(answer))
}

/// One function: its configuration, and where its package would be.
pub(super) fn get(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: GetFunction = call.input()?;
    check_qualifier(input.qualifier.as_deref())?;
    let function = state.function(&input.function_name, now)?;
    let location = format!("https://awslambda-{REGION}-tasks.s3.{REGION}.amazonaws.com/{}", function.name);
    Ok(Answer::json(json!({
        "Configuration": function.render(),
        "Code": { "RepositoryType": "S3", "Location": location },
    })))
}
