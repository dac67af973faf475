//! The log of refused logins and commands, which `ACL LOG` prints.
//!
//! <https://redis.io/docs/latest/commands/acl-log/>, and `addACLLogEntry` in Redis's `acl.c`.

use std::{collections::VecDeque, time::Duration};

use crate::{Reply, Version};

/// How many entries are kept.
const MOST: usize = 128;
/// How many of the newest entries a new one may be counted with.
const COMPARED: usize = 10;
/// How old an entry may be for a new one to be counted with it.
const TOGETHER: Duration = Duration::from_secs(60);

/// The entries, the newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct AclLog {
    entries: VecDeque<Entry>,
    /// How many entries there have been.
    entries_made: i64,
}

#[derive(Clone, Debug)]
struct Entry {
    id: i64,
    count: i64,
    refused: Refused,
    client: String,
    created: Duration,
    updated: Duration,
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) reason: Reason,
    pub(crate) in_transaction: bool,
    /// The command, the key, or for a login the command's name as the client spelled it.
    pub(crate) object: String,
    pub(crate) user: String,
}

/// Why it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Login,
    Command,
    Key,
}

impl AclLog {
    /// Adds an entry, or counts it with the one that is like it.
    pub(crate) fn add(&mut self, refused: Refused, client: String, now: Duration) {
        let alike = |entry: &Entry| entry.refused == refused && now.saturating_sub(entry.updated) <= TOGETHER;
        let entry = match self.entries.iter().take(COMPARED).position(alike) {
            Some(at) => {
                let same = self.entries.remove(at).expect("it was found there");
                Entry { count: same.count + 1, client, updated: now, ..same }
            }
            None => {
                self.entries_made += 1;
                Entry { id: self.entries_made - 1, count: 1, refused, client, created: now, updated: now }
            }
        };
        self.entries.push_front(entry);
        self.entries.truncate(MOST);
    }

    /// The newest entries.
    pub(crate) fn print(&self, most: usize, version: Version, now: Duration) -> Reply {
        Reply::Array(self.entries.iter().take(most).map(|entry| entry.print(version, now)).collect())
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

impl Entry {
    fn print(&self, version: Version, now: Duration) -> Reply {
        let reason = match self.refused.reason {
            Reason::Login => "auth",
            Reason::Command => "command",
            Reason::Key => "key",
        };
        let context = if self.refused.in_transaction { "multi" } else { "toplevel" };
        let millis = |time: Duration| Reply::Integer(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        let mut fields = vec![
            ("count", Reply::Integer(self.count)),
            ("reason", Reply::bulk(reason)),
            ("context", Reply::bulk(context)),
            ("object", Reply::bulk(self.refused.object.clone())),
            ("username", Reply::bulk(self.refused.user.clone())),
            ("age-seconds", Reply::Double(now.saturating_sub(self.updated).as_secs_f64())),
            ("client-info", Reply::bulk(self.client.clone())),
        ];
        if version >= Version::Redis8 {
            fields.push(("entry-id", Reply::Integer(self.id)));
            fields.push(("timestamp-created", millis(self.created)));
            fields.push(("timestamp-last-updated", millis(self.updated)));
        }
        Reply::Map(fields.into_iter().map(|(key, value)| (Reply::bulk(key), value)).collect())
    }
}
