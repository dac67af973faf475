//! The versions of one secret, and their labels.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::value::Value;

/// The label of the value to use.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The label of the value that a rotation is making.
pub(super) const PENDING: &str = "AWSPENDING";
/// The label of the value that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// Deprecated versions are kept up to here.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const MAX_VERSIONS: usize = 100;
/// A version younger than this is never removed.
const KEEP_YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// One version.
#[derive(Debug)]
pub(super) struct Version {
    /// Its id: the token of the request that made it.
    pub(super) id: String,
    /// `None` for the empty version that a rotation begins with.
    pub(super) value: Option<Value>,
    /// Its labels; a version with none is deprecated.
    pub(super) stages: BTreeSet<String>,
    /// When it was created.
    pub(super) created: Timestamp,
    /// When it was last read.
    pub(super) accessed: Option<Timestamp>,
}

/// All versions, oldest first. A label is on one version at most.
#[derive(Debug, Default)]
pub(super) struct Versions {
    list: Vec<Version>,
    /// Moves of labels, with the version, that are not published yet.
    moved: Vec<(String, String)>,
}

impl Versions {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Version> {
        self.list.iter()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Version> {
        self.list.iter().find(|version| version.id == id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Version> {
        self.list.iter_mut().find(|version| version.id == id)
    }

    /// The version that carries a label.
    pub(super) fn with_stage(&self, stage: &str) -> Option<&Version> {
        self.list.iter().find(|version| version.stages.contains(stage))
    }

    /// Whether a version carries a label.
    pub(super) fn carries(&self, id: &str, stage: &str) -> bool {
        self.get(id).is_some_and(|version| version.stages.contains(stage))
    }

    /// Adds a version with no label, then drops what is too old to keep.
    pub(super) fn add(&mut self, id: &str, value: Option<Value>, now: Timestamp) {
        let stages = BTreeSet::new();
        self.list.push(Version { id: id.to_owned(), value, stages, created: now, accessed: None });
        self.prune(id, now);
    }

    /// Moves a label to a version. The version that was current becomes previous.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let before = self.with_stage(stage).map(|version| version.id.clone());
        if before.as_deref() == Some(id) {
            return;
        }
        self.detach(stage);
        if let (CURRENT, Some(before)) = (stage, before) {
            self.detach(PREVIOUS);
            self.label(PREVIOUS, &before);
        }
        self.label(stage, id);
    }

    /// Removes a label.
    pub(super) fn detach(&mut self, stage: &str) {
        for version in &mut self.list {
            version.stages.remove(stage);
        }
    }

    /// Removes a label from this version, if it has it.
    pub(super) fn detach_from(&mut self, id: &str, stage: &str) {
        if let Some(version) = self.get_mut(id) {
            version.stages.remove(stage);
        }
    }

    fn label(&mut self, stage: &str, id: &str) {
        if let Some(version) = self.get_mut(id) {
            version.stages.insert(stage.to_owned());
            self.moved.push((stage.to_owned(), id.to_owned()));
        }
    }

    /// Takes the moves of labels that are not published yet.
    pub(super) fn take_moved(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.moved)
    }

    /// Drops the oldest deprecated versions beyond the limit, but none of the last 24 hours, nor the one just made.
    fn prune(&mut self, just_made: &str, now: Timestamp) {
        while self.list.len() > MAX_VERSIONS {
            let old = |version: &Version| {
                version.stages.is_empty() && version.id != just_made && now.duration_since(version.created) > KEEP_YOUNG
            };
            let Some(at) = self.list.iter().position(old) else { return };
            self.list.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * count)
    }

    #[test]
    fn what_was_current_becomes_previous_also_on_the_way_back() {
        let mut versions = Versions::default();
        versions.add("one", None, days(0));
        versions.add("two", None, days(0));
        versions.attach(CURRENT, "one");
        versions.attach(CURRENT, "two");
        assert!(versions.carries("one", PREVIOUS));
        versions.attach(CURRENT, "one");
        assert!(versions.carries("two", PREVIOUS) && !versions.carries("one", PREVIOUS));
    }

    #[test]
    fn only_old_versions_without_a_label_are_dropped() {
        let mut versions = Versions::default();
        versions.add("labelled", None, days(0));
        versions.attach(CURRENT, "labelled");
        for nth in 0..100 {
            versions.add(&format!("old-{nth}"), None, days(0));
        }
        assert_eq!(versions.list.len(), 101, "versions of the same day are all kept");
        versions.add("new", None, days(2));
        assert_eq!(versions.list.len(), MAX_VERSIONS);
        assert!(versions.get("labelled").is_some() && versions.get("new").is_some() && versions.get("old-0").is_none());
    }
}
