//! Which events concern this function, and why it leaves the others.

use policy::{Failure, labels::RETIRED};
use runtime::{
    concern::Concern,
    event::{Event, Resource},
    target::Subject,
};

/// The function, by name.
const NAME: &str = "retire-credential";

/// Says what an event means for this function:
///
/// | event | ⇒ |
/// |---|---|
/// | a direct invocation | look at its target |
/// | the label `redis-lifecycle-retired` moved | leave: this function moved it |
/// | another label moved | look at the secret |
/// | a rotation started or ended | leave: a moved label reports its effect |
/// | a parameter, ECS, or ElastiCache | leave: not about a secret |
/// | an alarm | leave: no reason to retire anything |
/// | another event of AWS | leave, by its name |
/// | a schedule without a target | refuse |
///
/// # Errors
/// Permanent for a schedule without a target, and for an argument: this function has none.
pub fn concern(event: &Event) -> Result<Concern, Failure> {
    Ok(match event {
        Event::Direct(direct) => {
            direct.arguments.clone().end(NAME, &[])?;
            Concern::target(&direct.target)
        }
        Event::SecretLabel(moved) if moved.label == RETIRED => {
            Concern::leave("it is about the label of this function itself")
        }
        Event::SecretLabel(moved) => Concern::Look(Subject::Resource(Resource::Secret(moved.secret_arn.clone()))),
        Event::RotationResult(_) => Concern::leave("it is about a rotation, which moves a label if it succeeds"),
        Event::Parameter(_)
        | Event::Task(_)
        | Event::ServiceAction(_)
        | Event::Deployment(_)
        | Event::Notification(_)
        | Event::ServerlessCache(_) => Concern::leave("it is not about a secret"),
        Event::Alarm(alarm) => {
            Concern::leave(format!("it is about the alarm {:?}, and an alarm retires no credential", alarm.name))
        }
        Event::Schedule(schedule) => return Err(schedule.names_no_target()),
        Event::Other(other) => Concern::leave(other.to_string()),
    })
}
