//! Which settings a run goes by: a move is made once the other place has proven itself, and taken back on demand.

use cloud::{Clients, ssm};
use policy::{
    Class, Failure, Target,
    cutover::{History, Label, RollBack, Standing},
    outcome::{Outcome, Waiting},
};
use runtime::{
    deadline::Deadline,
    secret::{self, Found},
    settings,
    versions::Versions,
};
use tokio::time::timeout;

use crate::{connection, login, outputs};

/// What an outcome calls a system that goes to another place, or is to.
const MOVE: &str = "move";

/// What an outcome calls the way back.
const ROLL_BACK: &str = "roll-back";

/// What a run goes by.
pub(crate) struct Settled {
    /// The secret, and the settings that are in force.
    pub(crate) secret: Versions,
    /// What is left to write down of how they stand.
    unlabelled: Vec<Label>,
    /// Why a move that the newest settings ask for was not made.
    held: Option<Failure>,
}

/// Finds the settings to go by.
///
/// Where the newest name another place, that one is asked for all that a publication needs: a login on every node, where
/// clients connect to, whether every output can be written, and a login with exactly what is to be written. Only then are its
/// settings in force. The label is put first: once it is, a run that is stopped goes on from there, and none goes back.
///
/// # Errors
/// Those of the secret in force; of a rollback, everything that keeps it from being made.
///
/// # Repeating
/// Moves nothing twice, and nothing back that was not asked for.
pub(crate) async fn settle(
    clients: &Clients,
    found: Found,
    rolls_back: bool,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Settled, Failure> {
    let Found { history, description } = found;
    let moved = match (history.standing(), rolls_back) {
        (_, true) => roll_back(clients, &history, outcome).await?,
        (Standing::Pending, false) => switch(clients, &history, deadline, outcome).await?,
        (Standing::InForce | Standing::RolledBack, false) => Moved::No,
    };
    if history.standing() == Standing::RolledBack {
        let newest = history.newest.version;
        outcome.left(MOVE, format!("version {newest} of the settings was taken back; put newer ones to move again"));
    }
    let held = match moved {
        Moved::To(secret) => return Ok(Settled { secret: *secret, unlabelled: Vec::new(), held: None }),
        Moved::Held(failure) => Some(failure),
        Moved::No => None,
    };
    let secret = Versions::read(clients, history.in_force().target.clone(), description).await?;
    Ok(Settled { secret, unlabelled: history.unlabelled(), held })
}

/// What became of a move.
enum Moved {
    /// It is made, or planned in a dry run: this is the secret of the place.
    To(Box<Versions>),
    /// It has to wait, or somebody has to see to it.
    Held(Failure),
    /// None is to be made.
    No,
}

/// Moves to the place that the newest settings name, if it is ready.
async fn switch(
    clients: &Clients,
    history: &History,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Moved, Failure> {
    let (newest, in_force) = (&history.newest, history.in_force().version);
    let secret = match prove_in_time(clients, &newest.target, deadline, outcome).await {
        Ok(secret) => secret,
        Err(failure) => {
            let version = newest.version;
            let message = format!(
                "the move to version {version} of the settings is held back, and version {in_force} stays in force"
            );
            let failure = Failure::new(failure.class(), message).because(failure);
            tracing::warn!("{}", failure.chain());
            return Ok(Moved::Held(failure));
        }
    };
    let reason = format!("to version {} of the settings, whose place accepts logins", newest.version);
    label(clients, history, &history.switched(), (MOVE, reason), outcome).await?;
    Ok(Moved::To(Box::new(secret)))
}

/// Takes a move back, or gives up one that has not begun.
async fn roll_back(clients: &Clients, history: &History, outcome: &mut Outcome) -> Result<Moved, Failure> {
    match history.roll_back()? {
        RollBack::Done => Ok(Moved::No),
        RollBack::GiveUp(labels) => {
            let reason =
                format!("version {} of the settings is given up: it was never in force", history.newest.version);
            label(clients, history, &labels, (ROLL_BACK, reason), outcome).await?;
            Ok(Moved::No)
        }
        RollBack::To(to, labels) => {
            let secret = prove(clients, &to.target, outcome).await.map_err(|failure| {
                let message = "the place that was published before is not ready; nothing was rolled back";
                Failure::new(failure.class(), message).because(failure)
            })?;
            let reason = format!("to version {} of the settings, whose place accepts logins", to.version);
            label(clients, history, &labels, (ROLL_BACK, reason), outcome).await?;
            Ok(Moved::To(Box::new(secret)))
        }
    }
}

impl Settled {
    /// Writes down how the settings stand, once what they say is published.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Repeating
    /// Leaves the labels where they are.
    pub(crate) async fn write_down(&self, clients: &Clients, outcome: &Outcome) -> Result<(), Failure> {
        match outcome.dry_run {
            true => Ok(()),
            false => put(clients, &self.secret.target.name, &self.unlabelled).await,
        }
    }

    /// Says at the end of a run why a move was not made.
    ///
    /// # Errors
    /// What holds it back, where time alone does not cure it.
    pub(crate) fn end(self, outcome: &mut Outcome) -> Result<(), Failure> {
        match self.held {
            None => Ok(()),
            Some(failure) if failure.class() == Class::Retryable => {
                outcome.waits(vec![Waiting::new(MOVE, failure.chain())]);
                Ok(())
            }
            Some(failure) => Err(failure),
        }
    }
}

/// Asks a place for all that a publication needs, for half of the time that is left: what is in force needs the other half.
async fn prove_in_time(
    clients: &Clients,
    target: &Target,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Versions, Failure> {
    let patience = deadline.left() / 2;
    match timeout(patience, prove(clients, target, outcome)).await {
        Ok(proven) => proven,
        Err(_elapsed) => {
            Err(Failure::retryable(format!("the place did not say yes or no within {} s", patience.as_secs())))
        }
    }
}

/// Asks a place for all that a publication needs.
async fn prove(clients: &Clients, target: &Target, outcome: &mut Outcome) -> Result<Versions, Failure> {
    let description = secret::of_settings(clients, target).await?;
    let secret = Versions::read(clients, target.clone(), description).await?;
    login::everywhere(clients, &secret, outcome).await?;
    let connection = connection::read(clients, &secret).await?;
    outputs::prove(clients, &secret.target, &connection, outcome).await?;
    Ok(secret)
}

/// Puts labels on versions of the settings, and notes what for; in a dry run notes it alone.
async fn label(
    clients: &Clients,
    history: &History,
    labels: &[Label],
    (what, reason): (&'static str, String),
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    match outcome.dry_run {
        true => outcome.would(what, reason),
        false => {
            put(clients, &history.newest.target.name, labels).await?;
            outcome.did(what, reason);
        }
    }
    Ok(())
}

async fn put(clients: &Clients, target: &str, labels: &[Label]) -> Result<(), Failure> {
    for Label { version, label } in labels {
        tracing::info!(version, label, "labelling the settings");
        ssm::label(clients.ssm(), &settings::parameter(target), *version, label).await?;
    }
    Ok(())
}
