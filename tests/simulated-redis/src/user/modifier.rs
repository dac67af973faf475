//! The modifiers of `ACL SETUSER`.
//!
//! <https://redis.io/docs/latest/commands/acl-setuser/>, and the texts of `ACLSetUserStringError` in Redis's `acl.c`.

use super::{CommandRules, User, hash};
use crate::{commands, glob};

/// Why a modifier is refused: a text of the real server's, or that it is not simulated.
pub(crate) type Refusal = String;

impl User {
    /// Applies one modifier.
    ///
    /// # Errors
    /// A modifier that a real server refuses, or that is not simulated; the user is unchanged.
    pub(crate) fn modify(&mut self, modifier: &str) -> Result<(), Refusal> {
        match modifier.to_ascii_lowercase().as_str() {
            "" | "sanitize-payload" | "clearselectors" => {}
            "on" => self.enabled = true,
            "off" => self.enabled = false,
            "nopass" => self.require(""),
            "resetpass" => {
                self.passwordless = false;
                self.passwords.clear();
            }
            "allkeys" | "~*" => self.keys = vec!["*".to_owned()],
            "resetkeys" => self.keys.clear(),
            "allchannels" | "&*" => self.channels = vec!["*".to_owned()],
            "resetchannels" => self.channels.clear(),
            "allcommands" | "+@all" => self.commands = CommandRules::all(),
            "nocommands" | "-@all" => self.commands = CommandRules::none(),
            "reset" => *self = Self::without_rights(&self.name),
            _ => return self.modify_with_argument(modifier),
        }
        Ok(())
    }

    fn modify_with_argument(&mut self, modifier: &str) -> Result<(), Refusal> {
        let mut rest = modifier.chars();
        let sign = rest.next();
        let argument = rest.as_str();
        match sign {
            Some('>') => self.add_password(hash(argument.as_bytes())),
            Some('#') => self.add_password(checked_hash(argument)?),
            Some('<') => self.remove_password(&hash(argument.as_bytes()))?,
            Some('!') => self.remove_password(&checked_hash(argument)?)?,
            Some('~') => add_pattern(&mut self.keys, argument, KEYS)?,
            Some('&') => add_pattern(&mut self.channels, argument, CHANNELS)?,
            Some(sign @ ('+' | '-')) => {
                let rule = argument.to_ascii_lowercase();
                if !commands::rule_is_simulated(&rule) {
                    return Err(not_simulated(modifier));
                }
                self.commands.add(sign == '+', &rule);
            }
            Some('%' | '(') => return Err(not_simulated(modifier)),
            _ if modifier.eq_ignore_ascii_case("skip-sanitize-payload") => return Err(not_simulated(modifier)),
            _ => return Err("Syntax error".to_owned()),
        }
        Ok(())
    }

    fn add_password(&mut self, hash: String) {
        self.passwordless = false;
        if !self.passwords.contains(&hash) {
            self.passwords.push(hash);
        }
    }

    fn remove_password(&mut self, hash: &str) -> Result<(), Refusal> {
        let Some(at) = self.passwords.iter().position(|password| password == hash) else {
            return Err("The password you are trying to remove from the user does not exist".to_owned());
        };
        self.passwords.remove(at);
        Ok(())
    }
}

const KEYS: &str = "the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start \
                    with an empty list of patterns";
const CHANNELS: &str = "the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try \
                        'resetchannels' to start with an empty list of channels";

fn add_pattern(patterns: &mut Vec<String>, pattern: &str, after_all: &str) -> Result<(), Refusal> {
    if patterns.iter().any(|pattern| pattern == "*") {
        return Err(format!("Adding a pattern after {after_all}"));
    }
    if !glob::is_simulated(pattern) {
        return Err(not_simulated(pattern));
    }
    if !patterns.iter().any(|known| known == pattern) {
        patterns.push(pattern.to_owned());
    }
    Ok(())
}

fn checked_hash(text: &str) -> Result<String, Refusal> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match is_hash {
        true => Ok(text.to_owned()),
        false => {
            Err("The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
                .to_owned())
        }
    }
}

fn not_simulated(what: &str) -> Refusal {
    format!("the simulated node does not know '{what}'")
}
