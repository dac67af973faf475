//! Uploads that nobody will complete.

use backends::RdbStore;
use policy::{Failure, outcome::Outcome};
use runtime::moment::millis;

/// How old an upload is that no run is working on any more: four times the longest run of a Lambda function.
const ABANDONED_MS: u64 = 60 * 60 * 1000;

/// Aborts the uploads that runs left behind that were killed. Only those of this target, and only old ones: another run may be
/// working on the others. One that cannot be aborted is left to the next run.
///
/// # Errors
/// Permanent if uploads may not be listed.
pub(super) async fn run(store: &RdbStore<'_>, now_ms: u64, outcome: &mut Outcome) -> Result<(), Failure> {
    for unfinished in store.bucket.unfinished(store.folder()).await? {
        let is_ours = store.parse(&unfinished.upload.key).is_some();
        let is_old = unfinished.began.and_then(millis).is_some_and(|began_ms| began_ms + ABANDONED_MS < now_ms);
        if !is_ours || !is_old {
            continue;
        }
        if outcome.dry_run {
            outcome.would("abort-upload", format!("nobody completes the upload of {}", unfinished.upload.key));
            continue;
        }
        outcome.requests_change();
        match store.bucket.abort(&unfinished.upload).await {
            Ok(()) => outcome.did("abort-upload", format!("nobody completes the upload of {}", unfinished.upload.key)),
            Err(error) => outcome.left("upload", error.failure.chain()),
        }
    }
    Ok(())
}
