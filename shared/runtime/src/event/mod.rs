//! What happened, and to what: the events that invoke a function.
//!
//! An event states facts, and nothing that a function needs is left out. What concerns a function, and why it leaves the
//! rest, the function says itself.
//!
//! # Layout
//! - [`direct`]: an invocation that names a target
//! - [`rotation`]: the rotation hook of Secrets Manager, which invokes rotate-auth alone, and how a rotation ended
//! - [`secret`], [`parameter`], [`ecs`], [`elasticache`], [`alarm`]: what happened, by service
//! - [`resource`]: what events are about
//! - [`eventbridge`], [`sns`]: what comes from these services; `envelope` has the types that both read

pub mod alarm;
pub mod direct;
pub mod ecs;
pub mod elasticache;
pub mod eventbridge;
pub mod parameter;
pub mod resource;
pub mod rotation;
pub mod secret;
pub mod sns;

mod envelope;
mod read;

use policy::Failure;
use serde_json::Value;

pub use self::resource::Resource;
use self::{
    alarm::Alarm,
    direct::Direct,
    ecs::{Deployment, ServiceAction, Task},
    elasticache::{Notification, ServerlessCacheChange},
    eventbridge::{OtherAwsEvent, Schedule},
    parameter::ParameterChange,
    rotation::RotationResult,
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
    /// ECS told something about a service.
    ServiceAction(ServiceAction),
    /// A deployment of an ECS service changed its state.
    Deployment(Deployment),
    /// ElastiCache told something about a node-based cluster.
    Notification(Notification),
    /// ElastiCache told something about a serverless cache or a snapshot of it.
    ServerlessCache(ServerlessCacheChange),
    /// A CloudWatch alarm changed its state.
    Alarm(Alarm),
    /// A schedule came due that names no target.
    Schedule(Schedule),
    /// Another event of AWS that this project knows and needs nothing of.
    Other(OtherAwsEvent),
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// Permanent, naming the field, if the event is of an unknown kind, lacks what its kind has, or has another type there.
    /// Values are never repeated: somebody may have sent a secret.
    pub fn parse(event: &Value) -> Result<Self, Failure> {
        let Value::Object(members) = event else { return Err(read::refused("it is no JSON object")) };
        let has = |key: &str| members.contains_key(key);
        let has_envelope = ["alarmData", "detail-type", "Records"].into_iter().any(has);
        if has("target") && has_envelope {
            return Err(read::refused("it has a `target` and is an event of AWS too; send one of the two"));
        }
        // An alarm may come with parts of EventBridge's envelope around its own.
        if has("alarmData") {
            Alarm::of_invocation(event).map(Self::Alarm)
        } else if has("detail-type") {
            eventbridge::parse(event)
        } else if has("target") {
            Direct::parse(members).map(Self::Direct)
        } else if has("Records") {
            sns::parse(event)
        } else {
            Err(read::refused("its type is unknown"))
        }
    }
}
