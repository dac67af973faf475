//! What happened, and to what: the events that invoke a function.
//!
//! An event states facts, and contains everything that a function needs. Each function decides which events concern it, and
//! says why it leaves the others.
//!
//! # Layout
//! - [`direct`]: an invocation that names a target
//! - [`rotation`]: the rotation hook of Secrets Manager, which invokes rotate-auth alone, and how a rotation ended
//! - [`secret`], [`parameter`], [`ecs`], [`elasticache`], [`alarm`]: what happened, by service
//! - [`schedule`], [`other`]: a schedule without a target, and events that no function needs
//! - [`resource`]: what events are about
//! - `parse`: which kind of event it is; `eventbridge`, `sns`: what comes from these services, in the types of `envelope`

pub mod alarm;
pub mod direct;
pub mod ecs;
pub mod elasticache;
pub mod other;
pub mod parameter;
pub mod resource;
pub mod rotation;
pub mod schedule;
pub mod secret;

mod envelope;
mod eventbridge;
mod parse;
mod read;
mod sns;

pub use self::resource::Resource;
use self::{
    alarm::Alarm,
    direct::Direct,
    ecs::{Deployment, ServiceAction, Task},
    elasticache::{Notification, ServerlessCacheChange},
    other::OtherAwsEvent,
    parameter::ParameterChange,
    rotation::RotationResult,
    schedule::Schedule,
    secret::SecretLabel,
};

/// What happened. A new kind is a decision for each function, so that the list is exhaustive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person or a schedule named a target.
    Direct(Direct),
    /// A staging label of a secret moved.
    SecretLabel(SecretLabel),
    /// A rotation of a secret started or ended.
    RotationResult(RotationResult),
    /// A parameter of Parameter Store changed.
    Parameter(ParameterChange),
    /// A task of ECS changed its state.
    Task(Task),
    /// ECS reported something about a service.
    ServiceAction(ServiceAction),
    /// A deployment of an ECS service changed its state.
    Deployment(Deployment),
    /// ElastiCache reported something about a node-based cluster.
    Notification(Notification),
    /// ElastiCache reported something about a serverless cache or a snapshot of it.
    ServerlessCache(ServerlessCacheChange),
    /// A CloudWatch alarm changed its state.
    Alarm(Alarm),
    /// A schedule came due that names no target.
    Schedule(Schedule),
    /// Another event of AWS that no function needs.
    Other(OtherAwsEvent),
}
