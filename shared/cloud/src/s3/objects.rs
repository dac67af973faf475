//! Reading, writing, listing and deleting objects.

use std::collections::HashMap;

use aws_sdk_s3::{primitives::ByteStream, types::ObjectLockLegalHoldStatus};
use aws_smithy_types::DateTime;
use policy::Failure;

use super::{Bucket, Written, written};
use crate::{CallError, classify::classify};

/// An object, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Which contents it has.
    pub etag: String,
}

/// An object that is read from its beginning to its end.
#[derive(Debug)]
pub struct Reading {
    /// How many bytes it has.
    pub bytes: u64,
    /// Which contents it has.
    pub etag: String,
    /// What its writer stored with it.
    pub metadata: HashMap<String, String>,
    key: String,
    body: ByteStream,
}

impl Reading {
    /// Reads the next bytes; `None` at the end.
    ///
    /// # Errors
    /// Retryable if the connection breaks.
    pub async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Failure> {
        self.body.next().await.transpose().map_err(|error| {
            Failure::retryable(format!("the object {} could not be read to its end", self.key)).because(error)
        })
    }
}

/// A version of an object, or the mark that it was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id; `null` in a bucket without versions.
    pub id: String,
    /// When it was made.
    pub modified: Option<DateTime>,
}

/// Whether Object Lock keeps an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lock {
    /// No.
    None,
    /// Until then.
    Until(DateTime),
    /// Until somebody removes a legal hold.
    Hold,
}

