//! Which snapshots are kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod duration;
mod keep;

pub use duration::CalendarDuration;
pub use keep::{Count, Keep};

use super::check::refused;
use crate::Failure;

/// Which snapshots are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshots {
    /// Which of them are kept, as `restic forget` keeps them. All others are deleted.
    pub keep: Keep,
    /// How many verified ones stay whatever `keep` says, at least 1: the newest.
    #[serde(default = "two")]
    #[schemars(range(min = 1))]
    pub min_verified: u32,
    /// How many seconds old the newest one may be, 3600 (an hour) to 31622400 (366 days). If it is older, none is deleted.
    #[serde(default = "two_days")]
    #[schemars(range(min = 3600, max = 31_622_400))]
    pub max_age_s: u64,
}

fn two() -> u32 {
    2
}

/// A daily snapshot that failed once is not too old yet.
fn two_days() -> u64 {
    2 * 24 * 60 * 60
}

impl Snapshots {
    /// Checks what the types cannot express.
    ///
    /// # Errors
    /// Permanent, naming the field, if `keep` keeps nothing, or a number is out of its range.
    pub fn check(&self) -> Result<(), Failure> {
        if self.keep.is_empty() {
            return Err(refused(
                "`snapshots.keep`",
                "it keeps nothing; give `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly` or `within`",
            ));
        }
        if self.min_verified == 0 {
            return Err(refused("`snapshots.min_verified`", "use at least 1"));
        }
        if !(3600..=366 * 24 * 60 * 60).contains(&self.max_age_s) {
            return Err(refused("`snapshots.max_age_s`", "use 3600, which is an hour, to 31622400, which is 366 days"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
