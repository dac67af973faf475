//! When what consumers read when they start was another than it is now.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::consumers::Task;

/// A time in which something else was to be read than now. Both ends belong to it; times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
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

impl Stretch {
    /// All the time before a change.
    pub fn until(until_ms: u64) -> Self {
        Self { from_ms: 0, until_ms }
    }

    /// Whether a task may have been given what was to be read then. It is given that between the moment that it was created
    /// at and the one that it started at.
    pub fn meets(&self, task: &Task) -> bool {
        let began_before_its_end = task.created_ms.is_none_or(|created_ms| created_ms <= self.until_ms);
        let ended_after_its_begin = task.started_ms.is_none_or(|started_ms| started_ms >= self.from_ms);
        began_before_its_end && ended_after_its_begin
    }

    /// The stretches in which a parameter had another value than what is published now, by all versions that are kept.
    ///
    /// | version | its time, until the next one |
    /// |---|---|
    /// | it holds what is published now | nothing was missed: not even where somebody's own value was put right since |
    /// | it holds another value | a stretch |
    /// | before the oldest that is kept, where that is not the first | a stretch: nobody knows |
    /// | before the first | nothing: there was no such parameter |
    ///
    /// There is none where nothing was published, or where somebody's own value is left in its place: whoever was started
    /// anew would read that.
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

    /// The stretch in which keys of a secret may have had other texts than in AWSCURRENT. Only AWSPREVIOUS is known besides.
    ///
    /// | AWSPREVIOUS | its keys | ⇒ until |
    /// |---|---|---|
    /// | none | | none: it is the first version |
    /// | a JSON object | none is there | none: they were written for the first time |
    /// | a JSON object | one has another text, or is missing | AWSCURRENT was made |
    /// | a JSON object | all as they are | AWSPREVIOUS was made: somebody has changed another key since ours were written |
    /// | anything else | | AWSCURRENT was made |
    pub fn of_keys<'a>(
        keys: impl IntoIterator<Item = &'a str>,
        current: &KeysVersion,
        previous: Option<&KeysVersion>,
    ) -> Option<Self> {
        let previous = previous?;
        // Where somebody moved AWSCURRENT back, it did not come to be that before AWSPREVIOUS was made.
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

/// The moment of the latest change; `None` where nothing has changed.
pub fn latest_ms(changes: &[Stretch]) -> Option<u64> {
    changes.iter().map(|change| change.until_ms).max()
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
