//! How many snapshots are kept, in restic's terms.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::duration::CalendarDuration;

/// Which snapshots are kept: those that at least one rule keeps. Days, weeks and the others are those of UTC, and one
/// without a snapshot does not count.
///
/// <https://restic.readthedocs.io/en/stable/060_forget.html#removing-snapshots-according-to-a-policy>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// How many of the newest.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub last: Count,
    /// For how many hours the newest of the hour.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub hourly: Count,
    /// For how many days the newest of the day.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub daily: Count,
    /// For how many weeks the newest of the week, which begins on Monday.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub weekly: Count,
    /// For how many months the newest of the month.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub monthly: Count,
    /// For how many years the newest of the year.
    #[serde(skip_serializing_if = "Count::is_none")]
    pub yearly: Count,
    /// All that are less than this older than the newest, as in `1y5m7d2h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<CalendarDuration>,
}

impl Keep {
    /// Whether no rule keeps anything.
    pub fn is_empty(&self) -> bool {
        let Self { last, hourly, daily, weekly, monthly, yearly, within } = self;
        [last, hourly, daily, weekly, monthly, yearly].into_iter().all(Count::is_none) && within.is_none()
    }
}

/// How many snapshots one rule keeps: a whole number, or `unlimited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// At most this many.
    AtMost(u32),
    /// As many as there are.
    Unlimited,
}

impl Count {
    /// Whether it is 0.
    pub fn is_none(&self) -> bool {
        *self == Self::AtMost(0)
    }
}

impl Default for Count {
    fn default() -> Self {
        Self::AtMost(0)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(most) => serializer.serialize_u32(*most),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl de::Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0 to 4294967295 or \"unlimited\"")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Count, E> {
        let refused = |_| E::invalid_value(de::Unexpected::Unsigned(number), &self);
        number.try_into().map(Count::AtMost).map_err(refused)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
        match text {
            "unlimited" => Ok(Count::Unlimited),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How many snapshots one rule keeps: a whole number, or `unlimited`.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                { "type": "string", "const": "unlimited" },
            ],
        })
    }
}
