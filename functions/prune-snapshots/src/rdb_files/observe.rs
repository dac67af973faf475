//! The snapshots that are in a bucket.

use std::collections::BTreeMap;

use backends::{Parts, RdbStore};
use futures::stream::{self, StreamExt};
use policy::{
    Class, Failure,
    outcome::Outcome,
    retention::{Backup, Kind, Owner, State, Verified},
    snapshot::SnapshotName,
};

/// How many records are read at a time.
const AT_A_TIME: usize = 32;

/// How old a snapshot without a record is that no run is working on any more: four times the longest run of a Lambda function.
const ABANDONED_MS: u64 = 60 * 60 * 1000;

/// Lists the snapshots of a target, and reads the record of each. A record that is not one is reported.
///
/// | in the bucket are | ⇒ |
/// |---|---|
/// | the RDB file and its record | available, and verified as the record says |
/// | the RDB file alone, for an hour | being created |
/// | the RDB file alone, for longer | available, not verified |
/// | the record alone | failed: somebody deleted the file |
/// | a record that is not one | failed, so that it is kept |
/// | a pin alone | nothing: the snapshot was not taken |
///
/// # Errors
/// Those of the bucket.
pub(super) async fn run(store: &RdbStore<'_>, now_ms: u64, outcome: &mut Outcome) -> Result<Vec<Backup>, Failure> {
    let mut snapshots: BTreeMap<SnapshotName, Parts> = BTreeMap::new();
    for (name, part) in store.list().await? {
        let parts = snapshots.entry(name).or_default();
        *parts = parts.with(part);
    }
    let looked = snapshots.into_iter().map(|(name, parts)| async move {
        let verified = match parts.record {
            true => store.record(&name).await.map(|record| record.map(|(record, _)| record.verification.verified)),
            false => Ok(None),
        };
        (name, parts, verified)
    });
    let mut looked = stream::iter(looked).buffered(AT_A_TIME);
    let mut backups = Vec::new();
    while let Some((name, parts, verified)) = looked.next().await {
        match verified {
            Ok(verified) => backups.extend(backup(&name, parts, verified, now_ms)),
            Err(failure) if failure.class() == Class::NeedsHuman => {
                outcome.item_failed(name.to_string(), &failure);
                backups.extend(backup(&name, Parts { rdb: None, ..parts }, None, now_ms));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(backups)
}

/// What a snapshot is, by its parts and by what its record says; `None` if nothing of it is there.
fn backup(name: &SnapshotName, parts: Parts, verified: Option<Verified>, now_ms: u64) -> Option<Backup> {
    let created_ms = name.slot().ms();
    let state = match (parts.rdb, verified) {
        (Some(_), Some(_)) => State::Available,
        (Some(_), None) if created_ms + ABANDONED_MS > now_ms => State::Creating,
        (Some(_), None) => State::Available,
        (None, _) if parts.record => State::Failed,
        (None, _) => return None,
    };
    Some(Backup {
        name: name.to_string(),
        created_ms: Some(created_ms),
        state,
        kind: Kind::Manual,
        owner: Owner::Ours,
        verified: if state == State::Failed { Verified::No } else { verified.unwrap_or(Verified::No) },
        pinned: parts.pin,
        locked_until_ms: None,
    })
}

#[cfg(test)]
mod tests {
    use policy::{snapshot::Slot, target::Compression};

    use super::*;

    const HOUR_MS: u64 = 60 * 60 * 1000;

    #[test]
    fn a_snapshot_is_what_its_parts_make_it() {
        let slot = Slot::parse("20261121t030000z").unwrap();
        let name = SnapshotName::new("phillm", slot);
        let rdb = Some(Compression::Zstd);
        let of = |rdb, record, pin, verified, later_ms| {
            backup(&name, Parts { rdb, record, pin }, verified, slot.ms() + later_ms)
                .map(|backup| (backup.state, backup.verified, backup.pinned))
        };
        let contents = Some(Verified::Contents);
        assert_eq!(of(rdb, true, false, contents, 0), Some((State::Available, Verified::Contents, false)));
        assert_eq!(of(rdb, true, true, Some(Verified::No), 0), Some((State::Available, Verified::No, true)));
        assert_eq!(of(rdb, false, false, None, HOUR_MS - 1), Some((State::Creating, Verified::No, false)));
        assert_eq!(of(rdb, false, false, None, HOUR_MS), Some((State::Available, Verified::No, false)));
        assert_eq!(of(None, true, false, contents, 0), Some((State::Failed, Verified::No, false)));
        assert_eq!(of(None, false, true, None, 0), None);
    }
}
