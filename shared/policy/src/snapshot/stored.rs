//! Where the parts of a snapshot are in a bucket.

use super::SnapshotName;
use crate::target::{Compression, Snapshots};

/// Where the snapshots of a target are in a bucket: under `PREFIX/TARGET/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    target: String,
    folder: String,
}

/// A part of a snapshot in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The RDB file: `NAME.rdb.zst` or `NAME.rdb`.
    Rdb(Compression),
    /// What is known of it, written last and deleted first: `NAME.json`.
    Record,
    /// A mark that it stays, as long as it is there: `NAME.pin`.
    Pin,
}

impl Part {
    const ALL: [Self; 4] = [Self::Rdb(Compression::Zstd), Self::Rdb(Compression::None), Self::Record, Self::Pin];

    fn suffix(self) -> &'static str {
        match self {
            Self::Rdb(Compression::Zstd) => ".rdb.zst",
            Self::Rdb(Compression::None) => ".rdb",
            Self::Record => ".json",
            Self::Pin => ".pin",
        }
    }
}

impl Stored {
    /// Where the settings put the snapshots of a target.
    pub fn new(target: &str, settings: &Snapshots) -> Self {
        let folder = match &settings.prefix {
            Some(prefix) => format!("{prefix}/{target}/"),
            None => format!("{target}/"),
        };
        Self { target: target.to_owned(), folder }
    }

    /// What all keys of the target begin with, and no key of another.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The key of a part.
    pub fn key(&self, name: &SnapshotName, part: Part) -> String {
        format!("{}{name}{}", self.folder, part.suffix())
    }

    /// The part that a key is; `None` if it is not one of this target.
    ///
    /// ```
    /// use policy::{snapshot::{Part, Stored}, target::Snapshots};
    ///
    /// let settings: Snapshots = serde_json::from_str(r#"{ "keep": { "daily": 7 }, "prefix": "backups" }"#)?;
    /// let stored = Stored::new("phillm", &settings);
    /// let (name, part) = stored.parse("backups/phillm/phillm-20261121t030000z.json").unwrap();
    /// assert_eq!((name.to_string().as_str(), part), ("phillm-20261121t030000z", Part::Record));
    /// assert_eq!(stored.parse("backups/phillm/phillm-20261121t030000z.json.bak"), None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn parse(&self, key: &str) -> Option<(SnapshotName, Part)> {
        let file = key.strip_prefix(&self.folder)?;
        Part::ALL.into_iter().find_map(|part| {
            let name = SnapshotName::parse(&self.target, file.strip_suffix(part.suffix())?)?;
            Some((name, part))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Slot;

    fn stored(target: &str, prefix: Option<&str>) -> Stored {
        let settings = serde_json::json!({ "keep": { "daily": 7 }, "prefix": prefix });
        Stored::new(target, &serde_json::from_value(settings).unwrap())
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let name = SnapshotName::new("koneksi", Slot::parse("20261121t030000z").unwrap());
        for prefix in [None, Some("backups/redis")] {
            let stored = stored("koneksi", prefix);
            for part in Part::ALL {
                assert_eq!(stored.parse(&stored.key(&name, part)), Some((name.clone(), part)));
            }
        }
    }

    #[test]
    fn keys_of_other_targets_and_other_files_are_not_its_parts() {
        let stored = stored("koneksi", Some("backups"));
        for key in [
            "backups/koneksi/koneksi-prod-20261121t030000z.rdb",
            "backups/koneksi-prod/koneksi-20261121t030000z.rdb",
            "koneksi/koneksi-20261121t030000z.rdb",
            "backups/koneksi/old/koneksi-20261121t030000z.rdb",
            "backups/koneksi/koneksi-20261121t030000z.rdb.gz",
            "backups/koneksi/koneksi-20261121t030000z",
            "backups/koneksi/koneksi-20261121t030000z.rdb.json",
            "backups/koneksi/",
        ] {
            assert_eq!(stored.parse(key), None, "{key}");
        }
    }
}
