//! The days of a cron expression: days of the month, or days of the week.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::field::{DAYS_OF_MONTH, DAYS_OF_WEEK};

/// The days of a cron expression. Days of the week count from 1, which is Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// `1,15`: these days of the month.
    OfMonth(BTreeSet<i16>),
    /// `L`: the last day of the month.
    Last,
    /// `3W`: the weekday of the month that is closest to the third.
    Weekday(i16),
    /// `MON-FRI`: these days of the week.
    OfWeek(BTreeSet<i16>),
    /// `6L`: the last Friday of the month.
    LastOfWeek(i16),
    /// `3#2`: the second Tuesday of the month.
    Nth(i16, i16),
}

impl Days {
    /// Reads both fields. One of them must be `?`, and only one.
    pub(super) fn parse(of_month: &str, of_week: &str) -> Option<Self> {
        match (of_month, of_week) {
            ("?", "?") => None,
            (of_month, "?") => Self::of_month(of_month),
            ("?", of_week) => Self::of_week(of_week),
            _ => None,
        }
    }

    fn of_month(text: &str) -> Option<Self> {
        match (text, text.strip_suffix('W')) {
            ("L", _) => Some(Self::Last),
            (_, Some(day)) => DAYS_OF_MONTH.value(day).map(Self::Weekday),
            _ => DAYS_OF_MONTH.values(text).map(Self::OfMonth),
        }
    }

    fn of_week(text: &str) -> Option<Self> {
        match (text, text.strip_suffix('L'), text.split_once('#')) {
            // The last day of the week.
            ("L", _, _) => Some(Self::OfWeek([7].into())),
            (_, Some(day), _) => DAYS_OF_WEEK.value(day).map(Self::LastOfWeek),
            (_, _, Some((day, nth))) => {
                let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
                DAYS_OF_WEEK.value(day).map(|day| Self::Nth(day, nth))
            }
            _ => DAYS_OF_WEEK.values(text).map(Self::OfWeek),
        }
    }

    /// Whether this is one of the days.
    pub(super) fn contain(&self, date: Date) -> bool {
        let (of_month, of_week) = (i16::from(date.day()), i16::from(date.weekday().to_sunday_one_offset()));
        let length = i16::from(date.days_in_month());
        match self {
            Self::OfMonth(days) => days.contains(&of_month),
            Self::Last => of_month == length,
            Self::Weekday(day) => closest_weekday(date, *day) == Some(of_month),
            Self::OfWeek(days) => days.contains(&of_week),
            Self::LastOfWeek(day) => of_week == *day && of_month + 7 > length,
            Self::Nth(day, nth) => of_week == *day && (of_month - 1) / 7 + 1 == *nth,
        }
    }
}

/// The weekday closest to a day, in the month of a date.
fn closest_weekday(month: Date, day: i16) -> Option<i16> {
    let date = Date::new(month.year(), month.month(), day.try_into().ok()?).ok()?;
    let last = i16::from(month.days_in_month());
    Some(match date.weekday() {
        Weekday::Saturday if day == 1 => 3,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == last => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    })
}
