//! Periods in which consumers that started read something else than is published now.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::consumers::Task;

/// A period in which something else was published than now. Both ends are included; times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StalePeriod {
    /// When it began.
    pub from_ms: u64,
    /// When it ended: the moment of a change.
    pub until_ms: u64,
}

/// One version of a parameter.
#[derive(Clone, Debug)]
pub struct ParameterVersion {
    /// Its number.
    pub number: i64,
    /// Its value.
    pub value: SecretString,
    /// When it was written.
    pub modified_ms: u64,
    /// Whether it is the one that was published last.
    pub is_published: bool,
}

/// One version of a secret that keys are written into.
#[derive(Clone, Debug)]
pub struct KeysVersion {
    /// Its whole value.
    pub value: SecretString,
    /// When it was made.
    pub created_ms: u64,
}

impl StalePeriod {
    /// All the time before a change.
    pub fn until(until_ms: u64) -> Self {
        Self { from_ms: 0, until_ms }
    }

    /// Whether a task may have read what was published then. A task reads its secrets and parameters between the moments at
    /// which it was created and started.
    pub fn meets(&self, task: &Task) -> bool {
        let began_before_its_end = task.created_ms.is_none_or(|created_ms| created_ms <= self.until_ms);
        let ended_after_its_begin = task.started_ms.is_none_or(|started_ms| started_ms >= self.from_ms);
        began_before_its_end && ended_after_its_begin
    }

    /// The periods in which a parameter had another value than the published one, from all versions that Parameter Store
    /// keeps.
    ///
    /// | version | from it until the next one |
    /// |---|---|
    /// | has the published value | not stale, even if a value written by hand was corrected since |
    /// | has another value | stale |
    /// | before the oldest that is kept, if that is not the first | stale: its value is unknown |
    /// | before the first | not stale: the parameter did not exist |
    ///
    /// There is no period if nothing was published, or if a value written by hand is left in place: a restarted consumer
    /// would read that value.
    pub fn of_parameter(mut versions: Vec<ParameterVersion>) -> Vec<Self> {
        versions.sort_by_key(|version| version.number);
        let (Some(oldest), Some(newest)) = (versions.first(), versions.last()) else { return Vec::new() };
        let Some(published) = versions.iter().find(|version| version.is_published) else { return Vec::new() };
        let is_published = |version: &ParameterVersion| same(&version.value, &published.value);
        if !is_published(newest) {
            return Vec::new();
        }
        let dropped = (oldest.number > 1).then(|| Self::until(oldest.modified_ms));
        let kept = versions.windows(2).filter(|pair| !is_published(&pair[0]));
        let kept = kept.map(|pair| Self { from_ms: pair[0].modified_ms, until_ms: pair[1].modified_ms });
        dropped.into_iter().chain(kept).collect()
    }

    /// The period in which keys of a secret may have had other values than in AWSCURRENT. Only AWSPREVIOUS is known
    /// besides.
    ///
    /// | AWSPREVIOUS | its keys | ⇒ until |
    /// |---|---|---|
    /// | none | | none: it is the first version |
    /// | a JSON object | none of them exists | none: they were written for the first time |
    /// | a JSON object | one has another value, or is missing | AWSCURRENT was created |
    /// | a JSON object | all are equal | AWSPREVIOUS was created: somebody changed another key since ours were written |
    /// | anything else | | AWSCURRENT was created |
    pub fn of_keys<'a>(
        keys: impl IntoIterator<Item = &'a str>,
        current: &KeysVersion,
        previous: Option<&KeysVersion>,
    ) -> Option<Self> {
        let previous = previous?;
        // If somebody moved AWSCURRENT back, that happened after AWSPREVIOUS was created.
        let changed = Self::until(current.created_ms.max(previous.created_ms));
        let (Some(now), Some(before)) = (members(&current.value), members(&previous.value)) else {
            return Some(changed);
        };
        let keys: Vec<&str> = keys.into_iter().collect();
        if keys.iter().all(|key| !before.contains_key(*key)) {
            return None;
        }
        let same = keys.iter().all(|key| before.get(*key) == now.get(*key));
        Some(if same { Self::until(previous.created_ms) } else { changed })
    }
}

/// The end of the latest period, which is the latest change; `None` if nothing has changed.
pub fn latest_ms(stale: &[StalePeriod]) -> Option<u64> {
    stale.iter().map(|period| period.until_ms).max()
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn members(value: &SecretString) -> Option<Map<String, Value>> {
    match serde_json::from_str(value.expose_secret()) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}
