//! S3: buckets, objects with versions and locks, and uploads in parts.
//!
//! Requests and responses are those of the crate `s3s`; what they do is here, on maps.
//!
//! # Layout
//! - `routes`: which operation a request is, for faults and the journal
//! - `bridge`: a request for `s3s`, and its response
//! - `api`: the operations that `s3s` calls
//! - `buckets`, `objects`, `uploads`, `lists`: what they do
//! - `store`: the buckets, and what is in them
//! - `conditions`, `checksums`: what a write is checked against

mod api;
mod bridge;
mod buckets;
mod checksums;
mod conditions;
mod lists;
mod objects;
mod routes;
mod store;
mod uploads;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use s3s::service::S3Service;

use crate::wire::{Answer, AwsError, Call, Description, Protocol, Service};

use store::{Bucket, Store, Version};

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "s3",
    protocols: &[Protocol::RestXml { routes: &routes::ROUTES, namespace: "http://s3.amazonaws.com/doc/2006-03-01/" }],
    invalid_input: "InvalidArgument",
    event_sources: &["aws.s3"],
};

/// The buckets of one sandbox.
pub struct S3 {
    store: Arc<Mutex<Store>>,
    service: S3Service,
}

/// An object, as tests see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its contents.
    pub bytes: Bytes,
    /// The KMS key that it is encrypted with, if a request named one.
    pub kms_key: Option<String>,
}

impl Service for S3 {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move {
            match routes::is_known(&call.operation) {
                true => bridge::carry_out(&self.service, call).await,
                false => Err(call.unknown()),
            }
        })
    }
}

impl S3 {
    /// Creates the service without buckets. Every access key has this secret key.
    pub(crate) fn new(secret_key: &'static str) -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let service = bridge::service(api::Api::new(store.clone()), secret_key);
        Self { store, service }
    }

    /// Creates a bucket, as Terraform would: without versions.
    ///
    /// # Repeating
    /// Empties it.
    pub fn create_bucket(&self, name: &str) {
        self.store().buckets.insert(name.to_owned(), Bucket::default());
    }

    /// Whether there is a bucket with this name.
    pub fn has_bucket(&self, name: &str) -> bool {
        self.store().buckets.contains_key(name)
    }

    /// Keeps the versions of the objects of a bucket from now on.
    pub fn keep_versions(&self, bucket: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.keeps_versions = true;
        }
    }

    /// The keys of the objects in a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let store = self.store();
        let objects = store.buckets.get(bucket).map(Bucket::objects);
        objects.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    }

    /// An object; `None` if there is none.
    pub fn object(&self, bucket: &str, key: &str) -> Option<Object> {
        let store = self.store();
        let version = store.buckets.get(bucket)?.object(key)?;
        Some(Object { bytes: version.bytes.clone(), kms_key: version.kms_key.clone() })
    }

    /// Puts an object, as somebody else would.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.put(key, Version::new(bytes.into()));
        }
    }

    /// Deletes an object, as somebody else would.
    pub fn remove(&self, bucket: &str, key: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.versions.remove(key);
        }
    }

    /// The number of versions and of marks of deletion that a bucket has, of all objects.
    pub fn count_versions(&self, bucket: &str) -> usize {
        self.store().buckets.get(bucket).map_or(0, |bucket| bucket.versions.values().map(Vec::len).sum())
    }

    /// The keys of the uploads that are neither completed nor aborted, in order.
    pub fn uploads(&self, bucket: &str) -> Vec<String> {
        let store = self.store();
        let uploads = store.buckets.get(bucket).into_iter().flat_map(|bucket| bucket.uploads.values());
        let mut keys: Vec<String> = uploads.map(|upload| upload.key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// Answers the next conditional write of a key as if another write of it were under way.
    pub fn conflict_once(&self, bucket: &str, key: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.conflicts.insert(key.to_owned());
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().expect("no holder of the lock panics")
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").finish_non_exhaustive()
    }
}