impl Bucket<'_> {
    /// Looks whether Object Lock keeps an object. What is not there is not kept.
    ///
    /// # Errors
    /// Permanent if it may not be looked at.
    ///
    /// # Permissions
    /// `s3:GetObject`, and `s3:GetObjectRetention` and `s3:GetObjectLegalHold` in a bucket with Object Lock
    pub async fn lock(&self, key: &str) -> Result<Lock, Failure> {
        let answer = self.client.head_object().bucket(self.name).key(key).send().await;
        let object =
            match answer.map_err(|error| classify(&format!("look at {key} in the bucket {}", self.name), &error)) {
                Ok(object) => object,
                Err(error) if error.is("NotFound") => return Ok(Lock::None),
                Err(error) => return Err(error.into()),
            };
        Ok(match (object.object_lock_legal_hold_status, object.object_lock_retain_until_date) {
            (Some(ObjectLockLegalHoldStatus::On), _) => Lock::Hold,
            (_, Some(until)) => Lock::Until(until),
            (_, None) => Lock::None,
        })
    }

    /// Lists the objects whose keys begin with a prefix, in the order of their keys.
    ///
    /// # Errors
    /// Permanent if the bucket does not exist, or may not be listed.
    ///
    /// # Permissions
    /// `s3:ListBucket`
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, Failure> {
        let doing = format!("list {prefix} in the bucket {}", self.name);
        let request = self.client.list_objects_v2().bucket(self.name).prefix(prefix);
        let mut pages = request.into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify(&doing, &error))?;
            listed.extend(page.contents.unwrap_or_default().into_iter().map(|object| Listed {
                bytes: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                etag: object.e_tag.unwrap_or_default(),
                key: object.key.unwrap_or_default(),
            }));
        }
        Ok(listed)
    }

    /// Begins to read an object; `None` if there is none.
    ///
    /// # Errors
    /// Permanent if it may not be read.
    ///
    /// # Permissions
    /// `s3:GetObject`, and `kms:Decrypt` for a key of your own
    pub async fn open(&self, key: &str) -> Result<Option<Reading>, Failure> {
        let answer = self.client.get_object().bucket(self.name).key(key).send().await;
        match answer.map_err(|error| classify(&format!("read {key} in the bucket {}", self.name), &error)) {
            Ok(object) => Ok(Some(Reading {
                bytes: object.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
                etag: object.e_tag.unwrap_or_default(),
                metadata: object.metadata.unwrap_or_default(),
                key: key.to_owned(),
                body: object.body,
            })),
            Err(error) if error.is("NoSuchKey") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a small object and its `ETag`; `None` if there is none.
    ///
    /// # Errors
    /// As [`Bucket::open`]; `NeedsHuman` if it has more than `most` bytes.
    ///
    /// # Permissions
    /// As [`Bucket::open`]
    pub async fn read(&self, key: &str, most: usize) -> Result<Option<(Vec<u8>, String)>, Failure> {
        let Some(mut reading) = self.open(key).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = reading.next().await? {
            bytes.extend_from_slice(chunk.as_ref());
            if bytes.len() > most {
                return Err(Failure::needs_human(format!("the object {key} has more than {most} bytes"))
                    .with_next_step(format!("Look at what wrote {key}, and restore its version before")));
            }
        }
        Ok(Some((bytes, reading.etag)))
    }

    /// Writes a small object if there is none with its key.
    ///
    /// # Errors
    /// Permanent if the bucket does not exist, or may not be written to.
    ///
    /// # Repeating
    /// The first one stays.
    ///
    /// # Permissions
    /// `s3:PutObject`, and `kms:GenerateDataKey` for a key of your own
    pub async fn put_new(&self, key: &str, body: Vec<u8>) -> Result<Written, CallError> {
        let request = self.put(key, body).if_none_match("*");
        written(request.send().await.map(drop).map_err(|error| classify(&self.writing(key), &error)))
    }

    /// Replaces a small object, unless it has changed since it was read.
    ///
    /// # Errors
    /// As [`Bucket::put_new`]. That it has changed is [`Written::Exists`].
    ///
    /// # Repeating
    /// Changes nothing the second time, because the `ETag` is another then.
    ///
    /// # Permissions
    /// As [`Bucket::put_new`]
    pub async fn replace(&self, key: &str, etag: &str, body: Vec<u8>) -> Result<Written, CallError> {
        let request = self.put(key, body).if_match(etag);
        written(request.send().await.map(drop).map_err(|error| classify(&self.writing(key), &error)))
    }

    fn put(&self, key: &str, body: Vec<u8>) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(self.name)
            .key(key)
            .content_type("application/json")
            .set_server_side_encryption(self.encryption())
            .set_ssekms_key_id(self.key_id())
            .body(ByteStream::from(body))
    }

    /// Lists the versions of an object, the newest first, with the marks that it was deleted. Without versions in the bucket, the
    /// object is one.
    ///
    /// # Errors
    /// As [`Bucket::list`].
    ///
    /// # Permissions
    /// `s3:ListBucketVersions`
    pub async fn versions(&self, key: &str) -> Result<Vec<Version>, Failure> {
        let doing = format!("list the versions of {key} in the bucket {}", self.name);
        let mut found = Vec::new();
        let (mut next_key, mut next_version) = (None, None);
        loop {
            let request = self.client.list_object_versions().bucket(self.name).prefix(key);
            let request = request.set_key_marker(next_key.take()).set_version_id_marker(next_version.take());
            let page = request.send().await.map_err(|error| classify(&doing, &error))?;
            let versions = page.versions.unwrap_or_default().into_iter();
            let versions = versions.map(|version| (version.key, version.version_id, version.last_modified));
            let marks = page.delete_markers.unwrap_or_default().into_iter();
            let marks = marks.map(|mark| (mark.key, mark.version_id, mark.last_modified));
            found.extend(
                versions
                    .chain(marks)
                    .filter(|(of, ..)| of.as_deref() == Some(key))
                    .map(|(_, id, modified)| Version { id: id.unwrap_or_else(|| "null".to_owned()), modified }),
            );
            (next_key, next_version) = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) || next_key.is_none() {
                found.sort_by_key(|version| std::cmp::Reverse(version.modified));
                return Ok(found);
            }
        }
    }

    /// Deletes one version of an object for good.
    ///
    /// # Errors
    /// Permanent if it is locked, or may not be deleted.
    ///
    /// # Repeating
    /// Succeeds again.
    ///
    /// # Permissions
    /// `s3:DeleteObjectVersion`; without versions in the bucket `s3:DeleteObject`
    pub async fn delete(&self, key: &str, version: &str) -> Result<(), CallError> {
        let answer = self.client.delete_object().bucket(self.name).key(key).version_id(version).send().await;
        answer.map(drop).map_err(|error| classify(&format!("delete {key} in the bucket {}", self.name), &error))
    }

    pub(super) fn writing(&self, key: &str) -> String {
        format!("write {key} to the bucket {}", self.name)
    }
}
