//! The policy: which times `snapshots.keep` keeps, as restic does.

use std::fmt;

use jiff::Timestamp;

use super::periods::Periods;
use crate::target::{CalendarDuration, Count, Keep};

/// A rule of `snapshots.keep` that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `last`.
    Last,
    /// `hourly`.
    Hourly,
    /// `daily`.
    Daily,
    /// `weekly`.
    Weekly,
    /// `monthly`.
    Monthly,
    /// `yearly`.
    Yearly,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Last => "last",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        })
    }
}

/// A rule that keeps a snapshot. Its text is that of restic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// No rule is given, so that everything is kept.
    EmptyPolicy,
    /// It is newer than the newest less this.
    Within(CalendarDuration),
    /// It is the newest of a period that the rule keeps.
    Counted(Rule),
    /// It is the oldest of all, and the rule could keep more. The history is then as long as it can be.
    Oldest(Rule),
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyPolicy => f.write_str("policy is empty"),
            Self::Within(duration) => write!(f, "within {duration}"),
            Self::Counted(rule) => write!(f, "{rule} snapshot"),
            Self::Oldest(rule) => write!(f, "oldest {rule} snapshot"),
        }
    }
}

/// A rule on its way from the newest to the oldest.
struct Counter {
    rule: Rule,
    left: Count,
    /// The period of the one that it kept last.
    period: Option<i64>,
}

impl Counter {
    /// Whether the rule keeps the next one.
    fn next(&mut self, nth: usize, periods: &Periods, is_oldest: bool) -> Option<Match> {
        let left = match self.left {
            Count::AtMost(0) => return None,
            Count::AtMost(left) => Count::AtMost(left - 1),
            Count::Unlimited => Count::Unlimited,
        };
        let period = match self.rule {
            Rule::Last => i64::try_from(nth).unwrap_or(i64::MAX),
            Rule::Hourly => periods.hour,
            Rule::Daily => periods.day,
            Rule::Weekly => periods.week,
            Rule::Monthly => periods.month,
            Rule::Yearly => periods.year,
        };
        let is_new = self.period != Some(period);
        if !is_new && !is_oldest {
            return None;
        }
        self.left = left;
        self.period = Some(period);
        Some(if is_new { Match::Counted(self.rule) } else { Match::Oldest(self.rule) })
    }
}

/// The rules that keep each of these times, the newest first; nothing keeps what no rule matches.
///
/// It equals the policy of `restic forget` from 0.17 on, for times that have passed. A rule goes from the newest to the oldest,
/// keeps the first of each period until its count is used up, and keeps the oldest while its count is not. `within` counts
/// back from the newest, not from now.
///
/// <https://github.com/restic/restic/blob/master/internal/data/snapshot_policy.go>
pub fn match_rules(keep: &Keep, newest_first: &[Timestamp]) -> Vec<Vec<Match>> {
    let Some(newest) = newest_first.first() else { return Vec::new() };
    if keep.is_empty() {
        return vec![vec![Match::EmptyPolicy]; newest_first.len()];
    }
    let within = keep.within.map(|duration| (Match::Within(duration), duration.before(*newest)));
    let mut counters = [
        (Rule::Last, keep.last),
        (Rule::Hourly, keep.hourly),
        (Rule::Daily, keep.daily),
        (Rule::Weekly, keep.weekly),
        (Rule::Monthly, keep.monthly),
        (Rule::Yearly, keep.yearly),
    ]
    .map(|(rule, left)| Counter { rule, left, period: None });
    let match_each = |(nth, time): (usize, &Timestamp)| {
        let periods = Periods::of(*time);
        let is_oldest = nth + 1 == newest_first.len();
        let within = within.filter(|(_, after)| time > after).map(|(within, _)| within);
        let counted = counters.iter_mut().filter_map(|counter| counter.next(nth, &periods, is_oldest));
        within.into_iter().chain(counted).collect()
    };
    newest_first.iter().enumerate().map(match_each).collect()
}
