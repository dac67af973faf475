//! `ListInstances`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{State, invalid};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListInstances {
    service_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// Lists the instances of a service.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListInstances = call.input()?;
    let size = input.max_results.unwrap_or(100);
    if !(1..=100).contains(&size) {
        return Err(invalid("MaxResults must be from 1 to 100."));
    }
    let service = state.service(&input.service_id)?;
    let instances = service.instances.iter();
    let instances: Vec<Value> =
        instances.map(|instance| json!({ "Id": instance.id, "Attributes": instance.attributes })).collect();
    let (instances, next) = page(instances, size, input.next_token.as_deref())
        .ok_or_else(|| invalid("The specified token isn't valid."))?;
    let mut answer = json!({ "Instances": instances });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}
