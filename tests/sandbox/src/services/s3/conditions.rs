//! The conditions of a write.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>

use s3s::{
    S3Result,
    dto::{ETag, ETagCondition},
    s3_error,
};

use super::store::Bucket;

/// Refuses a write whose condition does not hold.
pub(super) fn check(
    bucket: &mut Bucket,
    key: &str,
    if_none_match: Option<&ETagCondition>,
    if_match: Option<&ETagCondition>,
) -> S3Result<()> {
    if if_none_match.is_none() && if_match.is_none() {
        return Ok(());
    }
    if bucket.conflicts.remove(key) {
        return Err(s3_error!(
            ConditionalRequestConflict,
            "The conditional request cannot succeed due to a conflicting operation against this resource."
        ));
    }
    let there = bucket.object(key).map(|version| ETag::Strong(version.etag.clone()));
    let fails = || s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold");
    match if_none_match {
        Some(ETagCondition::Any) if there.is_some() => return Err(fails()),
        Some(ETagCondition::Any) | None => {}
        Some(ETagCondition::ETag(_)) => return Err(s3_error!(NotImplemented, "If-None-Match accepts * only.")),
    }
    match (if_match, there) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(ETagCondition::Any), Some(_)) => Ok(()),
        (Some(ETagCondition::ETag(expected)), Some(there)) if expected.value() == there.value() => Ok(()),
        (Some(ETagCondition::ETag(_)), Some(_)) => Err(fails()),
    }
}
