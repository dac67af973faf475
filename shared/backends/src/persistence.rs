//! What a self-hosted node persists over a restart, and how it is made to.

use cloud::CallError;

use crate::session::{Command, Session};

/// The files that a node reads when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Persistence {
    /// Whether it has an ACL file, which contains its users.
    pub(crate) acl_file: bool,
    /// Whether it has a configuration file, which contains its users where there is no ACL file.
    pub(crate) config_file: bool,
}

/// What a node says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Where it persists its users and settings.
    pub(crate) persistence: Persistence,
    /// Whether it follows a primary.
    pub(crate) replica: bool,
    /// Whether it is a node of a Redis Cluster.
    pub(crate) cluster: bool,
}

impl Setup {
    /// Asks a node.
    pub(crate) async fn of(session: &mut Session) -> Result<Self, CallError> {
        let info: String = session.run(Command::new("INFO")).await?;
        let field = |key: &str| info.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
        Ok(Self {
            persistence: Persistence {
                config_file: !field("config_file:").is_empty(),
                acl_file: !session.setting("aclfile").await?.is_empty(),
            },
            replica: field("role:") == "slave",
            cluster: field("cluster_enabled:") == "1",
        })
    }
}

impl Persistence {
    /// Whether its users survive a restart, once they are saved.
    pub(crate) fn persists_users(self) -> bool {
        self.acl_file || self.config_file
    }

    /// The command that saves the users; `None` if there is no file for them.
    ///
    /// With an ACL file, `CONFIG REWRITE` leaves users out; without, `ACL SAVE` is refused.
    /// <https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#use-an-external-acl-file>
    pub(crate) fn save_users(self) -> Option<Command> {
        match self {
            Self { acl_file: true, .. } => Some(Command::new("ACL SAVE")),
            Self { config_file: true, .. } => Some(Command::new("CONFIG REWRITE")),
            _ => None,
        }
    }

    /// The command that saves the settings; `None` if there is no file for them.
    pub(crate) fn save_settings(self) -> Option<Command> {
        self.config_file.then(|| Command::new("CONFIG REWRITE"))
    }

    /// Whether the configuration file contains the password of the user `default` in a line of its own, beside the user's.
    ///
    /// `CONFIG REWRITE` writes both: that line is dead, the user's wins, and yet it looks alive.
    pub(crate) fn has_requirepass(self) -> bool {
        self.config_file && !self.acl_file
    }
}
