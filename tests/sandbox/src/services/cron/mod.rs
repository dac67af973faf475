//! AWS's cron expressions, and when they come round.
//!
//! Scheduler, EventBridge and Secrets Manager write them alike, with six fields, of which none has seconds. The crates that find
//! the next time of an expression have other fields, and accept what AWS refuses.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html>

mod days;
mod field;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use days::Days;
use field::{HOURS, MINUTES, MONTHS, YEARS};

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    days: Days,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
}

impl Cron {
    /// Reads the six fields, without `cron(` and `)`. `None` if AWS refuses them.
    pub(crate) fn parse(fields: &str) -> Option<Self> {
        let fields: Vec<_> = fields.split_ascii_whitespace().collect();
        let &[minutes, hours, day_of_month, month, day_of_week, year] = fields.as_slice() else { return None };
        Some(Self {
            minutes: MINUTES.values(minutes)?,
            hours: HOURS.values(hours)?,
            days: Days::parse(day_of_month, day_of_week)?,
            months: MONTHS.values(month)?,
            years: YEARS.values(year)?,
        })
    }

    /// The first time after this one; `None` if there is none.
    ///
    /// When clocks go forward, a time that they skip is left out. When they go back, a time that they show twice counts once.
    ///
    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time>
    pub(crate) fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = after.to_zoned(zone.clone()).date();
        let years = self.years.range(today.year()..);
        let first = |year: i16| Date::new(year, 1, 1).ok();
        let days = years.filter_map(|year| Some(first(*year)?.max(today))).flat_map(days_until_the_end_of_the_year);
        let mut days = days.filter(|day| self.months.contains(&day.month().into()) && self.days.contain(*day));
        days.find_map(|day| self.times().filter_map(|time| once(day, time, zone)).find(|time| *time > after))
    }

    /// Every time of a day.
    fn times(&self) -> impl Iterator<Item = Time> {
        let times = self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times.filter_map(|(hour, minute)| Time::new(hour.try_into().ok()?, minute.try_into().ok()?, 0, 0).ok())
    }
}

fn days_until_the_end_of_the_year(first: Date) -> impl Iterator<Item = Date> {
    first.series(jiff::Span::new().days(1)).take_while(move |day| day.year() == first.year())
}

/// When clocks show this time, for the first time; `None` if they skip it.
fn once(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let at = zone.to_ambiguous_timestamp(day.to_datetime(time));
    match at.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => at.earlier().ok(),
    }
}
