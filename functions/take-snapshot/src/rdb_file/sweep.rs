//! Uploads that nobody will complete.

use policy::{Failure, outcome::Outcome};
use runtime::moment::millis;

use super::Bucket;

/// How old an upload is that no run is working on any more: four times the longest run of a Lambda function.
const ABANDONED_MS: u64 = 60 * 60 * 1000;

/// Aborts the uploads that runs left behind that were killed. Only those of this target, and only old ones: another run may be
/// working on the others. One that cannot be aborted is left to the next run.
///
/// # Errors
/// Permanent if uploads may not be listed.
pub(super) async fn run(bucket: &Bucket<'_>, now_ms: u64, outcome: &mut Outcome) -> Result<(), Failure> {
    for unfinished in bucket.s3.unfinished(bucket.stored.folder()).await? {
        let is_ours = bucket.stored.parse(&unfinished.upload.key).is_some();
        let is_old = unfinished.began.and_then(millis).is_some_and(|began_ms| began_ms + ABANDONED_MS < now_ms);
        if !is_ours || !is_old {
            continue;
        }
        if outcome.dry_run {
            outcome.would("abort-upload", format!("nobody completes the upload of {}", unfinished.upload.key));
            continue;
        }
        outcome.requests_change();
        match bucket.s3.abort(&unfinished.upload).await {
            Ok(()) => outcome.did("abort-upload", format!("nobody completes the upload of {}", unfinished.upload.key)),
            Err(error) => outcome.left("upload", error.failure.chain()),
        }
    }
    Ok(())
}
