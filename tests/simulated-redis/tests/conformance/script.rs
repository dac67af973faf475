//! Scripts: what clients do to servers, as text.
//!
//! Each line is a step. `name: WORDS` sends a command as the client of that name, which connects when it first speaks; words
//! with spaces stand in double quotes. `restart` kills the server and starts it again.

use std::fmt;

/// One step of a script.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Command { client: String, words: Vec<String> },
    Restart,
}

/// What a server starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetUp {
    /// A configuration file with `requirepass one` and `masterauth one`.
    ConfigFile,
    /// The same, and an ACL file: `default` with the password `one`, and `app` with the password `p`.
    AclFile,
    /// The same settings on the command line.
    CommandLine,
    /// A Sentinel that watches a primary on port 1, where nothing listens, as `main`.
    Sentinel,
}

impl Step {
    /// The step that a line says.
    ///
    /// # Panics
    /// It says none.
    pub(crate) fn read(line: &str) -> Self {
        if line == "restart" {
            return Self::Restart;
        }
        let (client, command) = line.split_once(": ").unwrap_or_else(|| panic!("no step: {line}"));
        Self::Command { client: client.to_owned(), words: words(command) }
    }
}

/// The steps of a script.
pub(crate) fn steps(text: &str) -> Vec<Step> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Step::read).collect()
}

/// Splits at spaces outside of double quotes.
pub(crate) fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(nth, part)| match nth % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Command { client, words } = self else { return write!(f, "restart") };
        write!(f, "{client}:")?;
        words.iter().try_for_each(|word| match word.is_empty() || word.contains(' ') {
            true => write!(f, " {word:?}"),
            false => write!(f, " {word}"),
        })
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
