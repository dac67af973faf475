//! The parts of a target's snapshots in a bucket.

use cloud::{
    Clients,
    s3::{self, Written},
};
use policy::{
    Failure, Target,
    snapshot::{Part, Record, SnapshotName, Stored},
    target::{Compression, Snapshots},
};

/// Where the snapshots of a target are.
#[derive(Clone, Debug)]
pub(crate) struct Bucket<'a> {
    pub(super) s3: s3::Bucket<'a>,
    pub(super) stored: Stored,
    pub(super) compression: Compression,
}

/// The parts of one snapshot that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The RDB file, by how it is compressed.
    pub(super) rdb: Option<Compression>,
    pub(super) record: bool,
    pub(super) pin: bool,
}

impl<'a> Bucket<'a> {
    /// The bucket that the settings of a target name.
    pub(crate) fn of(clients: &'a Clients, target: &Target, settings: &'a Snapshots) -> Result<Self, Failure> {
        let name = settings.bucket.as_deref().ok_or_else(|| {
            Failure::permanent("the target's settings name no `snapshots.bucket`").with_next_step("Add it")
        })?;
        let s3 = s3::Bucket { client: clients.s3(), name, kms_key: settings.kms_key.as_deref() };
        Ok(Self { s3, stored: Stored::new(&target.name, settings), compression: settings.compression })
    }

    /// Looks which parts of a snapshot are there.
    pub(super) async fn look(&self, name: &SnapshotName) -> Result<Parts, Failure> {
        let mut parts = Parts::default();
        for listed in self.s3.list(&format!("{}{name}.", self.stored.folder())).await? {
            match self.stored.parse(&listed.key) {
                Some((_, Part::Rdb(compression))) => parts.rdb = Some(compression),
                Some((_, Part::Record)) => parts.record = true,
                Some((_, Part::Pin)) => parts.pin = true,
                None => {}
            }
        }
        Ok(parts)
    }

    /// Reads the record of a snapshot and its `ETag`; `None` if there is none.
    pub(super) async fn record(&self, name: &SnapshotName) -> Result<Option<(Record, String)>, Failure> {
        let key = self.stored.key(name, Part::Record);
        let Some((json, etag)) = self.s3.read(&key, Record::MOST_BYTES).await? else { return Ok(None) };
        Ok(Some((Record::parse(&key, &json)?, etag)))
    }

    /// Writes the record of a snapshot. One that is there already says the same.
    pub(super) async fn write_record(&self, name: &SnapshotName, record: &Record) -> Result<(), Failure> {
        match self.s3.put_new(&self.stored.key(name, Part::Record), record.to_json()).await? {
            Written::Yes | Written::Exists => Ok(()),
            Written::Unknown => Err(Failure::retryable(format!(
                "it is not known whether the record of {name} was written; the next run looks"
            ))),
        }
    }
}
