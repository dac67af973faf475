//! The newest snapshot, read again.

use backends::RdbStore;
use cloud::{Clients, s3::Written};
use policy::{
    Failure,
    outcome::{Details, Measure, Outcome},
    retention::Verified,
    snapshot::{Part, Record, SnapshotName, Verification, at_ms},
};
use runtime::moment::now_ms;

use super::{
    read_back::{self, ReadBack, Whole},
    verdict,
};

/// Reads the newest snapshot that is verified from its beginning to its end, and records what came of it. One that cannot be read
/// any more is not verified from then on, so that nothing is deleted in its favour.
///
/// # Errors
/// `NeedsHuman` if there is none, or it cannot be read any more.
pub(crate) async fn drill(clients: &Clients, store: &RdbStore<'_>, outcome: &mut Outcome) -> Result<(), Failure> {
    let Some((name, record, etag)) = newest_verified(store).await? else {
        return Err(Failure::needs_human("there is no snapshot that was ever verified")
            .with_next_step("Take a snapshot, and find out why earlier ones are missing or not verified"));
    };
    outcome.details =
        Details::Snapshot { snapshot: Some(name.to_string()), verified: Some(record.verification.verified) };
    let key = store.key(&name, Part::Rdb(record.origin.compression));
    if outcome.dry_run {
        outcome.would("read-snapshot", format!("{key} is the newest that is verified"));
        return Ok(());
    }
    let verification = read(clients, store, &key, &record, outcome).await?;
    let (verified, why) = (verification.verified, verification.why.clone());
    outcome.details = Details::Snapshot { snapshot: Some(name.to_string()), verified: Some(verified) };
    outcome.requests_change();
    let record = record.with_verification(verification).to_json();
    match store.bucket.replace(&store.key(&name, Part::Record), &etag, record).await? {
        Written::Yes => {}
        Written::Exists | Written::Unknown => {
            return Err(Failure::retryable(format!(
                "the record of {name} has changed since it was read; the next run reads it again"
            )));
        }
    }
    outcome.did("read-snapshot", format!("{key} is the newest that is verified"));
    match verified {
        Verified::No => Err(Failure::needs_human(format!(
            "the snapshot {name} cannot be restored any more: {}",
            why.unwrap_or_default()
        ))
        .with_next_step(format!("Restore an earlier version of {key} if the bucket has one, and take a snapshot now"))),
        _ => Ok(()),
    }
}

/// Reads the object of a record, and says how far it is verified now.
async fn read(
    clients: &Clients,
    store: &RdbStore<'_>,
    key: &str,
    record: &Record,
    outcome: &mut Outcome,
) -> Result<Verification, Failure> {
    let failed = |why: String| Verification { verified: Verified::No, at: at_ms(now_ms(clients)), why: Some(why) };
    let Some(reading) = store.bucket.open(key).await? else { return Ok(failed(format!("the object {key} is gone"))) };
    Ok(match read_back::run(reading, record.origin.compression).await? {
        ReadBack::Damaged(why) => failed(why),
        ReadBack::Whole(whole) => {
            let Whole { raw, stored, contents } = *whole;
            outcome.measure(Measure::RdbBytes, raw.bytes);
            outcome.measure(Measure::StoredBytes, stored.bytes);
            match raw == record.raw && stored == record.stored {
                true => verdict::verification(&contents, now_ms(clients)),
                false => failed("it is another file than the one that was stored".to_owned()),
            }
        }
    })
}

/// The newest snapshot with a record that says that it is verified, and the `ETag` of the record.
async fn newest_verified(store: &RdbStore<'_>) -> Result<Option<(SnapshotName, Record, String)>, Failure> {
    let parts = store.list().await?.into_iter();
    let mut names: Vec<SnapshotName> =
        parts.filter_map(|(name, part)| (part == Part::Record).then_some(name)).collect();
    names.sort_by_key(SnapshotName::slot);
    for name in names.into_iter().rev() {
        if let Some((record, etag)) = store.record(&name).await?
            && record.verification.verified.is_verified()
        {
            return Ok(Some((name, record, etag)));
        }
    }
    Ok(None)
}
