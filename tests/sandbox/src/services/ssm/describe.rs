//! `DescribeParameters`: everything but values.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::page_size,
    filters::Filter,
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

/// Describes the parameters that pass all filters.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeParameters = call.input()?;
    let size = page_size(input.max_results, 50)?;
    let filters = &input.parameter_filters;
    filters.iter().try_for_each(Filter::check_for_describe)?;
    let passes = |one: &&Parameter| filters.iter().all(|filter| filter.passes(one, one.latest()));
    let passing = state.parameters.values().filter(passes);
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

/// Adds the optional members of a version.
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
