//! The commands: which there are, who may call them, and what happens to one that is called.

mod acl;
mod client;
mod config;
mod connection;
mod info;
mod keys;
mod replication;
mod rules;
mod sentinel;
mod spec;
mod transaction;

use std::time::Duration;

pub(crate) use rules::rule_is_simulated;
use spec::Call;
pub(crate) use spec::Spec;

use crate::{
    Node, Reply, Version,
    acl_log::{Reason, Refused},
    replication::Role,
};

/// Every command that is simulated, by topic.
const COMMANDS: [&[Spec]; 9] = [
    acl::COMMANDS,
    client::COMMANDS,
    config::COMMANDS,
    connection::COMMANDS,
    info::COMMANDS,
    keys::COMMANDS,
    replication::COMMANDS,
    sentinel::COMMANDS,
    transaction::COMMANDS,
];

/// Carries out one command of a client, in the order of checks of Redis's `processCommand`.
pub(crate) fn carry_out(node: &mut Node, client: u64, words: &[Vec<u8>], now: Duration) -> Reply {
    let mut call = Call { node, id: client, words, now };
    match admit(&mut call) {
        Ok(spec) if call.client().transaction.is_some() && !spec.runs_in_transaction => {
            let queued = transaction::queue(&mut call, spec);
            refused_if_error(&mut call, queued)
        }
        Ok(spec) => (spec.run)(&mut call),
        Err(refusal) => turn_away(&mut call, refusal),
    }
}

/// Refuses one command of a client, whatever it is.
pub(crate) fn refuse(node: &mut Node, client: u64, words: &[Vec<u8>], now: Duration, refusal: Reply) -> Reply {
    turn_away(&mut Call { node, id: client, words, now }, refusal)
}

/// The answer to a command that is not carried out. An `EXEC` discards its transaction; another command spoils it.
fn turn_away(call: &mut Call<'_>, refusal: Reply) -> Reply {
    match refusal {
        Reply::Error(refusal) if call.word(0).eq_ignore_ascii_case("exec") => transaction::abort(call, &refusal),
        refusal => refused_if_error(call, refusal),
    }
}

/// Returns the reply, and if it is an error, spoils the transaction that the command was for.
fn refused_if_error(call: &mut Call<'_>, reply: Reply) -> Reply {
    if let (Reply::Error(_), Some(transaction)) = (&reply, &mut call.client().transaction) {
        transaction.refused = true;
    }
    reply
}

/// The command of a call, or why it is refused.
fn admit(call: &mut Call<'_>) -> Result<&'static Spec, Reply> {
    let spec = spec::find(call.words, &COMMANDS, call.node.version)?;
    let fits = match call.node.sentinel {
        Some(_) => spec.in_sentinel,
        None => spec.container() != "sentinel",
    };
    if !fits {
        return Err(Reply::not_simulated(&format!("{} on this kind of server", spec.name)));
    }
    if !spec.without_login && call.needs_login() {
        return Err(Reply::error("NOAUTH Authentication required."));
    }
    let in_transaction = call.client().transaction.is_some();
    if in_transaction && spec.name == "multi" && call.node.version == Version::Valkey8 {
        return Err(Reply::error("ERR Command not allowed inside a transaction"));
    }
    if let Err(denied) = permit(call, spec) {
        return Err(Reply::error(format!("NOPERM {}", denied.text(call))));
    }
    if spec.writes && matches!(call.node.role, Role::Replica(_)) {
        return Err(Reply::error("READONLY You can't write against a read only replica."));
    }
    Ok(spec)
}

/// What a user may not do.
enum Denied {
    Command(&'static str),
    Key,
}

impl Denied {
    fn text(&self, call: &mut Call<'_>) -> String {
        let user = call.client().user.clone();
        match (self, call.node.version) {
            (Self::Command(name), Version::Redis7) => {
                format!("this user has no permissions to run the '{name}' command")
            }
            (Self::Command(name), _) => format!("User {user} has no permissions to run the '{name}' command"),
            (Self::Key, Version::Redis7) => {
                "this user has no permissions to access one of the keys used as arguments".to_owned()
            }
            (Self::Key, _) => "No permissions to access a key".to_owned(),
        }
    }
}

/// Checks a call against the rules of its user, and writes a refusal to the ACL log.
fn permit(call: &mut Call<'_>, spec: &'static Spec) -> Result<(), Denied> {
    let user = call.node.users[&call.node.clients[&call.id].user].clone();
    if !spec.without_login && !user.commands.allow(spec) {
        call.log(Reason::Command, spec.name);
        return Err(Denied::Command(spec.name));
    }
    if let Some(key) = spec.keys.of(call.words).iter().find(|key| !user.may_use(key)) {
        let key = String::from_utf8_lossy(key).into_owned();
        call.log(Reason::Key, &key);
        return Err(Denied::Key);
    }
    Ok(())
}

impl Call<'_> {
    /// Whether the client has to log in first: it has not, and the user `default` needs a password.
    fn needs_login(&mut self) -> bool {
        let default = &self.node.users[crate::DEFAULT_USER];
        let open = default.passwordless && default.enabled;
        !open && !self.client().authenticated
    }

    fn log(&mut self, reason: Reason, object: &str) {
        let user = self.client().user.clone();
        self.log_for(reason, object, user);
    }

    fn log_for(&mut self, reason: Reason, object: &str, user: String) {
        let in_transaction = self.client().transaction.is_some();
        let client = self.node.clients[&self.id].describe(&self.node.address, self.now);
        let refused = Refused { reason, in_transaction, object: object.to_owned(), user };
        self.node.acl_log.add(refused, client, self.now);
    }
}
