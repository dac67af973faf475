//! Who may log in to a node, as Redis ACLs.

use secrecy::{ExposeSecret, SecretString};

/// The user that the sandbox administers nodes with, and that nodes replicate with. Its password is random.
pub(crate) const ADMINISTRATOR: &str = "sandbox-administrator";

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

/// What the `default` user of a node accepts.
///
/// Redis knows no "this token or none": a password added to a `nopass` user ends `nopass`. A group without AUTH that
/// has had its first ROTATE is therefore `open` still: it lets anybody in, until SET closes it. Redis then answers
/// `AUTH token` with an error and takes `AUTH default token` (or `HELLO … AUTH default token`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// Whether a client gets in without logging in.
    pub(crate) open: bool,
    /// The tokens that log in, oldest first.
    pub(crate) tokens: Vec<SecretString>,
}

impl Access {
    /// The one command that makes it so: Redis applies all of its rules or none.
    pub(crate) fn command(&self) -> redis::Cmd {
        let mut command = redis::cmd("ACL");
        command.arg("SETUSER").arg("default").arg("reset").arg("on").arg("~*").arg("&*").arg("+@all");
        TAKEN_AWAY.iter().for_each(|rule| {
            command.arg(*rule);
        });
        if self.open {
            command.arg("nopass");
        } else {
            self.tokens.iter().for_each(|token| {
                command.arg(format!(">{}", token.expose_secret()));
            });
        }
        command
    }
}
