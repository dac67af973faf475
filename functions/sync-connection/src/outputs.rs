//! Every output of the settings: read, decided, written until nothing is left to write.

mod environment;
mod parameter;
mod secret_keys;
mod todo;

use std::collections::BTreeSet;

use cloud::{CallError, Clients};
use policy::{Failure, Target, connection::Connection, outcome::Outcome, publication::order, target::Output};
use runtime::{
    change::{self, Made},
    deadline::Deadline,
};

use self::todo::Todo;
use crate::verify;

/// A change, ready to be made.
enum Write {
    Parameter(parameter::Write),
    Environment(environment::Write),
    SecretKeys(secret_keys::Write),
}

/// Checks that every output can be written, and that a login with exactly what it would contain succeeds; writes nothing.
pub(crate) async fn check(
    clients: &Clients,
    target: &Target,
    connection: &Connection,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    for (nth, output) in target.outputs.iter().enumerate() {
        look(clients, connection, nth, output).await?;
    }
    verify::log_in(clients, target, connection, outcome).await
}

/// Whether a login with what is to be written has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// It has.
    Done,
    /// It has not been tried.
    Needed,
}

/// Writes every output, once a login with what it will contain has succeeded.
///
/// Nothing is written before every output was read, and an output that cannot be written stops the others.
pub(crate) async fn run(
    clients: &Clients,
    target: &Target,
    connection: &Connection,
    mut login: Login,
    deadline: &mut Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let mut written = BTreeSet::new();
    loop {
        let mut todos = Vec::with_capacity(target.outputs.len());
        for (nth, output) in target.outputs.iter().enumerate() {
            todos.push(look(clients, connection, nth, output).await?);
        }
        let writes = todos.iter().any(|todo| matches!(todo, Todo::Write { .. }));
        let waits = todos.iter().any(|todo| matches!(todo, Todo::Wait));
        if writes && login == Login::Needed {
            verify::log_in(clients, target, connection, outcome).await?;
            login = Login::Done;
        }
        if outcome.dry_run || !(writes || waits) {
            tell(target, todos, &written, outcome);
            return Ok(());
        }
        let mut todos: Vec<Option<Todo<Write>>> = todos.into_iter().map(Some).collect();
        for nth in order(&target.outputs) {
            let Some(Todo::Write { what, reason, change }) = todos[nth].take() else { continue };
            let reason = format!("{}: {reason}", target.outputs[nth].name());
            let made = change::make(outcome, what, &reason, make(clients, &target.name, change)).await?;
            if made.may_have_taken_effect() {
                written.insert(nth);
            }
            // After anything but success, all outputs are read again: what follows may rest on this one.
            if made != Made::Yes {
                break;
            }
        }
        deadline.wait("what was written can be read").await?;
    }
}

async fn look(clients: &Clients, connection: &Connection, nth: usize, output: &Output) -> Result<Todo<Write>, Failure> {
    let at = format!("outputs[{nth}]");
    Ok(match output {
        Output::SsmParameter(settings) => {
            parameter::look(clients, connection, &at, settings).await?.map(Write::Parameter)
        }
        Output::LambdaEnvironment(settings) => {
            environment::look(clients, connection, &at, settings).await?.map(Write::Environment)
        }
        Output::SecretKeys(settings) => {
            secret_keys::look(clients, connection, &at, settings).await?.map(Write::SecretKeys)
        }
    })
}

async fn make(clients: &Clients, target: &str, write: Write) -> Result<(), CallError> {
    match write {
        Write::Parameter(write) => write.make(clients, target).await,
        Write::Environment(write) => write.make(clients).await,
        Write::SecretKeys(write) => write.make(clients).await,
    }
}

/// Records the outputs that are kept, and in a dry run what would be written. What this run has written is in the outcome
/// already.
fn tell(target: &Target, todos: Vec<Todo<Write>>, written: &BTreeSet<usize>, outcome: &mut Outcome) {
    for (nth, (output, todo)) in target.outputs.iter().zip(todos).enumerate() {
        let name = output.name();
        match todo {
            Todo::UpToDate if written.contains(&nth) => {}
            Todo::UpToDate => outcome.left("output", format!("{name}: it is up to date")),
            Todo::Keep { reason } => outcome.left("output", format!("{name}: {reason}")),
            Todo::Wait => outcome.left("output", format!("{name}: its last update is in progress")),
            Todo::Write { what, reason, .. } => outcome.would(what, format!("{name}: {reason}")),
        }
    }
}
