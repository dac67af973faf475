//! The bucket that has the RDB files of a target.

use cloud::{
    Clients,
    s3::{self, Written},
};
use policy::{
    Failure, Target,
    snapshot::{Part, Record, SnapshotName, Stored},
    target::{Compression, Snapshots},
};

/// The bucket that has the RDB files of a target, and where in it they are.
#[derive(Clone, Debug)]
pub struct RdbStore<'a> {
    /// The bucket.
    pub bucket: s3::Bucket<'a>,
    /// How new files are compressed.
    pub compression: Compression,
    stored: Stored,
}

/// The parts of one snapshot that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The RDB file, by how it is compressed.
    pub rdb: Option<Compression>,
    /// Whether its record is there.
    pub record: bool,
    /// Whether its pin is there.
    pub pin: bool,
}

impl Parts {
    /// The same with one more.
    pub fn with(mut self, part: Part) -> Self {
        match part {
            Part::Rdb(compression) => self.rdb = Some(compression),
            Part::Record => self.record = true,
            Part::Pin => self.pin = true,
        }
        self
    }
}

impl<'a> RdbStore<'a> {
    /// The bucket that the settings name.
    ///
    /// # Errors
    /// Permanent if they name none.
    pub fn of(clients: &'a Clients, target: &Target, settings: &'a Snapshots) -> Result<Self, Failure> {
        let name = settings.bucket.as_deref().ok_or_else(|| {
            Failure::permanent("the target's settings name no `snapshots.bucket`").with_next_step("Add it")
        })?;
        let bucket = s3::Bucket { client: clients.s3(), name, kms_key: settings.kms_key.as_deref() };
        Ok(Self { bucket, stored: Stored::new(&target.name, settings), compression: settings.compression })
    }

    /// What all keys of the target begin with.
    pub fn folder(&self) -> &str {
        self.stored.folder()
    }

    /// The key of a part.
    pub fn key(&self, name: &SnapshotName, part: Part) -> String {
        self.stored.key(name, part)
    }

    /// The part that a key is; `None` if it is not one of this target.
    pub fn parse(&self, key: &str) -> Option<(SnapshotName, Part)> {
        self.stored.parse(key)
    }

    /// Lists every part of every snapshot, in the order of their keys.
    ///
    /// # Errors
    /// As [`s3::Bucket::list`].
    ///
    /// # Permissions
    /// `s3:ListBucket`
    pub async fn list(&self) -> Result<Vec<(SnapshotName, Part)>, Failure> {
        let listed = self.bucket.list(self.folder()).await?;
        Ok(listed.iter().filter_map(|listed| self.parse(&listed.key)).collect())
    }

    /// Looks which parts of a snapshot are there.
    ///
    /// # Errors
    /// As [`s3::Bucket::list`].
    ///
    /// # Permissions
    /// `s3:ListBucket`
    pub async fn look(&self, name: &SnapshotName) -> Result<Parts, Failure> {
        let listed = self.bucket.list(&format!("{}{name}.", self.folder())).await?;
        let parts = listed.iter().filter_map(|listed| self.parse(&listed.key)).map(|(_, part)| part);
        Ok(parts.fold(Parts::default(), Parts::with))
    }

    /// Reads the record of a snapshot and its `ETag`; `None` if there is none.
    ///
    /// # Errors
    /// As [`s3::Bucket::read`]; `NeedsHuman` if it is not a record.
    ///
    /// # Permissions
    /// `s3:GetObject`
    pub async fn record(&self, name: &SnapshotName) -> Result<Option<(Record, String)>, Failure> {
        let key = self.key(name, Part::Record);
        let Some((json, etag)) = self.bucket.read(&key, Record::MOST_BYTES).await? else { return Ok(None) };
        Ok(Some((Record::parse(&key, &json)?, etag)))
    }

    /// Writes the record of a snapshot. One that is there already says the same.
    ///
    /// # Errors
    /// As [`s3::Bucket::put_new`]; Retryable if it is not known what came of it.
    ///
    /// # Repeating
    /// The first one stays.
    ///
    /// # Permissions
    /// `s3:PutObject`
    pub async fn write_record(&self, name: &SnapshotName, record: &Record) -> Result<(), Failure> {
        match self.bucket.put_new(&self.key(name, Part::Record), record.to_json()).await? {
            Written::Yes | Written::Exists => Ok(()),
            Written::Unknown => Err(Failure::retryable(format!(
                "it is not known whether the record of {name} was written; the next run looks"
            ))),
        }
    }
}
