//! The rotation schedule of a secret.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html>

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::errors::invalid_parameter;
use crate::{services::cron::Cron, wire::AwsError};

/// The shortest interval.
const MIN_HOURS: i64 = 4;
/// The longest interval.
const MAX_DAYS: i64 = 1000;
/// How many times of a cron expression are examined: every hour of two days that follow each other is among them.
const EXAMINED: usize = 64;

/// The `RotationRules` of a secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    automatically_after_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_expression: Option<String>,
}

impl Rules {
    /// Refuses what AWS refuses.
    pub(super) fn check(&self) -> Result<(), AwsError> {
        if let Some(duration) = &self.duration {
            let hours = duration.strip_suffix('h').and_then(|hours| hours.parse::<u8>().ok());
            if !hours.is_some_and(|hours| (1..=24).contains(&hours)) {
                return Err(invalid_parameter("Duration must be a number of hours from 1h to 24h."));
            }
        }
        match (self.automatically_after_days, &self.schedule_expression) {
            (Some(_), Some(_)) => {
                Err(invalid_parameter("AutomaticallyAfterDays and ScheduleExpression can't both be set."))
            }
            (Some(days), None) if !(1..=MAX_DAYS).contains(&days) => {
                Err(invalid_parameter("AutomaticallyAfterDays must be between 1 and 1000."))
            }
            (None, Some(expression)) if rate(expression).is_none() && cron(expression).is_none() => {
                Err(invalid_parameter(
                    "ScheduleExpression must be rate(N hours) from 4 hours on, rate(N days), or cron(0 …) with a * for \
                     the year.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The next rotation after the last one, if there is a schedule. After a number of days it is the end of that day in UTC.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self.automatically_after_days {
            Some(days) => {
                let day = after.to_zoned(TimeZone::UTC).date() + SignedDuration::from_hours(24 * days);
                Some(day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?.timestamp())
            }
            None => {
                let expression = self.schedule_expression.as_ref()?;
                match rate(expression) {
                    Some(rate) => Some(after + rate),
                    None => cron(expression)?.next(after, &TimeZone::UTC),
                }
            }
        }
    }
}

/// Reads `rate(N hours)` or `rate(N days)`, within what AWS allows.
fn rate(expression: &str) -> Option<SignedDuration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let count: i64 = count.parse().ok()?;
    let hours = match unit {
        "hour" | "hours" => count,
        "day" | "days" if (1..=MAX_DAYS).contains(&count) => 24 * count,
        _ => return None,
    };
    (MIN_HOURS..=24 * MAX_DAYS).contains(&hours).then(|| SignedDuration::from_hours(hours))
}

/// Reads `cron(…)`: on the hour, in every year, and not more often than every four hours. `W` is not documented.
fn cron(expression: &str) -> Option<Cron> {
    let fields = expression.strip_prefix("cron(")?.strip_suffix(')')?;
    let parts: Vec<_> = fields.split_ascii_whitespace().collect();
    let &["0", _, day_of_month, _, _, "*"] = parts.as_slice() else { return None };
    let cron = Cron::parse(fields).filter(|_| !day_of_month.contains('W'))?;
    let next = |after: &Timestamp| cron.next(*after, &TimeZone::UTC);
    let times: Vec<_> = std::iter::successors(next(&Timestamp::UNIX_EPOCH), next).take(EXAMINED).collect();
    let least = SignedDuration::from_hours(MIN_HOURS);
    times.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= least).then_some(cron)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(expression: &str) -> Rules {
        Rules { schedule_expression: Some(expression.to_owned()), ..Rules::default() }
    }

    #[test]
    fn a_rate_below_four_hours_is_refused() {
        assert!(rules("rate(3 hours)").check().is_err());
        assert!(rules("rate(4 hours)").check().is_ok());
    }

    /// The examples are those of the documentation.
    #[test]
    fn a_cron_expression_is_on_the_hour_and_not_below_four_hours() {
        for legal in ["0 8/8 * * ? *", "0 2/10 * * ? *", "0 8 1/7 * ? *", "0 0 ? * SUN#1 *", "0 16 L * ? *"] {
            assert!(rules(&format!("cron({legal})")).check().is_ok(), "{legal}");
        }
        for illegal in
            ["5 8 * * ? *", "0 8 * * ? 2027", "0 8 3W * ? *", "0 8,10 * * ? *", "0 0,22 * * ? *", "0 8 * * *"]
        {
            assert!(rules(&format!("cron({illegal})")).check().is_err(), "{illegal}");
        }
    }

    #[test]
    fn the_next_rotation_follows_the_rules() {
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!(rules("rate(10 days)").next(start), Some(start + SignedDuration::from_hours(240)));
        let days = Rules { automatically_after_days: Some(2), ..Rules::default() };
        let recorded = ["2026-09-24T06:11:09Z", "2026-09-26T23:59:59Z"].map(|time| time.parse().unwrap());
        assert_eq!(days.next(recorded[0]), Some(recorded[1]));
        let eight = "1970-01-01T08:00:00Z".parse().unwrap();
        assert_eq!(rules("cron(0 8/8 * * ? *)").next(start), Some(eight));
        assert_eq!(Rules::default().next(start), None);
    }
}
