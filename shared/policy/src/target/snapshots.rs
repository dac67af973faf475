//! Which snapshots are taken and kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod compression;
mod duration;
mod keep;

pub use compression::Compression;
pub use duration::CalendarDuration;
pub use keep::{Count, Keep};

use super::{Backend, check::refused};
use crate::Failure;

/// Which snapshots are kept, and where those are that AWS does not keep itself.
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
    /// The S3 bucket of RDB files, for `fargate` and `self-hosted`. ElastiCache keeps its snapshots itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 63))]
    pub bucket: Option<String>,
    /// What the keys in the bucket begin with, as in `backups/redis`. The name of the target follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub prefix: Option<String>,
    /// The KMS key that snapshots are encrypted with: its id, ARN or alias. Without it, the default of the bucket or of
    /// ElastiCache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub kms_key: Option<String>,
    /// How RDB files are compressed in the bucket.
    #[serde(default, skip_serializing_if = "Compression::is_default")]
    pub compression: Compression,
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
    /// Permanent, naming the field, if `keep` keeps nothing, a number is out of its range, or the backend needs a bucket, has
    /// no use for one, or has no snapshots.
    pub(super) fn check(&self, backend: &Backend) -> Result<(), Failure> {
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
        if self.kms_key.as_deref() == Some("") {
            return Err(refused("`snapshots.kms_key`", "it is empty; give a key's id, ARN or alias, or omit it"));
        }
        match backend {
            Backend::Fargate(_) | Backend::SelfHosted(_) => self.check_bucket(),
            Backend::ElasticacheAuth(_) | Backend::ElasticacheUser(_) | Backend::ElasticacheServerless(_) => {
                self.check_no_bucket()
            }
            Backend::Upstash(_) => Err(refused(
                "`snapshots`",
                "snapshots of an Upstash database are not taken; omit it, and use Upstash's daily backup",
            )),
        }
    }

    fn check_bucket(&self) -> Result<(), Failure> {
        let Some(bucket) = &self.bucket else {
            return Err(refused("`snapshots.bucket`", "it is missing; give the S3 bucket of the RDB files"));
        };
        if !is_bucket(bucket) {
            return Err(refused(
                "`snapshots.bucket`",
                "give the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or \
                 a digit",
            ));
        }
        match &self.prefix {
            Some(prefix) if !is_prefix(prefix) => Err(refused(
                "`snapshots.prefix`",
                "use letters, digits and the characters !-_.'()*= in parts with one slash between them, at most 512 \
                 characters, as in backups/redis",
            )),
            _ => Ok(()),
        }
    }

    /// A setting that would have no effect is a mistake.
    fn check_no_bucket(&self) -> Result<(), Failure> {
        let given = [
            ("`snapshots.bucket`", self.bucket.is_some()),
            ("`snapshots.prefix`", self.prefix.is_some()),
            ("`snapshots.compression`", !self.compression.is_default()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((field, _)) => Err(refused(field, "ElastiCache keeps its snapshots itself; omit it")),
            None => Ok(()),
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(name: &str) -> bool {
    let alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
        && alphanumeric(name.chars().next())
        && alphanumeric(name.chars().next_back())
        && !name.contains("..")
}

/// Whether a text is a prefix of the characters that are safe in keys, and `=`, which partitions have. A key with a comma could
/// not be restored by ElastiCache.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html#object-key-guidelines-safe-characters>
fn is_prefix(prefix: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && ![".", ".."].contains(&part)
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "!-_.'()*=".contains(c))
    };
    prefix.len() <= 512 && prefix.split('/').all(is_part)
}

#[cfg(test)]
mod tests;
