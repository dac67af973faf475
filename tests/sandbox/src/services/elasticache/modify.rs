//! `ModifyReplicationGroup`: the AUTH token and the description.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{
    ElastiCache,
    events::{Event, Source},
    render, text,
    token::{Strategy, Token, Tokens},
};
use crate::{
    clock,
    wire::{Answer, AwsError, Call},
};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: String,
    replication_group_description: Option<String>,
    auth_token: Option<Token>,
    auth_token_update_strategy: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    apply_immediately: Option<bool>,
}

impl ElastiCache {
    /// `ModifyReplicationGroup`: answers at once. A token reaches the nodes later, one after the other.
    pub(super) fn modify(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        this.remember_token(call);
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.group_mut(&input.replication_group_id)?;
        let strategy = Strategy::read(input.auth_token_update_strategy.as_deref())?;
        if input.auth_token.is_none() && input.auth_token_update_strategy.is_some() {
            return Err(AwsError::new("InvalidParameterCombination", "AuthTokenUpdateStrategy needs AuthToken."));
        }
        let token = input.auth_token.map(Token::validated).transpose()?;
        group.must_be_available()?;
        if token.is_some() && !group.settings.tls {
            let message = "An AuthToken needs a group with in-transit encryption.";
            return Err(AwsError::new("InvalidParameterCombination", message));
        }
        if token.is_some() && group.user_group.is_some() {
            let message = "Auth tokens can't be enabled with a user group already associated. Pass RemoveUserGroups to \
                           proceed.";
            return Err(AwsError::new("InvalidParameterCombination", message));
        }
        let changed = token.map(|token| group.tokens.changed(token, strategy)).transpose()?;
        let id = group.id.clone();
        if let Some(description) = input.replication_group_description {
            group.description = description;
        }
        match changed {
            // The next maintenance window is further away than any sandbox lives.
            Some(_) if !input.apply_immediately.unwrap_or(false) => group.pending = Some(strategy.status()),
            Some(tokens) => {
                group.pending = Some(strategy.status());
                group.coming = Some(tokens.clone());
                let work = state.begin(&id, "modifying")?;
                tokio::spawn(spread(this.clone(), id.clone(), work, tokens));
            }
            None => {}
        }
        let group = state.group_mut(&id)?;
        group.show();
        Ok(Answer::xml(vec![render::changed_group(group, &group.view())]))
    }
}

/// Propagates new tokens to every node, one after the other.
async fn spread(this: Arc<ElastiCache>, id: String, work: u64, tokens: Tokens) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    let nodes: Vec<_> = match this.state().group(&id) {
        Ok(group) => group.members().filter_map(|(_, member)| member.node.clone()).collect(),
        Err(_) => return,
    };
    for (place, node) in nodes.iter().enumerate() {
        if place > 0 {
            sleep(timing.spread).await;
        }
        if let Err(error) = node.grant(|access| *access = tokens.access()).await {
            this.state().events.push(Event::now(Source::Group, &id, format!("Auth token refused: {error:#}")));
        }
    }
    this.finish(&id, work, |group| {
        group.tokens = tokens;
        group.pending = None;
        group.coming = None;
        group.token_date = Some(clock::now());
    });
    this.state().events.push(Event::now(Source::Group, &id, "Auth token modified"));
}
