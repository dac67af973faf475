//! Which events concern this function, why it leaves the others, and what a direct invocation asks of it.

use policy::{Failure, labels::AWSCURRENT};
use runtime::{
    concern::Concern,
    event::{
        Event, Resource,
        direct::Direct,
        parameter::{Operation, ParameterChange},
    },
    target::Subject,
};

use crate::moving::Wish;

/// The function, by name.
const NAME: &str = "sync-connection";

/// The argument that rolls the last move back.
const ROLLBACK: &str = "rollback";

/// The notification after which clients connect elsewhere.
const FAILOVER: &str = "FailoverComplete";

/// Says what an event means for this function:
///
/// | event | ⇒ |
/// |---|---|
/// | a direct invocation | look at its target |
/// | AWSCURRENT moved | look at the secret |
/// | another label of a secret moved | leave: nothing published depends on it |
/// | a rotation started or ended | leave: a moved label reports its effect |
/// | settings were deleted | leave: there is nothing to look at |
/// | settings were written, or a label of them moved | look at their target |
/// | a label of another parameter moved | leave: no value has changed |
/// | another parameter was written or deleted | look at the parameter |
/// | a task is in no service, or does not run | leave: no consumer changed its address or its start |
/// | a task of a service runs | look at the service |
/// | ECS reported something about a service or a deployment | look at the service |
/// | `FailoverComplete` of ElastiCache | look at the replication group |
/// | another notification, or a serverless cache | leave: its endpoints stay |
/// | an alarm | leave: it changes no connection |
/// | another event of AWS | leave, by its name |
/// | a schedule without a target | refuse |
///
/// # Errors
/// Permanent for a schedule without a target, for an argument that is unknown or of a wrong type, for a task whose cluster
/// has no ARN, and for a failover of no replication group.
pub fn concern(event: &Event) -> Result<Concern, Failure> {
    let resource = |resource| Concern::Look(Subject::Resource(resource));
    Ok(match event {
        Event::Direct(direct) => {
            wish_of(direct)?;
            Concern::target(&direct.target)
        }
        Event::SecretLabel(moved) if moved.label == AWSCURRENT => resource(Resource::Secret(moved.secret_arn.clone())),
        Event::SecretLabel(_) => Concern::leave("it is about another label than AWSCURRENT"),
        Event::RotationResult(_) => Concern::leave("it is about a rotation, which moves AWSCURRENT if it succeeds"),
        Event::Parameter(change) => parameter(change),
        Event::Task(task) => match task.service_arn()? {
            None => Concern::leave("it is about a task that is in no service"),
            Some(_) if !task.is_running() => Concern::leave("it is about a task that does not run"),
            Some(arn) => resource(Resource::Service(arn)),
        },
        Event::ServiceAction(action) => resource(Resource::Service(action.service_arn.clone())),
        Event::Deployment(deployment) => resource(Resource::Service(deployment.service_arn.clone())),
        Event::Notification(notification) if notification.event.as_deref() == Some(FAILOVER) => {
            resource(notification.replication_group()?)
        }
        Event::Notification(_) => Concern::leave("it is not about a failover"),
        Event::ServerlessCache(_) => Concern::leave("it is about a serverless cache, whose endpoints stay"),
        Event::Alarm(alarm) => {
            Concern::leave(format!("it is about the alarm {:?}, and an alarm changes no connection", alarm.name))
        }
        Event::Schedule(schedule) => return Err(schedule.names_no_target()),
        Event::Other(other) => Concern::leave(other.to_string()),
    })
}

fn parameter(change: &ParameterChange) -> Concern {
    match (change.target(), &change.operation) {
        (Some(_), Operation::Delete) => Concern::leave("it is about settings that were deleted"),
        (Some(target), _) => Concern::Look(Subject::Settings(target.to_owned())),
        (None, Operation::Label { .. }) => Concern::leave("it is about a label, and no value has changed"),
        (None, _) => Concern::Look(Subject::Resource(Resource::Parameter(change.name.clone()))),
    }
}

/// Says what a run is asked to do about moves. Only a direct invocation asks for anything.
pub(crate) fn wish(event: &Event) -> Result<Wish, Failure> {
    match event {
        Event::Direct(direct) => wish_of(direct),
        _ => Ok(Wish::Follow),
    }
}

fn wish_of(direct: &Direct) -> Result<Wish, Failure> {
    let mut arguments = direct.arguments.clone();
    let rolls_back = arguments.flag(ROLLBACK)?;
    arguments.end(NAME, &[ROLLBACK])?;
    Ok(if rolls_back { Wish::RollBack } else { Wish::Follow })
}
