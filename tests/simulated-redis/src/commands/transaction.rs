//! `MULTI`, `EXEC`, `DISCARD`.

use super::{
    Denied, permit, spec,
    spec::{Call, Spec},
};
use crate::{Reply, client::Transaction};

pub(super) const COMMANDS: &[Spec] = &[
    Spec { runs_in_transaction: true, ..Spec::new("multi", 1, TRANSACTION, multi) },
    Spec { runs_in_transaction: true, ..Spec::new("exec", 1, TRANSACTION, exec) },
    Spec { runs_in_transaction: true, ..Spec::new("discard", 1, TRANSACTION, discard) },
];

const TRANSACTION: &[&str] = &["transaction"];

/// Keeps a command for `EXEC`.
///
/// Not simulated here are a login (Redis 8.0 and Valkey 8.1 never answer an `EXEC` in which one is refused) and `ACL LOAD` (Redis
/// 7.0 may close the connection without a reply).
pub(super) fn queue(call: &mut Call<'_>, spec: &Spec) -> Reply {
    if spec.without_login || spec.name == "acl|load" {
        return Reply::not_simulated(&format!("{} in a transaction", spec.name.replace('|', " ").to_uppercase()));
    }
    let words = call.words.to_vec();
    if let Some(transaction) = &mut call.client().transaction {
        transaction.queue.push(words);
    }
    Reply::Status("QUEUED".to_owned())
}

fn multi(call: &mut Call<'_>) -> Reply {
    match &call.client().transaction {
        Some(_) => Reply::error("ERR MULTI calls can not be nested"),
        None => {
            call.client().transaction = Some(Transaction::default());
            Reply::ok()
        }
    }
}

fn exec(call: &mut Call<'_>) -> Reply {
    let Some(transaction) = call.client().transaction.clone() else {
        return Reply::error("ERR EXEC without MULTI");
    };
    let replies =
        transaction.queue.iter().filter(|_| !transaction.refused).map(|words| run_queued(call, words)).collect();
    call.client().transaction = None;
    match transaction.refused {
        true => Reply::error("EXECABORT Transaction discarded because of previous errors."),
        false => Reply::Array(replies),
    }
}

/// Carries out a command of a transaction. The rights of the user may have changed since it was queued.
fn run_queued(call: &mut Call<'_>, words: &[Vec<u8>]) -> Reply {
    let mut queued = Call { node: &mut *call.node, id: call.id, words, now: call.now };
    let spec = spec::find(words, &super::COMMANDS, queued.node.version).expect("it was found when it was queued");
    let why = match permit(&mut queued, spec) {
        Ok(()) => return (spec.run)(&mut queued),
        Err(Denied::Command(_)) => "no permission to execute the command or subcommand",
        Err(Denied::Key) => "no permission to touch the specified keys",
    };
    Reply::error(format!(
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no \
         longer allowed for the following reason: {why}"
    ))
}

/// Discards the transaction of an `EXEC` that is refused.
pub(super) fn abort(call: &mut Call<'_>, refusal: &str) -> Reply {
    call.client().transaction = None;
    Reply::error(format!("EXECABORT Transaction discarded because of: {refusal}"))
}

fn discard(call: &mut Call<'_>) -> Reply {
    match call.client().transaction.take() {
        Some(_) => Reply::ok(),
        None => Reply::error("ERR DISCARD without MULTI"),
    }
}
