//! How many snapshots may be taken in a day.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// The period that a quota is for.
const PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// The times of manual snapshots by node, or by serverless cache. Those of snapshots that are deleted count too.
#[derive(Debug, Default)]
pub(in super::super) struct Quota(BTreeMap<String, Vec<Timestamp>>);

impl Quota {
    /// Counts a snapshot, unless there were this many in the last 24 hours.
    pub(in super::super) fn count(&mut self, of: &str, most: usize, now: Timestamp) -> bool {
        let times = self.0.entry(of.to_owned()).or_default();
        times.retain(|at| now.duration_since(*at) < PERIOD);
        let left = times.len() < most;
        if left {
            times.push(now);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_free_again_after_24_hours() {
        let (mut quota, now) = (Quota::default(), Timestamp::from_second(1_800_000_000).unwrap());
        assert!(quota.count("orders-001", 2, now));
        assert!(quota.count("orders-001", 2, now + SignedDuration::from_hours(1)));
        assert!(!quota.count("orders-001", 2, now + SignedDuration::from_secs(24 * 3600 - 1)));
        assert!(quota.count("orders-002", 2, now), "another node has its own");
        assert!(quota.count("orders-001", 2, now + SignedDuration::from_hours(24)));
        assert!(!quota.count("orders-001", 2, now + SignedDuration::from_hours(24)));
    }
}
