//! Schedule expressions.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use std::time::Duration;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A schedule expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// `rate(N minutes)`: periodically, for the first time after one interval.
    Rate(Duration),
    /// `at(yyyy-mm-ddThh:mm:ss)`: once.
    At(Timestamp),
}

impl Expression {
    /// Parses an expression. Times are in UTC.
    ///
    /// # Errors
    /// The message of the validation error.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("Invalid Schedule Expression {text}.");
        if text.starts_with("cron(") {
            return Err("the sandbox does not support cron() schedules; use rate() or at()".to_owned());
        }
        if let Some(time) = text.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')) {
            let time: DateTime = time.parse().map_err(|_| invalid())?;
            return Ok(Self::At(time.to_zoned(TimeZone::UTC).map_err(|_| invalid())?.timestamp()));
        }
        let rate = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
        let (count, unit) = rate.and_then(|rate| rate.split_once(' ')).ok_or_else(invalid)?;
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

    #[test]
    fn a_rate_and_a_time_are_accepted() {
        assert_eq!(Expression::parse("rate(5 minutes)"), Ok(Expression::Rate(Duration::from_secs(300))));
        assert_eq!(Expression::parse("rate(1 day)"), Ok(Expression::Rate(Duration::from_secs(86_400))));
        let at = "2026-11-25T03:00:00Z".parse().unwrap();
        assert_eq!(Expression::parse("at(2026-11-25T03:00:00)"), Ok(Expression::At(at)));
    }

    #[test]
    fn any_other_expression_is_rejected() {
        for text in ["", "rate(0 minutes)", "rate(5)", "rate(5 seconds)", "at(soon)", "cron(0 3 * * ? *)", "5 minutes"]
        {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
