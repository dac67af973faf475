//! `DescribeUsers`.

use serde::Deserialize;

use super::{User, clash, invalid, render};
use crate::{
    services::elasticache::{ElastiCache, State, page::page, text},
    wire::{Answer, AwsError, Call, Element},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeUsers.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    engine: Option<String>,
    user_id: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    filters: Vec<Filter>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

/// A filter. A user passes with one of the values.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    name: String,
    #[serde(deserialize_with = "text::list")]
    values: Vec<String>,
}

impl Filter {
    fn takes(&self, state: &State, user: &User) -> Result<bool, AwsError> {
        match self.name.as_str() {
            "user-id" => Ok(self.values.contains(&user.id)),
            "user-name" => Ok(self.values.contains(&user.name)),
            "user-group-id" => Ok(state.user_groups_of(&user.id).iter().any(|group| self.values.contains(group))),
            other => Err(invalid(format!("Filter {other:?} is not one of user-id, user-name, user-group-id"))),
        }
    }
}

impl ElastiCache {
    /// `DescribeUsers`.
    pub(in super::super) fn describe_users(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        if input.user_id.is_some() && !input.filters.is_empty() {
            return Err(clash("UserId excludes Filters."));
        }
        let state = self.state();
        let mut found = match &input.user_id {
            Some(id) => vec![state.user(id)?],
            None => state.users.values().collect(),
        };
        found.retain(|user| input.engine.as_ref().is_none_or(|engine| *engine == user.engine));
        for filter in &input.filters {
            let mut kept = Vec::new();
            for user in found {
                if filter.takes(&state, user)? {
                    kept.push(user);
                }
            }
            found = kept;
        }
        let (found, marker) = page(found, input.max_records, input.marker.as_deref())?;
        let users = found.into_iter().map(|user| {
            let view = user.seen(state.timing.stale_users, state.lies);
            Element::parent("member", render::user(&state, user, &view))
        });
        let mut answer = vec![Element::parent("Users", users)];
        answer.extend(marker);
        Ok(Answer::xml(answer))
    }
}
