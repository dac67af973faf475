//! The name of a snapshot: its target, and the slot in time that it was taken for.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::Failure;

/// A moment for which one snapshot is taken, to the second: the time of the event that asked for it, as in
/// `20261121t030000z`. An event that is delivered again has the same slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    second: DateTime,
}

/// Lower case, because ElastiCache stores names in lower case.
const FORMAT: &str = "%Y%m%dt%H%M%Sz";

/// The length of a slot. Because it is fixed, a name has one target at most.
const SLOT_LEN: usize = "20261121t030000z".len();

impl Slot {
    /// The slot of a time in milliseconds since 1970; `None` after the year 9999.
    pub fn at_ms(ms: u64) -> Option<Self> {
        let time = Timestamp::from_second(i64::try_from(ms / 1000).ok()?).ok()?;
        Some(Self { second: TimeZone::UTC.to_datetime(time) })
    }

    /// The slot that a text is; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let slot = Self { second: DateTime::strptime(FORMAT, text).ok()? };
        // The parser also takes upper case, spaces and fewer digits.
        (slot.to_string() == text).then_some(slot)
    }

    /// Its time, in milliseconds since 1970; 0 if it was before.
    pub fn ms(self) -> u64 {
        let time = TimeZone::UTC.to_timestamp(self.second).ok();
        time.and_then(|time| u64::try_from(time.as_millisecond()).ok()).unwrap_or(0)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.second.strftime(FORMAT).fmt(f)
    }
}

/// The name of a snapshot, as in `koneksi-prod-20261121t030000z`.
///
/// A repeated call makes the same name, so it makes no second snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName {
    target: String,
    slot: Slot,
}

impl SnapshotName {
    /// The name of a target's snapshot for a slot.
    pub fn new(target: &str, slot: Slot) -> Self {
        Self { target: target.to_owned(), slot }
    }

    /// The name that a text is, if it is one of this target; `koneksi-prod-…` is none of `koneksi`.
    ///
    /// ```
    /// use policy::snapshot::SnapshotName;
    ///
    /// assert!(SnapshotName::parse("koneksi-prod", "koneksi-prod-20261121t030000z").is_some());
    /// assert!(SnapshotName::parse("koneksi", "koneksi-prod-20261121t030000z").is_none());
    /// ```
    pub fn parse(target: &str, text: &str) -> Option<Self> {
        let slot = text.strip_prefix(target)?.strip_prefix('-')?;
        Some(Self::new(target, Slot::parse(slot)?))
    }

    /// Its target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Its slot.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// Checks that ElastiCache accepts it as an identifier: at most 255 characters, and no two hyphens together.
    ///
    /// The length is documented for Serverless alone, and for a node-based snapshot no rule is. The rule about hyphens is that of
    /// ElastiCache's other identifiers.
    ///
    /// - <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCacheSnapshot.html>
    /// - <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateSnapshot.html>
    /// - <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html>
    ///
    /// # Errors
    /// Permanent, naming the target, if ElastiCache would refuse it.
    pub fn check_for_elasticache(&self) -> Result<(), Failure> {
        let why = match self.target.len() + 1 + SLOT_LEN {
            256.. => "has more than 255 characters",
            _ if self.target.contains("--") || self.target.ends_with('-') => "has two hyphens together",
            _ => return Ok(()),
        };
        Err(Failure::permanent(format!(
            "ElastiCache refuses the name of a snapshot of `{}`: `{self}` {why}",
            self.target
        ))
        .with_next_step(format!("Give the target `{}` another `name` in its settings", self.target)))
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.target, self.slot)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 21 November 2026, 03:00:00 UTC.
    const MS: u64 = 1_795_230_000_000;

    #[test]
    fn a_slot_is_the_second_of_an_event() {
        for ms in [MS, MS + 999] {
            let slot = Slot::at_ms(ms).unwrap();
            assert_eq!(slot.to_string(), "20261121t030000z");
            assert_eq!(slot.ms(), MS);
        }
        assert_eq!(Slot::at_ms(0).unwrap().to_string(), "19700101t000000z");
        assert_eq!(Slot::at_ms(u64::MAX), None);
    }

    #[test]
    fn a_night_in_which_the_clock_is_set_back_has_a_slot_for_every_hour() {
        let slots: Vec<String> =
            (0..3).map(|hour| Slot::at_ms(1_792_882_800_000 + hour * 3_600_000).unwrap().to_string()).collect();
        assert_eq!(slots, ["20261024t230000z", "20261025t000000z", "20261025t010000z"]);
    }

    #[test]
    fn a_name_belongs_to_exactly_one_target() {
        let name = SnapshotName::new("koneksi-prod", Slot::at_ms(MS).unwrap());
        assert_eq!(name.to_string(), "koneksi-prod-20261121t030000z");
        for (target, text, is_its) in [
            ("koneksi-prod", "koneksi-prod-20261121t030000z", true),
            ("koneksi", "koneksi-prod-20261121t030000z", false),
            ("koneksi-prod-", "koneksi-prod-20261121t030000z", false),
            ("prod", "koneksi-prod-20261121t030000z", false),
            ("koneksi-prod", "koneksi-prod-20261121t030000z-copy", false),
            ("koneksi-prod", "koneksi-prod-20261121T030000Z", false),
            ("koneksi-prod", "koneksi-prod20261121t030000z", false),
            ("koneksi-prod", "koneksi-prod-20261121t030000", false),
            ("koneksi-prod", "koneksi-prod-20261321t030000z", false),
            ("koneksi-prod", "koneksi-prod-20260229t030000z", false),
            ("koneksi-prod", "koneksi-prod-+0261121t030000z", false),
            ("koneksi-prod", "koneksi-prod-2026112 t030000z", false),
            ("koneksi-prod", "koneksi-prod-20261121t240000z", false),
            ("koneksi-prod", "koneksi-prod", false),
            ("koneksi-prod", "koneksi-prod-", false),
        ] {
            assert_eq!(SnapshotName::parse(target, text).is_some(), is_its, "{target}: {text}");
        }
    }

    #[test]
    fn elasticache_accepts_the_longest_target_and_refuses_two_hyphens_together() {
        let check = |target: &str| SnapshotName::new(target, Slot::at_ms(MS).unwrap()).check_for_elasticache();
        assert!(check("koneksi-prod").is_ok());
        assert!(check(&"a".repeat(63)).is_ok());
        for target in ["koneksi--prod".to_owned(), "koneksi-".to_owned(), "a".repeat(239)] {
            let refused = check(&target).unwrap_err().chain();
            assert!(refused.contains(&format!("Give the target `{target}` another `name`")), "{refused}");
        }
        assert!(check(&"a".repeat(238)).is_ok());
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_was_written(target in "[a-z][a-z0-9-]{0,62}", ms in 0..253_370_764_800_000_u64) {
            let name = SnapshotName::new(&target, Slot::at_ms(ms).unwrap());
            let read = SnapshotName::parse(&target, &name.to_string());
            prop_assert_eq!(read.as_ref().map(|read| read.slot().ms()), Some(ms - ms % 1000));
            prop_assert_eq!(read, Some(name));
        }

        #[test]
        fn no_text_is_more_than_refused(text in "\\PC{0,20}", digits in "[0-9]{8}t[0-9]{6}z") {
            for text in [text, digits] {
                if let Some(slot) = Slot::parse(&text) {
                    prop_assert_eq!(slot.to_string(), text);
                }
            }
        }
    }
}
