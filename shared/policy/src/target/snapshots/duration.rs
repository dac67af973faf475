//! A duration in years, months, days and hours, as restic writes it.

use std::fmt;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A duration by the calendar, as in `1y5m7d2h`: years, months, days and hours, each of which can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^(?=[0-9])([0-9]{1,6}y)?([0-9]{1,6}m)?([0-9]{1,6}d)?([0-9]{1,6}h)?$"))]
pub struct CalendarDuration {
    years: u32,
    months: u32,
    days: u32,
    hours: u32,
}

impl CalendarDuration {
    /// The time that is this much before another, in UTC.
    ///
    /// Equal to restic, also where the month is too short: a month before 31 March is 31 February, which is 3 March (2 March in a
    /// leap year). A time before the year -9999 is the earliest one that there is.
    pub fn before(self, time: Timestamp) -> Timestamp {
        self.checked_before(time).unwrap_or(Timestamp::MIN)
    }

    fn checked_before(self, time: Timestamp) -> Option<Timestamp> {
        let from = TimeZone::UTC.to_datetime(time);
        let month = i64::from(from.year()) * 12 + i64::from(from.month())
            - 1
            - i64::from(self.years) * 12
            - i64::from(self.months);
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
        let date = first.checked_add((i64::from(from.day()) - 1 - i64::from(self.days)).days()).ok()?;
        let back = date.to_datetime(from.time()).checked_sub(i64::from(self.hours).hours()).ok()?;
        TimeZone::UTC.to_timestamp(back).ok()
    }
}

/// Six digits at most: more than every year that a date can have.
const MOST_DIGITS: usize = 6;

impl TryFrom<String> for CalendarDuration {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const REFUSED: &str =
            "use years, months, days and hours in this order, as in \"1y5m7d2h\" or \"30d\", and not zero";
        let mut rest = text.as_str();
        let mut number_of = |unit: char| {
            let Some((number, after)) = rest.split_once(unit) else { return Ok(0) };
            let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
            if !is_number || number.len() > MOST_DIGITS {
                return Err(REFUSED);
            }
            rest = after;
            number.parse().map_err(|_| REFUSED)
        };
        let (years, months) = (number_of('y')?, number_of('m')?);
        let (days, hours) = (number_of('d')?, number_of('h')?);
        match rest.is_empty() && [years, months, days, hours] != [0; 4] {
            true => Ok(Self { years, months, days, hours }),
            false => Err(REFUSED),
        }
    }
}

impl From<CalendarDuration> for String {
    fn from(duration: CalendarDuration) -> Self {
        duration.to_string()
    }
}

impl fmt::Display for CalendarDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { years, months, days, hours } = self;
        for (number, unit) in [(years, 'y'), (months, 'm'), (days, 'd'), (hours, 'h')] {
            if *number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duration(text: &str) -> Result<CalendarDuration, &'static str> {
        text.to_owned().try_into()
    }

    #[test]
    fn a_duration_is_years_months_days_and_hours_in_this_order() {
        for text in ["1y5m7d2h", "1y", "30d", "36h", "1y2h", "999999y"] {
            assert_eq!(duration(text).unwrap().to_string(), text);
        }
        assert_eq!(duration("0y05m").unwrap().to_string(), "5m");
        for text in ["", "0d", "7", "d", "7w", "-7d", "+7d", "7d1y", "1d1d", "1 d", "1.5d", "1000000h", "7d ", "٧d"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_duration_counts_back_by_the_calendar_as_restic_does() {
        for (text, from, expected) in [
            ("1m", "2026-03-31T03:00:00Z", "2026-03-03T03:00:00Z"),
            ("1m", "2024-03-31T03:00:00Z", "2024-03-02T03:00:00Z"),
            ("1m", "2026-01-15T03:00:00Z", "2025-12-15T03:00:00Z"),
            ("1y", "2024-02-29T03:00:00Z", "2023-03-01T03:00:00Z"),
            ("1m31d", "2026-03-31T03:00:00Z", "2026-01-31T03:00:00Z"),
            ("26h", "2026-03-01T01:30:00.5Z", "2026-02-27T23:30:00.5Z"),
            ("13m", "2026-01-01T00:00:00Z", "2024-12-01T00:00:00Z"),
        ] {
            let back = duration(text).unwrap().before(from.parse().unwrap());
            assert_eq!(back.to_string(), expected, "{text} before {from}");
        }
    }

    #[test]
    fn a_duration_longer_than_all_time_counts_back_to_its_beginning() {
        for text in ["12000y", "999999y", "999999m", "999999y999999m999999d999999h"] {
            assert_eq!(duration(text).unwrap().before(Timestamp::UNIX_EPOCH), Timestamp::MIN, "{text}");
        }
        assert_eq!(duration("1d").unwrap().before(Timestamp::MIN), Timestamp::MIN);
    }
}
