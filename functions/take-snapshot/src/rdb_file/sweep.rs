//! Uploads that nobody will complete.

use backends::RdbStore;
use policy::outcome::Outcome;
use runtime::moment::millis;

/// How old an upload is that no run is working on any more: four times the longest run of a Lambda function.
const ABANDONED_MS: u64 = 60 * 60 * 1000;

/// Aborts the uploads that runs left behind that were killed. Only those of this target, and only old ones: another run may be
/// working on the others. What cannot be listed or aborted is reported and left to the next run: it costs money, but a snapshot is
/// worth more.
pub(super) async fn run(store: &RdbStore<'_>, now_ms: u64, outcome: &mut Outcome) {
    let unfinished = match store.bucket.unfinished(store.folder()).await {
        Ok(unfinished) => unfinished,
        Err(failure) => return outcome.left("uploads", failure.chain()),
    };
    for unfinished in unfinished {
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
}
