//! What `ACL GETUSER` and `ACL LIST` print of a user.

use super::User;
use crate::Reply;

impl User {
    /// The reply of `ACL GETUSER`.
    pub(crate) fn details(&self) -> Reply {
        let flags = self.flags().into_iter().map(Reply::bulk).collect();
        Reply::map([
            ("flags", Reply::Set(flags)),
            ("passwords", Reply::bulks(self.passwords.iter().cloned())),
            ("commands", Reply::bulk(self.commands.describe())),
            ("keys", Reply::bulk(patterns('~', &self.keys))),
            ("channels", Reply::bulk(patterns('&', &self.channels))),
            ("selectors", Reply::Array(Vec::new())),
        ])
    }

    /// The line of `ACL LIST`.
    pub(crate) fn line(&self) -> String {
        let mut words = vec!["user".to_owned(), self.name.clone()];
        words.extend(self.flags().into_iter().map(str::to_owned));
        words.extend(self.passwords.iter().map(|hash| format!("#{hash}")));
        if !self.keys.is_empty() {
            words.push(patterns('~', &self.keys));
        }
        // It may use no channel but those that follow.
        if self.channels != ["*"] {
            words.push("resetchannels".to_owned());
        }
        if !self.channels.is_empty() {
            words.push(patterns('&', &self.channels));
        }
        words.push(self.commands.describe());
        words.join(" ")
    }

    fn flags(&self) -> Vec<&'static str> {
        let mut flags = vec![if self.enabled { "on" } else { "off" }];
        if self.passwordless {
            flags.push("nopass");
        }
        flags
    }
}

fn patterns(sign: char, patterns: &[String]) -> String {
    patterns.iter().map(|pattern| format!("{sign}{pattern}")).collect::<Vec<_>>().join(" ")
}
