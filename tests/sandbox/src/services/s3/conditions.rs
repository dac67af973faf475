//! The conditions of a write.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>

use s3s::{
    S3Error, S3Result,
    dto::{ETag, ETagCondition},
    s3_error,
};

use super::store::Bucket;

/// Refuses a write whose condition does not hold. `since` is the number of changes of the bucket when the write began, if that was
/// in an earlier call.
pub(super) fn check(
    bucket: &mut Bucket,
    key: &str,
    if_none_match: Option<&ETagCondition>,
    if_match: Option<&ETagCondition>,
    since: Option<u64>,
) -> S3Result<()> {
    if if_none_match.is_none() && if_match.is_none() {
        return Ok(());
    }
    if bucket.conflicts.remove(key) {
        return Err(conflict());
    }
    let there = bucket.object(key).map(|version| ETag::Strong(version.etag.clone()));
    match if_none_match {
        Some(ETagCondition::Any) if there.is_some() => return Err(failed()),
        Some(ETagCondition::Any) | None => {}
        Some(ETagCondition::ETag(_)) => {
            return Err(s3_error!(
                NotImplemented,
                "A header you provided implies functionality that is not implemented"
            ));
        }
    }
    match (if_match, there) {
        (None, _) | (Some(ETagCondition::Any), Some(_)) => {}
        (Some(_), None) => return Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(ETagCondition::ETag(expected)), Some(there)) if expected.value() == there.value() => {}
        (Some(ETagCondition::ETag(_)), Some(_)) => return Err(failed()),
    }
    // The condition holds now, but the object was written or deleted in between.
    match since.is_some_and(|since| bucket.has_changed(key, since)) {
        true => Err(conflict()),
        false => Ok(()),
    }
}

/// The refusal of a call whose condition does not hold.
pub(super) fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

fn conflict() -> S3Error {
    s3_error!(
        ConditionalRequestConflict,
        "The conditional request cannot succeed due to a conflicting operation against this resource."
    )
}
