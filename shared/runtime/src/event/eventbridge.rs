//! Events of EventBridge, read by their source and detail type.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>

use policy::Failure;
use serde_json::Value;

use super::{
    Event,
    alarm::Alarm,
    ecs::{Deployment, ServiceAction, Task},
    elasticache::ServerlessCacheChange,
    envelope::Envelope,
    other::OtherAwsEvent,
    parameter::ParameterChange,
    read::{read, refused},
    rotation::RotationResult,
    schedule::Schedule,
    secret::SecretLabel,
};

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
/// | aws.elasticache | a call of its API, from CloudTrail | not needed |
/// | aws.health, aws.cloudwatch, aws.ecs | any other | not needed |
/// | aws.ssm | EC2 Command … | not needed |
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
