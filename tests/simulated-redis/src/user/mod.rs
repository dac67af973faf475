//! A user of a node: who may log in, and what the user may do.

mod command_rules;
mod describe;
mod modifier;

use sha2::{Digest, Sha256};

pub(crate) use command_rules::CommandRules;

use crate::glob;

/// The user that clients are until they log in, and that `AUTH password` logs in as.
pub const DEFAULT_USER: &str = "default";

/// A user. Like Redis, it keeps the SHA-256 of each password and not the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(crate) name: String,
    pub(crate) enabled: bool,
    /// Whether every password logs in.
    pub(crate) passwordless: bool,
    /// The hashes of its passwords, in hexadecimal.
    pub(crate) passwords: Vec<String>,
    /// The patterns of the keys that it may use.
    pub(crate) keys: Vec<String>,
    /// The patterns of the channels that it may use.
    pub(crate) channels: Vec<String>,
    pub(crate) commands: CommandRules,
}

impl User {
    /// A user with these modifiers, as `ACL SETUSER` takes them.
    ///
    /// # Errors
    /// A modifier that a real server refuses, or that is not simulated.
    pub fn new(name: &str, modifiers: &[&str]) -> Result<Self, String> {
        let mut user = Self::without_rights(name);
        for modifier in modifiers {
            user.modify(modifier).map_err(|error| format!("{modifier}: {error}"))?;
        }
        Ok(user)
    }

    /// A new user: it cannot log in and may do nothing.
    pub(crate) fn without_rights(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled: false,
            passwordless: false,
            passwords: Vec::new(),
            keys: Vec::new(),
            channels: Vec::new(),
            commands: CommandRules::none(),
        }
    }

    /// The user `default` of a server that no password was set for.
    pub(crate) fn open_default() -> Self {
        Self {
            enabled: true,
            passwordless: true,
            keys: vec!["*".to_owned()],
            channels: vec!["*".to_owned()],
            commands: CommandRules::all(),
            ..Self::without_rights(DEFAULT_USER)
        }
    }

    /// Makes this the only password; the empty one lets everybody in. This is what `requirepass` does to the user `default`.
    pub(crate) fn require(&mut self, password: &str) {
        self.passwordless = password.is_empty();
        self.passwords.clear();
        if !password.is_empty() {
            self.passwords.push(hash(password.as_bytes()));
        }
    }

    /// Whether this password logs in.
    pub(crate) fn accepts(&self, password: &[u8]) -> bool {
        self.enabled && (self.passwordless || self.passwords.contains(&hash(password)))
    }

    /// Whether it may use this key.
    pub(crate) fn may_use(&self, key: &[u8]) -> bool {
        self.keys.iter().any(|pattern| glob::matches(pattern.as_bytes(), key))
    }
}

/// The SHA-256 of a password, in hexadecimal.
pub(crate) fn hash(password: &[u8]) -> String {
    Sha256::digest(password).iter().map(|byte| format!("{byte:02x}")).collect()
}
