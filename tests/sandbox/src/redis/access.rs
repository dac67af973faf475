//! Who may log in to a node, as Redis ACLs.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use simulated_redis::User;

/// The user that the sandbox administers nodes with, and that nodes replicate with. Its password is random.
pub(crate) const ADMINISTRATOR: &str = "sandbox-administrator";

/// The user of clients that name none.
const DEFAULT: &str = "default";

/// What clients of ElastiCache cannot call.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html>
const TAKEN_AWAY: [&str; 29] = [
    "-acl",
    "-bgrewriteaof",
    "-bgsave",
    "-cluster|addslots",
    "-cluster|addslotsrange",
    "-cluster|bumpepoch",
    "-cluster|delslots",
    "-cluster|delslotsrange",
    "-cluster|failover",
    "-cluster|flushslots",
    "-cluster|forget",
    "-cluster|meet",
    "-cluster|replicate",
    "-cluster|reset",
    "-cluster|saveconfig",
    "-cluster|set-config-epoch",
    "-cluster|setslot",
    "-config",
    "-debug",
    "-failover",
    "-migrate",
    "-module",
    "-psync",
    "-replicaof",
    "-replconf",
    "-save",
    "-shutdown",
    "-slaveof",
    "-sync",
];

/// Who may log in to a node, and with what: its users by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access(BTreeMap<String, Account>);

/// One user of a node.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// The rules of its access string, which hold no password.
    pub(crate) rules: Vec<String>,
    /// Whether a client gets in without a password.
    pub(crate) open: bool,
    /// The passwords that log in; with none, and not open, nobody gets in.
    pub(crate) passwords: Vec<SecretString>,
}

impl Access {
    /// What the `default` user of a group with AUTH tokens accepts.
    ///
    /// Redis knows no "this token or none": a password added to a `nopass` user ends `nopass`. A group without AUTH
    /// that has had its first ROTATE is therefore `open` still: it lets anybody in, until SET closes it. Redis then
    /// answers `AUTH token` with an error and takes `AUTH default token` (or `HELLO … AUTH default token`).
    pub(crate) fn of_tokens(open: bool, tokens: Vec<SecretString>) -> Self {
        let rules = ["on", "~*", "&*", "+@all"].map(str::to_owned).to_vec();
        [Account { name: DEFAULT.to_owned(), rules, open, passwords: tokens }].into_iter().collect()
    }

    /// Adds a user, or puts it in the place of the one with its name.
    pub(crate) fn set(&mut self, account: Account) {
        self.0.insert(account.name.clone(), account);
    }

    /// Takes a user away.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The users of a simulated node that has this access.
    ///
    /// # Errors
    /// The first rule that the node does not know.
    pub(crate) fn users(&self) -> Result<Vec<User>, String> {
        let user = |account: &Account| {
            let modifiers = account.modifiers();
            User::new(&account.name, &modifiers.iter().map(String::as_str).collect::<Vec<_>>())
        };
        self.0.values().map(user).collect()
    }

    /// The transaction that makes it so on a server that has these users at the moment.
    pub(crate) fn transaction(&self, present: &[String]) -> redis::Pipeline {
        let mut transaction = redis::pipe();
        transaction.atomic();
        self.0.values().for_each(|account| {
            transaction.add_command(account.command());
        });
        for name in present.iter().filter(|name| *name != ADMINISTRATOR && !self.0.contains_key(*name)) {
            let mut command = redis::cmd("ACL");
            match name.as_str() {
                // The one user that Redis cannot delete.
                DEFAULT => command.arg("SETUSER").arg(DEFAULT).arg("reset"),
                name => command.arg("DELUSER").arg(name),
            };
            transaction.add_command(command);
        }
        transaction
    }
}

impl FromIterator<Account> for Access {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Self {
        Self(accounts.into_iter().map(|account| (account.name.clone(), account)).collect())
    }
}

impl Account {
    /// The one command that makes it so: Redis applies all of its rules or none.
    fn command(&self) -> redis::Cmd {
        redis::cmd("ACL").arg("SETUSER").arg(&self.name).arg("reset").arg(self.modifiers()).to_owned()
    }

    /// Its rules and its passwords, as `ACL SETUSER` takes them for a new user.
    fn modifiers(&self) -> Vec<String> {
        let rules = self.rules.iter().cloned().chain(TAKEN_AWAY.map(str::to_owned));
        match self.open {
            true => rules.chain(["nopass".to_owned()]).collect(),
            false => {
                rules.chain(self.passwords.iter().map(|password| format!(">{}", password.expose_secret()))).collect()
            }
        }
    }
}
