//! Whether an event concerns a function, and what it looks at then.

use cloud::Clients;
use policy::{Failure, moving::History, outcome::Outcome};
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
    /// The function leaves the event; says why.
    Leave(String),
}

impl Concern {
    /// A look at a target, by name.
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
/// Permanent, as [`Event::parse`] refuses events.
pub fn read(event: &Value, outcome: &mut Outcome) -> Result<Event, Failure> {
    let event = Event::parse(event)?;
    if let Event::Direct(direct) = &event {
        outcome.target = Some(direct.target.clone());
        outcome.dry_run = direct.dry_run;
    }
    Ok(event)
}

/// Finds the target that an event leads to, and reads its settings; `None`, with the reason in the outcome, where the event
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
            Found::Nothing(why) => why.to_owned(),
        },
    };
    outcome.left("event", why);
    Ok(None)
}
