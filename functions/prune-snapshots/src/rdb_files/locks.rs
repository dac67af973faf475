//! Which of the snapshots to delete are locked.

use std::collections::BTreeSet;

use backends::RdbStore;
use cloud::s3::objects::Lock;
use futures::stream::{self, StreamExt, TryStreamExt};
use policy::{
    Failure,
    retention::{Facts, decide},
    snapshot::{Part, SnapshotName},
};
use runtime::moment::millis;

/// How many are looked at at a time.
const AT_A_TIME: usize = 32;

/// Finds out which of the snapshots that would be deleted are locked, until nothing else would be deleted: a locked one makes room
/// for others.
///
/// # Errors
/// Those of the bucket.
pub(super) async fn run(store: &RdbStore<'_>, facts: &mut Facts) -> Result<(), Failure> {
    let mut looked_at = BTreeSet::new();
    loop {
        let plan = decide(facts);
        let names: Vec<String> = plan.delete.iter().map(|deletion| deletion.backup.name.clone()).collect();
        let names: Vec<String> = names.into_iter().filter(|name| looked_at.insert(name.clone())).collect();
        if names.is_empty() {
            return Ok(());
        }
        let looks = names.into_iter().map(|name| async move {
            let until_ms = locked_until_ms(store, &name).await?;
            Ok::<_, Failure>((name, until_ms))
        });
        let locks: Vec<_> = stream::iter(looks).buffered(AT_A_TIME).try_collect().await?;
        for (name, until_ms) in locks {
            for backup in facts.backups.iter_mut().filter(|backup| backup.name == name) {
                backup.locked_until_ms = until_ms;
            }
        }
    }
}

/// Until when a snapshot is locked; `None` if it is not.
async fn locked_until_ms(store: &RdbStore<'_>, name: &str) -> Result<Option<u64>, Failure> {
    let Some(name) = parsed(store, name) else { return Ok(None) };
    let Some(compression) = store.look(&name).await?.rdb else { return Ok(None) };
    Ok(match store.bucket.lock(&store.key(&name, Part::Rdb(compression))).await? {
        Lock::None => None,
        Lock::Until(time) => millis(time),
        Lock::Hold => Some(u64::MAX),
    })
}

/// The name of a snapshot of this target.
pub(super) fn parsed(store: &RdbStore<'_>, name: &str) -> Option<SnapshotName> {
    store.parse(&format!("{}{name}.json", store.folder())).map(|(name, _)| name)
}
