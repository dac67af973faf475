//! Which events ask for a pruning.

use policy::Failure;
use runtime::{concern::Concern, event::Event};

/// The function, by name.
const NAME: &str = "prune-snapshots";

/// Says what an event means for this function:
///
/// | event | ⇒ |
/// |---|---|
/// | a direct invocation, also by a schedule | prune the snapshots of its target |
/// | a schedule without a target | refuse |
/// | any other | leave: nothing is deleted because of it |
///
/// # Errors
/// Permanent for a schedule without a target, and for an argument: this function has none.
pub fn concern(event: &Event) -> Result<Concern, Failure> {
    Ok(match event {
        Event::Direct(direct) => {
            direct.arguments.clone().end(NAME, &[])?;
            Concern::target(&direct.target)
        }
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
        | Event::Alarm(_) => Concern::leave("no snapshot is deleted because of it"),
    })
}
