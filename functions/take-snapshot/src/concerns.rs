//! Which events ask for a snapshot.

use policy::Failure;
use runtime::{concern::Concern, event::Event};

/// Says what an event means for this function:
///
/// | event | ⇒ |
/// |---|---|
/// | a direct invocation, also by a schedule | take a snapshot of its target |
/// | a schedule without a target | refuse |
/// | any other | leave: a snapshot is taken for a moment that somebody chose |
///
/// # Errors
/// Permanent for a schedule without a target.
pub fn concern(event: &Event) -> Result<Concern, Failure> {
    Ok(match event {
        Event::Direct(direct) => Concern::target(&direct.target),
        Event::Schedule(schedule) => return Err(schedule.names_no_target()),
        Event::Other(other) => Concern::leave(other.to_string()),
        Event::SecretLabel(_)
        | Event::RotationResult(_)
        | Event::Parameter(_)
        | Event::Task(_)
        | Event::ServiceAction(_)
        | Event::Deployment(_)
        | Event::Notification(_)
        | Event::ServerlessCache(_)
        | Event::Alarm(_) => Concern::leave("it is no reason to take a snapshot"),
    })
}
