//! The command of a Redis container, as far as a simulated node starts with it.

use std::io;

use secrecy::{ExposeSecret, SecretString};
use simulated_redis::{Files, Settings, Source, Users};

/// The options about data, which a simulated node does not keep.
const ABOUT_DATA: [&str; 6] = ["dir", "appendonly", "appendfsync", "save", "maxmemory", "maxmemory-policy"];

/// What a node starts with that has this command: `redis-server --requirepass …`, or `sh -c` with the same.
///
/// # Errors
/// It is another command, or has an option that is not simulated.
pub(super) fn files(words: &[&str], environment: &[(String, SecretString)]) -> io::Result<Files> {
    let words: Vec<String> = match words {
        ["sh" | "/bin/sh", "-c", script] => script.split_whitespace().map(|word| expand(word, environment)).collect(),
        words => words.iter().map(|word| (*word).to_owned()).collect(),
    };
    let mut words = words.iter().map(String::as_str).skip_while(|word| *word == "exec");
    if words.next() != Some("redis-server") {
        return Err(unknown("command"));
    }
    let mut settings = Settings::default();
    let mut option = "";
    for word in words {
        match (word.strip_prefix("--"), option) {
            (Some(name), _) if name == "requirepass" || ABOUT_DATA.contains(&name) => option = name,
            (None, "requirepass") => word.clone_into(&mut settings.requirepass),
            (None, name) if ABOUT_DATA.contains(&name) => {}
            _ => return Err(unknown("option")),
        }
    }
    Ok(Files { settings, source: Source::CommandLine, users: Users::WithSettings(Vec::new()) })
}

/// A word of a script, without its quotes and with the value of the variable that it names.
fn expand(word: &str, environment: &[(String, SecretString)]) -> String {
    let bare = word.trim_matches('"');
    let Some(name) = bare.strip_prefix('$') else { return bare.to_owned() };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    let value = environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose_secret());
    value.unwrap_or_default().to_owned()
}

/// The word itself is not named: it may be a credential.
fn unknown(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the {what} of a Redis container is not simulated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_redis_comes_from_the_environment_or_from_the_command_itself() {
        let environment = [("REDIS_PASSWORD".to_owned(), SecretString::from("of the environment"))];
        let script = "exec redis-server --requirepass \"$REDIS_PASSWORD\" --dir /data --appendonly yes --save 60 1000";
        for (words, password) in [
            (&["sh", "-c", script][..], "of the environment"),
            (&["sh", "-c", "redis-server --requirepass ${REDIS_PASSWORD}"], "of the environment"),
            (&["redis-server", "--requirepass", "of the command"], "of the command"),
            (&["redis-server"], ""),
        ] {
            let files = files(words, &environment).unwrap();
            assert_eq!(
                (files.settings.requirepass.as_str(), files.source),
                (password, Source::CommandLine),
                "{words:?}"
            );
        }
    }

    #[test]
    fn a_redis_with_another_command_or_an_unknown_option_does_not_start() {
        for (words, message) in [
            (&["valkey-server"][..], "the command of a Redis container is not simulated"),
            (&["redis-server", "/etc/redis.conf"], "the option of a Redis container is not simulated"),
            (&["redis-server", "--aclfile", "/users.acl"], "the option of a Redis container is not simulated"),
        ] {
            assert_eq!(files(words, &[]).unwrap_err().to_string(), message, "{words:?}");
        }
    }
}
