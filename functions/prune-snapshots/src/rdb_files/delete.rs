//! One snapshot, with all its versions.

use backends::RdbStore;
use policy::{
    Failure,
    snapshot::{Part, SnapshotName},
};

use super::locks::parsed;

/// What became of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// It is gone.
    Yes,
    /// It stays, for this reason.
    Kept(&'static str),
}

/// Deletes a snapshot: its record first, so that what is left of it is no snapshot, and then its file, each with all versions.
///
/// # Errors
/// Those of the bucket.
///
/// # Repeating
/// Deletes what is left.
pub(super) async fn run(store: &RdbStore<'_>, name: &str) -> Result<Deleted, Failure> {
    let Some(name) = parsed(store, name) else { return Ok(Deleted::Kept("not a snapshot of this target")) };
    // Somebody may have pinned it since it was listed.
    let parts = store.look(&name).await?;
    if parts.pin {
        return Ok(Deleted::Kept("pinned"));
    }
    erase(store, &name, Part::Record).await?;
    if let Some(compression) = parts.rdb {
        erase(store, &name, Part::Rdb(compression)).await?;
    }
    Ok(Deleted::Yes)
}

/// Deletes every version of a part, and the marks that it was deleted. The newest goes last, so that no older one comes back.
async fn erase(store: &RdbStore<'_>, name: &SnapshotName, part: Part) -> Result<(), Failure> {
    let key = store.key(name, part);
    for version in store.bucket.versions(&key).await?.iter().rev() {
        store.bucket.delete(&key, &version.id).await?;
    }
    Ok(())
}
