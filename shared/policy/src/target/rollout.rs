//! When ECS services are deployed again.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::refused;
use crate::Failure;

/// When ECS services that started before a change are deployed again, one after another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rollout {
    /// How many seconds must pass without a change before the first service is deployed, at most 86400 (a day). Several
    /// changes then cause one deployment.
    #[schemars(range(max = 86_400))]
    pub debounce_s: u64,
    /// How many seconds a deployment may take until the service is stable, 1 to 86400. A longer one stops the rollout and
    /// needs a person.
    #[schemars(range(min = 1, max = 86_400))]
    pub stabilise_s: u64,
    /// When deployments may start; without it, at any time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// A day.
const DAY_S: u64 = 24 * 60 * 60;

impl Default for Rollout {
    /// A minute after the last change, half an hour for each service, at any time.
    fn default() -> Self {
        Self { debounce_s: 60, stabilise_s: 30 * 60, window: None }
    }
}

/// A time window on every day, or on some days of the week, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The days on which it opens; every day without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub days: Option<Vec<Day>>,
    /// When it opens, as in `22:00`.
    pub from: TimeOfDay,
    /// When it closes: on the next day if earlier than `from`.
    pub to: TimeOfDay,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The week, as it runs.
    pub const WEEK: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mon => "Monday",
            Self::Tue => "Tuesday",
            Self::Wed => "Wednesday",
            Self::Thu => "Thursday",
            Self::Fri => "Friday",
            Self::Sat => "Saturday",
            Self::Sun => "Sunday",
        })
    }
}

/// A time of day, to the minute: `00:00` to `23:59`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    /// The minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.minutes
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let two_digits = |text: &str| match text.as_bytes() {
            [b'0'..=b'9', b'0'..=b'9'] => text.parse::<u16>().ok(),
            _ => None,
        };
        let parts = text.split_once(':').and_then(|(hour, minute)| two_digits(hour).zip(two_digits(minute)));
        match parts {
            Some((hour @ 0..24, minute @ 0..60)) => Ok(Self { minutes: hour * 60 + minute }),
            _ => Err("use a time of day in UTC from 00:00 to 23:59, as in \"22:00\""),
        }
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl Rollout {
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.debounce_s > DAY_S {
            return Err(refused("`rollout.debounce_s`", "use at most 86400, which is a day"));
        }
        if !(1..=DAY_S).contains(&self.stabilise_s) {
            return Err(refused("`rollout.stabilise_s`", "use 1 to 86400, which is a day"));
        }
        let Some(Window { days, from, to }) = &self.window else { return Ok(()) };
        if from == to {
            return Err(refused(
                "`rollout.window.to`",
                "it is the same as `from`, so the window never opens; give another time, or omit the window to deploy \
                 at any time",
            ));
        }
        let days = days.as_deref().unwrap_or(&Day::WEEK);
        if days.is_empty() {
            return Err(refused("`rollout.window.days`", "it is empty; name a day, or omit it for every day"));
        }
        match (1..days.len()).find(|nth| days[..*nth].contains(&days[*nth])) {
            Some(nth) => {
                Err(refused(&format!("`rollout.window.days[{nth}]`"), "it is named twice; name each day once"))
            }
            None => Ok(()),
        }
    }
}
