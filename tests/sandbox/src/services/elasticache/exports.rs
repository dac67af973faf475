//! Snapshots in S3: an RDB file for each shard.
//!
//! The permissions of the bucket are not modelled.

use bytes::Bytes;

use super::ElastiCache;
use crate::wire::AwsError;

/// The name of the file of a shard: the id of the shard is part of it.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html>
pub(super) fn key(name: &str, shard: &str) -> String {
    format!("{name}-{shard}.rdb")
}

impl ElastiCache {
    /// Refuses an export to a bucket that does not exist, or that has one of the files.
    pub(super) fn check_export(&self, bucket: &str, files: &[(String, Bytes)]) -> Result<(), AwsError> {
        let invalid = |message: String| Err(AwsError::new("InvalidParameterValue", message));
        if !self.s3.has_bucket(bucket) {
            return invalid(format!("The S3 bucket {bucket} does not exist."));
        }
        match files.iter().find(|(key, _)| self.s3.object(bucket, key).is_some()) {
            Some((key, _)) => invalid(format!("The S3 bucket {bucket} already contains an object with key {key}.")),
            None => Ok(()),
        }
    }

    /// Puts the files into a bucket.
    pub(super) fn export(&self, bucket: &str, files: Vec<(String, Bytes)>) {
        files.into_iter().for_each(|(key, rdb)| self.s3.put(bucket, &key, rdb));
    }
}
