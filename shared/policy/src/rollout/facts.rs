//! The facts that a rollout is decided on.

use super::StalePeriod;
use crate::{
    consumers::ConsumerFacts,
    login::Node,
    secret::SecretFacts,
    target::{Consumer, Output, Rollout, Target},
};

/// Everything that [`super::decide`] depends on. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Rollout,
    /// The periods in which consumers that started read something else than is published now.
    pub stale: Vec<StalePeriod>,
    /// The consumers, in the order of the settings.
    pub consumers: Vec<ConsumerFacts>,
    /// What the nodes answered to AWSCURRENT, once they have been asked; see [`super::needs_login`].
    pub nodes: Option<Vec<Node>>,
    /// The consumers for which this run requested a deployment, by their index in `consumers`.
    pub asked: Vec<usize>,
}

/// Whether the ECS services have to be observed before [`super::decide`] can decide: what they read at start can have
/// changed.
///
/// | ECS service among the consumers | AWSCURRENT was promoted | parameter or secret among the outputs | ⇒ |
/// |---|---|---|---|
/// | none | | | no |
/// | some | yes | | yes |
/// | some | no | some | yes |
/// | some | no | none | no |
pub fn needs_services(target: &Target, secret: &SecretFacts) -> bool {
    let Target { consumers, outputs, .. } = target;
    let is_service = |consumer: &Consumer| matches!(consumer, Consumer::EcsService { .. });
    let is_read_at_start = |output: &Output| !matches!(output, Output::LambdaEnvironment(_));
    let can_change = secret.promoted_ms().is_some() || outputs.iter().any(is_read_at_start);
    consumers.iter().any(is_service) && can_change
}
