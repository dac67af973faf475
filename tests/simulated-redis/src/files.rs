//! What a node starts with, and what it can write so that a restart finds it.

use crate::{address::Address, user::User};

/// What a node starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The settings.
    pub settings: Settings,
    /// Where the settings are.
    pub source: Source,
    /// Where the users are.
    pub users: Users,
}

/// Where a node reads its settings when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A configuration file, which `CONFIG REWRITE` writes.
    ConfigFile,
    /// The command line, which nothing writes.
    CommandLine,
}

/// Where a node reads its users when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Users {
    /// Beside the settings, as `user` lines; `CONFIG REWRITE` writes them.
    WithSettings(Vec<User>),
    /// In an ACL file, which `ACL SAVE` writes.
    AclFile(Vec<User>),
}

/// The settings that the product uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The password of the user `default`, as far as no user line says otherwise.
    pub requirepass: String,
    /// The user that it replicates as; if empty, `default`.
    pub masteruser: String,
    /// The password that it replicates with; if empty, it does not log in to its primary.
    pub masterauth: String,
    /// The primary that it replicates.
    pub replicaof: Option<Address>,
}

impl Files {
    /// A configuration file with this password for clients and for replicas.
    pub fn config_file(password: &str) -> Self {
        Self {
            settings: Settings {
                requirepass: password.to_owned(),
                masterauth: password.to_owned(),
                ..Settings::default()
            },
            source: Source::ConfigFile,
            users: Users::WithSettings(Vec::new()),
        }
    }

    /// The same settings on the command line: nothing survives a restart.
    pub fn command_line(password: &str) -> Self {
        Self { source: Source::CommandLine, ..Self::config_file(password) }
    }

    /// The same configuration file, and an ACL file with these users.
    pub fn acl_file(password: &str, users: Vec<User>) -> Self {
        Self { users: Users::AclFile(users), ..Self::config_file(password) }
    }

    /// The same as a replica of this primary.
    #[must_use]
    pub fn replica_of(mut self, primary: Address) -> Self {
        self.settings.replicaof = Some(primary);
        self
    }

    /// The users of a node that starts with these files, by the rules of Redis: an ACL file replaces what `requirepass` says,
    /// and so does a `user` line for the user `default`.
    pub(crate) fn users(&self) -> Vec<User> {
        let (mut default, lines) = (
            User::open_default(),
            match &self.users {
                Users::WithSettings(lines) | Users::AclFile(lines) => lines.as_slice(),
            },
        );
        if let Users::WithSettings(_) = self.users {
            default.require(&self.settings.requirepass);
        }
        // A later user of the same name replaces an earlier one.
        std::iter::once(default).chain(lines.iter().cloned()).collect()
    }

    /// Where the ACL file is, as `CONFIG GET aclfile` says it.
    pub(crate) fn acl_path(&self) -> &'static str {
        match self.users {
            Users::WithSettings(_) => "",
            Users::AclFile(_) => "/etc/redis/users.acl",
        }
    }

    /// Where the configuration file is, as `INFO` says it.
    pub(crate) fn config_path(&self) -> &'static str {
        match self.source {
            Source::CommandLine => "",
            Source::ConfigFile => "/etc/redis/redis.conf",
        }
    }
}
