//! Schedule expressions.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use std::time::Duration;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::services::cron::Cron;

/// A schedule expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// `rate(N minutes)`: periodically, for the first time after one interval.
    Rate(Duration),
    /// `at(yyyy-mm-ddThh:mm:ss)`: once.
    At(Timestamp),
    /// `cron(minutes hours day-of-month month day-of-week year)`: whenever clocks in this time zone show such a time.
    Cron(Box<Cron>, TimeZone),
}

impl Expression {
    /// Parses an expression, whose times are in this time zone.
    ///
    /// # Errors
    /// The message of the validation error.
    pub(crate) fn parse(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let invalid = || format!("Invalid Schedule Expression {text}.");
        let inside = |kind: &str| text.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(fields) = inside("cron") {
            // Secrets Manager alone documents increments of days of the week.
            let has_increment = fields.split_ascii_whitespace().nth(4).is_some_and(|days| days.contains('/'));
            let cron = Cron::parse(fields).filter(|_| !has_increment).ok_or_else(invalid)?;
            return Ok(Self::Cron(Box::new(cron), zone.clone()));
        }
        if let Some(time) = inside("at") {
            let time: DateTime = time.parse().map_err(|_| invalid())?;
            return Ok(Self::At(time.to_zoned(zone.clone()).map_err(|_| invalid())?.timestamp()));
        }
        let (count, unit) = inside("rate").and_then(|rate| rate.split_once(' ')).ok_or_else(invalid)?;
        let seconds = match unit {
            "minute" | "minutes" => 60,
            "hour" | "hours" => 3600,
            "day" | "days" => 86_400,
            _ => return Err(invalid()),
        };
        let count = count.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(invalid)?;
        Ok(Self::Rate(Duration::from_secs(u64::from(count) * seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Expression, String> {
        Expression::parse(text, &TimeZone::UTC)
    }

    #[test]
    fn a_rate_and_a_time_are_accepted() {
        assert_eq!(parse("rate(5 minutes)"), Ok(Expression::Rate(Duration::from_secs(300))));
        assert_eq!(parse("rate(1 day)"), Ok(Expression::Rate(Duration::from_secs(86_400))));
        let at = "2026-11-25T03:00:00Z".parse().unwrap();
        assert_eq!(parse("at(2026-11-25T03:00:00)"), Ok(Expression::At(at)));
    }

    #[test]
    fn times_are_those_of_the_time_zone() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let at = "2026-11-25T08:00:00Z".parse().unwrap();
        assert_eq!(Expression::parse("at(2026-11-25T03:00:00)", &zone), Ok(Expression::At(at)));
        let Ok(Expression::Cron(cron, zone)) = Expression::parse("cron(0 3 * * ? *)", &zone) else {
            panic!("it is legal")
        };
        assert_eq!(cron.next("2026-11-25T00:00:00Z".parse().unwrap(), &zone), Some(at));
    }

    #[test]
    fn any_other_expression_is_rejected() {
        for text in [
            "",
            "rate(0 minutes)",
            "rate(5)",
            "rate(5 seconds)",
            "at(soon)",
            "cron(0 3 * * *)",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * MON/2 *)",
            "5 minutes",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
