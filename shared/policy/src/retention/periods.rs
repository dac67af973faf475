//! The hour, day, week, month and year of a time, each as a number.

use jiff::{Timestamp, tz::TimeZone};

/// The periods that a time is in, in UTC. Two times are in one period if its numbers are equal.
pub(super) struct Periods {
    pub(super) hour: i64,
    pub(super) day: i64,
    /// Weeks are those of ISO 8601: they begin on Monday, and the first of a year has its first Thursday.
    pub(super) week: i64,
    pub(super) month: i64,
    pub(super) year: i64,
}

impl Periods {
    pub(super) fn of(time: Timestamp) -> Self {
        let time = TimeZone::UTC.to_datetime(time);
        let week = time.date().iso_week_date();
        let year = i64::from(time.year());
        let month = year * 100 + i64::from(time.month());
        let day = month * 100 + i64::from(time.day());
        let hour = day * 100 + i64::from(time.hour());
        Self { hour, day, week: i64::from(week.year()) * 100 + i64::from(week.week()), month, year }
    }
}
