//! One step, by the kind of the target's credential.

use backends::{Backend, Credentials};
use cloud::Clients;
use policy::{Failure, outcome::Outcome};
use runtime::{deadline::Deadline, event::rotation::RotationEvent};

use crate::{overlap, reset, view::View};

/// Carries out one step.
pub(crate) async fn run(
    clients: &Clients,
    event: &RotationEvent,
    deadline: Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let view = View::read(clients, event, outcome).await?;
    let target = view.secret.target.clone();
    match Backend::of(clients, &target).credentials() {
        Credentials::Overlapping(credential) => overlap::run(clients, event, deadline, outcome, view, credential).await,
        Credentials::Replaced(database) => reset::run(clients, event, deadline, outcome, view, database).await,
    }
}
