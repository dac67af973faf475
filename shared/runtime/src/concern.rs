//! Whether an event concerns a function, and what it looks at then.

use cloud::Clients;
use policy::{Failure, Target, moving::History, outcome::Outcome};
use serde_json::Value;

use crate::{
    event::Event,
    target::{self, Found, Subject},
};

/// What an event means for one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The function looks at this. What it does there depends on what it finds.
    Look(Subject),
    /// The function leaves the event, for this reason.
    Leave(String),
}

impl Concern {
    /// The function looks at a target, by name.
    pub fn target(name: impl Into<String>) -> Self {
        Self::Look(Subject::Target(name.into()))
    }

    /// Leaves an event, for this reason.
    pub fn leave(why: impl Into<String>) -> Self {
        Self::Leave(why.into())
    }
}

/// Reads an event, and records in the outcome what a direct invocation says of the run: its target, and whether it is a dry
/// run.
///
/// # Errors
/// Permanent, as [`Event::parse`] refuses events. The refusal of an event that names a target is recorded for that target.
pub fn read(event: &Value, outcome: &mut Outcome) -> Result<Event, Failure> {
    // A text that no target can have as its name may be anything, a credential too.
    outcome.target = Event::named_target(event).filter(|name| Target::is_name(name)).map(str::to_owned);
    let event = Event::parse(event)?;
    if let Event::Direct(direct) = &event {
        outcome.dry_run = direct.dry_run;
    }
    Ok(event)
}

/// Finds the target that an event leads to, and reads its settings; `None`, with the reason in the outcome, if the event
/// does not concern the function or is about no target.
///
/// # Errors
/// As [`target::find`]
///
/// # Permissions
/// Those of [`target::find`]
pub async fn find(clients: &Clients, concern: Concern, outcome: &mut Outcome) -> Result<Option<History>, Failure> {
    let why = match concern {
        Concern::Leave(why) => why,
        Concern::Look(subject) => match target::find(clients, subject, outcome).await? {
            Found::Target(history) => return Ok(Some(*history)),
            Found::Nothing(why) => why,
        },
    };
    outcome.left_event(why);
    Ok(None)
}

#[cfg(test)]
mod tests {
    use policy::outcome::Details;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refused_event_is_recorded_for_the_target_that_it_names_if_that_can_be_a_name() {
        for (event, target) in [
            (json!({ "target": "orders", "dry_run": null }), Some("orders")),
            (json!({ "target": "orders", "dry_run": "yes" }), Some("orders")),
            (json!({ "target": "orders", "detail-type": "Secret Label Updated" }), None),
            (json!({ "target": "Hunter2!", "dry_run": null }), None),
            (json!({ "target": ["orders"] }), None),
            (json!({}), None),
            (json!("orders"), None),
        ] {
            let mut outcome = Outcome::new(Details::Connection {});
            read(&event, &mut outcome).unwrap_err();
            assert_eq!(outcome.target.as_deref(), target, "{event}");
        }
    }

    #[test]
    fn a_name_that_no_target_can_have_is_never_recorded() {
        let mut outcome = Outcome::new(Details::Connection {});
        read(&json!({ "target": "Hunter2!" }), &mut outcome).unwrap();
        assert_eq!(outcome.target, None);
    }
}
