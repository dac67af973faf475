//! What is known of a command before it is carried out.

use std::time::Duration;

use crate::{Node, Reply, Version, client::Client};

/// A command or a subcommand. The data are those of `COMMAND INFO`.
pub(crate) struct Spec {
    /// `command` or `command|subcommand`, in lower case.
    pub(crate) name: &'static str,
    /// The number of words; if negative, the least number.
    pub(super) arity: i8,
    /// Its ACL categories, without those that no access string uses (`@fast`, `@slow`).
    pub(crate) categories: &'static [&'static str],
    pub(super) run: fn(&mut Call<'_>) -> Reply,
    /// Which words are keys.
    pub(super) keys: KeyWords,
    /// Whether it changes the data.
    pub(super) writes: bool,
    /// Whether every client may call it, logged in or not.
    pub(super) without_login: bool,
    /// Whether it is carried out at once after `MULTI`.
    pub(super) runs_in_transaction: bool,
    /// Whether a Sentinel has it.
    pub(super) in_sentinel: bool,
    /// The first version that has it.
    pub(super) first_version: Version,
}

/// Which words of a command are keys.
#[derive(Clone, Copy)]
pub(super) enum KeyWords {
    None,
    First,
    All,
}

/// One call of a command.
pub(super) struct Call<'a> {
    pub(super) node: &'a mut Node,
    /// The client that calls.
    pub(super) id: u64,
    pub(super) words: &'a [Vec<u8>],
    pub(super) now: Duration,
}

pub(super) const ADMIN: &[&str] = &["admin", "dangerous"];
pub(super) const CONNECTION: &[&str] = &["connection"];

impl Spec {
    /// A command that only reads.
    pub(super) const fn new(
        name: &'static str,
        arity: i8,
        categories: &'static [&'static str],
        run: fn(&mut Call<'_>) -> Reply,
    ) -> Self {
        Self {
            name,
            arity,
            categories,
            run,
            keys: KeyWords::None,
            writes: false,
            without_login: false,
            runs_in_transaction: false,
            in_sentinel: false,
            first_version: Version::Redis7,
        }
    }

    /// The command that it is a subcommand of.
    pub(super) fn container(&self) -> &'static str {
        self.name.split('|').next().unwrap_or(self.name)
    }

    fn takes(&self, words: usize) -> bool {
        let least = usize::from(self.arity.unsigned_abs());
        if self.arity < 0 { words >= least } else { words == least }
    }
}

impl KeyWords {
    pub(super) fn of(self, words: &[Vec<u8>]) -> &[Vec<u8>] {
        match self {
            Self::None => &[],
            Self::First => &words[1..2],
            Self::All => &words[1..],
        }
    }
}

impl Call<'_> {
    pub(super) fn client(&mut self) -> &mut Client {
        self.node.clients.get_mut(&self.id).expect("a client that calls is connected")
    }

    /// A word as text.
    pub(super) fn word(&self, at: usize) -> String {
        self.words.get(at).map(|word| String::from_utf8_lossy(word).into_owned()).unwrap_or_default()
    }

    /// The words from this one on, as text.
    pub(super) fn words_from(&self, first: usize) -> Vec<String> {
        (first..self.words.len()).map(|at| self.word(at)).collect()
    }
}

/// Finds the command that these words name.
///
/// # Errors
/// The reply to words that no command takes, and for a command that is not simulated.
pub(super) fn find(
    words: &[Vec<u8>],
    commands: &'static [&'static [Spec]],
    version: Version,
) -> Result<&'static Spec, Reply> {
    let wrong_arity = |name| Reply::error(format!("ERR wrong number of arguments for '{name}' command"));
    let text = |word: &Vec<u8>| String::from_utf8_lossy(word).into_owned();
    let command = words.first().map(text).unwrap_or_default().to_ascii_lowercase();
    let all = || commands.iter().copied().flatten();
    let Some(family) = all().find(|spec| spec.container() == command) else {
        return Err(Reply::not_simulated(&command));
    };
    let name = match (family.name == command, words.get(1).map(text)) {
        (true, _) => command,
        (false, Some(subcommand)) => format!("{command}|{}", subcommand.to_ascii_lowercase()),
        (false, None) => return Err(wrong_arity(family.container())),
    };
    match all().find(|spec| spec.name == name) {
        Some(spec) if spec.first_version > version => Err(Reply::error(format!(
            "ERR unknown subcommand '{}'. Try {} HELP.",
            words.get(1).map(text).unwrap_or_default(),
            spec.container().to_uppercase()
        ))),
        Some(spec) if spec.takes(words.len()) => Ok(spec),
        Some(spec) => Err(wrong_arity(spec.name)),
        None => Err(Reply::not_simulated(&name.replace('|', " "))),
    }
}
