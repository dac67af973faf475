//! `GetResources`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Resource, Tagging};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

/// The most resources of one page, and of one list of ARNs.
const MOST: usize = 100;
/// How many resources a page has where a caller does not say. AWS documents no number.
const USUAL: usize = 50;

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
    #[serde(default)]
    resource_type_filters: Vec<String>,
    #[serde(rename = "ResourceARNList")]
    resource_arn_list: Option<Vec<String>>,
    resources_per_page: Option<usize>,
    pagination_token: Option<String>,
}

/// A key, and the values that it may have; any value if there are none.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagFilter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

impl Tagging {
    /// `GetResources`: the resources with tags that match every filter. Resources without tags are not in an answer, and those
    /// that do not exist are no error.
    pub(super) fn get_resources(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let token = input.pagination_token.as_deref().filter(|token| !token.is_empty());
        let filtered = !input.tag_filters.is_empty() || !input.resource_type_filters.is_empty();
        let paged = input.resources_per_page.is_some() || token.is_some();
        let size = input.resources_per_page.unwrap_or(USUAL);
        match &input.resource_arn_list {
            Some(_) if filtered || paged => {
                return Err(invalid("ResourceARNList excludes filters and the parameters of pages."));
            }
            Some(arns) if !(1..=MOST).contains(&arns.len()) => {
                return Err(invalid(format!("ResourceARNList has 1 to {MOST} ARNs.")));
            }
            None if !(1..=MOST).contains(&size) => {
                return Err(invalid(format!("ResourcesPerPage is 1 to {MOST}.")));
            }
            _ => {}
        }
        let mut found: Vec<_> = self.services.iter().flat_map(|service| service.resources()).collect();
        found.retain(|resource| !resource.tags.is_empty() && input.wants(resource));
        let size = if input.resource_arn_list.is_some() { MOST } else { size };
        let (found, next) = page(found, size, token).ok_or_else(|| invalid("PaginationToken is not valid."))?;
        let found: Vec<_> = found.into_iter().map(described).collect();
        // The last page has an empty token.
        Ok(Answer::json(json!({ "ResourceTagMappingList": found, "PaginationToken": next.unwrap_or_default() })))
    }
}

impl Input {
    /// Whether a resource is in the list of ARNs, or matches the filters.
    fn wants(&self, Resource { arn, tags }: &Resource) -> bool {
        let types = &self.resource_type_filters;
        let matches = |filter: &TagFilter| {
            let value = tags.get(&filter.key);
            value.is_some_and(|value| filter.values.is_empty() || filter.values.contains(value))
        };
        self.resource_arn_list.as_ref().is_none_or(|arns| arns.contains(arn))
            && (types.is_empty() || types.iter().any(|wanted| is_of_type(arn, wanted)))
            && self.tag_filters.iter().all(matches)
    }
}

/// Whether a resource is of a type: `elasticache`, or `elasticache:snapshot`.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return false };
    match wanted.split_once(':') {
        None => *service == wanted,
        Some((of, kind)) => *service == of && resource.split([':', '/']).next() == Some(kind),
    }
}

fn described(Resource { arn, tags }: Resource) -> Value {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "ResourceARN": arn, "Tags": tags })
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

#[cfg(test)]
mod tests {
    use super::is_of_type;

    #[test]
    fn a_type_is_a_service_or_a_kind_of_resource_of_it() {
        let arn = "arn:aws:elasticache:us-east-1:123456789012:snapshot:automatic.orders-2026-10-02-03-00";
        assert!(["elasticache", "elasticache:snapshot"].iter().all(|wanted| is_of_type(arn, wanted)));
        let others = ["ssm", "elasticache:snap", "elasticache:replicationgroup", "ssm:snapshot", ""];
        assert!(!others.iter().any(|wanted| is_of_type(arn, wanted)));
    }
}
