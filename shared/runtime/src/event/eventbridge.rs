//! Events of EventBridge, read by their source and detail type.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>

use std::fmt;

use policy::Failure;
use serde_json::Value;

use super::{
    Event,
    alarm::Alarm,
    ecs::{Deployment, ServiceAction, Task},
    elasticache::ServerlessCacheChange,
    envelope::Envelope,
    parameter::ParameterChange,
    read::{read, refused},
    rotation::RotationResult,
    secret::SecretLabel,
};

/// A schedule that came due: of a rule of EventBridge, or of EventBridge Scheduler without an input of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The ARNs of the rule or the schedule.
    pub arns: Vec<String>,
}

impl Schedule {
    /// Refuses the event: it names no target.
    pub fn names_no_target(&self) -> Failure {
        Failure::permanent(
            "the event is refused: it is that of a schedule, and names no target. Give the schedule, or the target of the rule, \
             the input {\"target\":\"NAME\"}, with \"dry_run\":true to change nothing",
        )
    }
}

/// An event of AWS, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAwsEvent {
    /// The service, as in `aws.health`.
    pub source: String,
    /// The kind.
    pub detail_type: String,
}

impl fmt::Display for OtherAwsEvent {
    /// Says why an event of this kind is left.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is {:?} of {}, from which nothing is needed", self.detail_type, self.source)
    }
}

/// Reads an event of EventBridge by its `source` and `detail-type`:
///
/// | `source` | `detail-type` | ⇒ |
/// |---|---|---|
/// | aws.secretsmanager | Secret Label Updated | a label moved |
/// | aws.secretsmanager | AWS Service Event via CloudTrail | a rotation started or ended |
/// | aws.ssm | Parameter Store Change | a parameter changed |
/// | aws.ecs | ECS Task State Change, ECS Service Action, ECS Deployment State Change | each its own |
/// | aws.elasticache | any but a call of its API | a serverless cache or its snapshot |
/// | aws.cloudwatch | CloudWatch Alarm State Change | an alarm |
/// | aws.events, aws.scheduler | Scheduled Event | a schedule without a target |
/// | aws.elasticache | a call of its API, from CloudTrail | nothing that is needed |
/// | aws.health, aws.cloudwatch, aws.ecs | any other | nothing that is needed |
/// | aws.ssm | EC2 Command … | nothing that is needed |
/// | any other | any other | refused |
pub(super) fn parse(event: &Value) -> Result<Event, Failure> {
    let envelope: Envelope = read(event, "")?;
    let Envelope { source, detail_type, .. } = &envelope;
    Ok(match (source.as_str(), detail_type.as_str()) {
        ("aws.secretsmanager", "Secret Label Updated") => Event::SecretLabel(SecretLabel::read(&envelope)?),
        ("aws.secretsmanager", "AWS Service Event via CloudTrail") => {
            Event::RotationResult(RotationResult::read(&envelope)?)
        }
        ("aws.ssm", "Parameter Store Change") => Event::Parameter(ParameterChange::read(&envelope)?),
        ("aws.ecs", "ECS Task State Change") => Event::Task(Task::read(&envelope)?),
        ("aws.ecs", "ECS Service Action") => Event::ServiceAction(ServiceAction::read(&envelope)?),
        ("aws.ecs", "ECS Deployment State Change") => Event::Deployment(Deployment::read(&envelope)?),
        ("aws.elasticache", kind) if !kind.ends_with("via CloudTrail") => {
            Event::ServerlessCache(ServerlessCacheChange::read(&envelope)?)
        }
        ("aws.cloudwatch", "CloudWatch Alarm State Change") => Event::Alarm(Alarm::of_eventbridge(&envelope)?),
        ("aws.events" | "aws.scheduler", "Scheduled Event") => Event::Schedule(Schedule { arns: envelope.resources }),
        ("aws.health" | "aws.cloudwatch" | "aws.ecs" | "aws.elasticache", _)
        | ("aws.ssm", "EC2 Command Status-change Notification" | "EC2 Command Invocation Status-change Notification") => {
            Event::Other(OtherAwsEvent { source: envelope.source, detail_type: envelope.detail_type })
        }
        _ => return Err(refused("its `source` and `detail-type` are of no known kind")),
    })
}
