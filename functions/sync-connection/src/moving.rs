//! Which settings a run uses: a move is made once the new place is proven, and rolled back on request.

use cloud::{Clients, ssm};
use policy::{
    Class, Failure, Target,
    connection::Connection,
    moving::{History, Label, RollBack, State},
    outcome::{Outcome, Waiting},
};
use runtime::{
    change,
    deadline::Deadline,
    secret::{self, Secret, Versions},
    settings,
};
use tokio::time::timeout;

use crate::{connection, login, outputs};

/// What an outcome calls a move to another place.
const MOVE: &str = "move";

/// What an outcome calls the way back.
const ROLL_BACK: &str = "roll-back";

/// What a run does about moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Makes the move that the newest settings ask for, if any.
    #[default]
    Follow,
    /// Rolls the last move back, or cancels one that has not begun.
    RollBack,
}

/// The settings that a run uses, and their secret.
pub(crate) struct Chosen {
    /// The secret, and the settings that are in effect.
    pub(crate) secret: Secret,
    /// What clients connect with at the new place, if a move was made: every output can be written with it, and a login
    /// with it succeeded.
    pub(crate) proven: Option<Connection>,
    /// The labels that are missing to record the state of the settings.
    missing_labels: Vec<Label>,
}

/// Chooses the settings that a run uses.
///
/// If the newest settings name another place, everything that a publication needs must work there first: a login on every
/// node, its endpoints, outputs that can be written, and a login with exactly the values to be written. Only then do its
/// settings take effect. The label is put first: once it is there, every later run continues from it.
///
/// # Errors
/// Those of the secret in effect; for a rollback, everything that prevents it.
///
/// # Repeating
/// Makes no move twice, and rolls none back without a request.
pub(crate) async fn choose(
    clients: &Clients,
    history: History,
    wish: Wish,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Chosen, Failure> {
    let moved = match (history.state(), wish) {
        (_, Wish::RollBack) => roll_back(clients, &history, outcome).await?,
        (State::Pending, Wish::Follow) => follow(clients, &history, deadline, outcome).await?,
        (State::InEffect | State::RolledBack, Wish::Follow) => Moved::No,
    };
    if history.state() == State::RolledBack {
        let newest = history.newest.version;
        outcome
            .left(MOVE, format!("version {newest} of the settings was rolled back; put newer settings to move again"));
    }
    if let Moved::To(place) = moved {
        let Place { secret, connection } = *place;
        return Ok(Chosen { secret, proven: Some(connection), missing_labels: Vec::new() });
    }
    let target = history.in_effect().target.clone();
    let description = secret::describe(clients, &target).await?;
    let secret = Secret::read(clients, target, description, Versions::All).await?;
    Ok(Chosen { secret, proven: None, missing_labels: history.missing_labels() })
}

/// A place that is proven.
struct Place {
    secret: Secret,
    connection: Connection,
}

/// What became of a move.
enum Moved {
    /// It was made, or planned in a dry run.
    To(Box<Place>),
    /// There was none to make, or it is blocked.
    No,
}

/// Moves to the place that the newest settings name, if it is ready.
async fn follow(
    clients: &Clients,
    history: &History,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Moved, Failure> {
    let (newest, in_effect) = (&history.newest, history.in_effect().version);
    let place = match prove_in_time(clients, &newest.target, deadline, outcome).await {
        Ok(place) => place,
        Err(failure) => {
            let version = newest.version;
            let message = format!(
                "the move to version {version} of the settings is blocked, and version {in_effect} stays in effect"
            );
            let failure = Failure::new(failure.class(), message).because(failure);
            tracing::warn!("{}", failure.chain());
            // At once, so that the outcome says it whatever comes of the rest.
            match failure.class() {
                Class::Retryable => outcome.waits(vec![Waiting::new(MOVE, failure.chain())]),
                Class::Permanent | Class::NeedsHuman => outcome.item_failed(MOVE, &failure),
            }
            return Ok(Moved::No);
        }
    };
    let reason = format!("to version {} of the settings, whose Redis accepts AWSCURRENT", newest.version);
    label(clients, history, &history.move_labels(), (MOVE, reason), outcome).await?;
    Ok(Moved::To(Box::new(place)))
}

/// Rolls a move back, or cancels one that has not begun.
async fn roll_back(clients: &Clients, history: &History, outcome: &mut Outcome) -> Result<Moved, Failure> {
    match history.roll_back()? {
        RollBack::Done => Ok(Moved::No),
        RollBack::Cancel(labels) => {
            let reason =
                format!("the move to version {} of the settings is canceled: it had not begun", history.newest.version);
            label(clients, history, &labels, (ROLL_BACK, reason), outcome).await?;
            Ok(Moved::No)
        }
        RollBack::To(to, labels) => {
            let place = prove(clients, &to.target, outcome).await.map_err(|failure| {
                let message = "the Redis that was published before is not ready, so the move is not rolled back";
                Failure::new(failure.class(), message).because(failure)
            })?;
            let reason = format!("to version {} of the settings, whose Redis accepts AWSCURRENT", to.version);
            label(clients, history, &labels, (ROLL_BACK, reason), outcome).await?;
            Ok(Moved::To(Box::new(place)))
        }
    }
}

impl Chosen {
    /// Records the state of the settings, once what they say is published.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Repeating
    /// Leaves the labels where they are.
    pub(crate) async fn record(&self, clients: &Clients, outcome: &mut Outcome) -> Result<(), Failure> {
        if outcome.dry_run || self.missing_labels.is_empty() {
            return Ok(());
        }
        outcome.requests_change();
        put(clients, &self.secret.target.name, &self.missing_labels).await
    }
}

/// Proves a place within half of the time that is left: the settings in effect need the other half.
async fn prove_in_time(
    clients: &Clients,
    target: &Target,
    deadline: &Deadline,
    outcome: &mut Outcome,
) -> Result<Place, Failure> {
    let patience = deadline.left() / 2;
    match timeout(patience, prove(clients, target, outcome)).await {
        Ok(proven) => proven,
        Err(_elapsed) => {
            Err(Failure::retryable(format!("the new Redis gave no answer within {} s", patience.as_secs())))
        }
    }
}

/// Proves a place: everything that a publication needs works there.
async fn prove(clients: &Clients, target: &Target, outcome: &mut Outcome) -> Result<Place, Failure> {
    let description = secret::describe(clients, target).await?;
    let secret = Secret::read(clients, target.clone(), description, Versions::All).await?;
    login::check_everywhere(clients, &secret, outcome).await?;
    let connection = connection::read(clients, &secret).await?;
    outputs::check(clients, &secret.target, &connection, outcome).await?;
    Ok(Place { secret, connection })
}

/// Puts labels on versions of the settings, and records why; in a dry run only records it.
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
            change::make_or_fail(outcome, what, reason, put(clients, &history.newest.target.name, labels)).await?;
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
