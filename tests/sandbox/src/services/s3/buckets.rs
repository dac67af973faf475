//! Buckets.

use std::collections::btree_map::Entry;

use s3s::{
    S3Result,
    dto::{
        Bucket as Listed, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
        DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
        GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
        PutBucketVersioningInput, PutBucketVersioningOutput,
    },
    s3_error,
};

use super::{
    acl::{owner, set_ownership},
    store::{Bucket, Store, Versioning},
    time::time,
};
use crate::services::REGION;

/// A bucket.
pub(super) fn find<'a>(store: &'a mut Store, name: &str) -> S3Result<&'a mut Bucket> {
    store.buckets.get_mut(name).ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))
}

/// Creates a bucket. In this region, to create one again succeeds and changes nothing.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html#API_CreateBucket_Errors>
pub(super) fn create(store: &mut Store, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let asked = input.create_bucket_configuration.as_ref();
    if asked.is_some_and(|asked| asked.location_constraint.is_some()) {
        return Err(s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"));
    }
    let grants = [
        &input.grant_full_control,
        &input.grant_read,
        &input.grant_read_acp,
        &input.grant_write,
        &input.grant_write_acp,
    ];
    let is_directory = asked.is_some_and(|asked| asked.bucket.is_some() || asked.location.is_some());
    if is_directory || input.acl.is_some() || grants.iter().any(|grant| grant.is_some()) {
        return Err(s3_error!(NotImplemented, "The sandbox creates general purpose buckets without grants only."));
    }
    let location = Some(format!("/{}", input.bucket));
    if let Entry::Vacant(place) = store.buckets.entry(input.bucket) {
        let mut bucket = Bucket::new();
        input.object_ownership.map(|ownership| set_ownership(&mut bucket, &ownership)).transpose()?;
        if input.object_lock_enabled_for_bucket == Some(true) {
            bucket.enable_object_lock();
        }
        place.insert(bucket);
    }
    Ok(CreateBucketOutput { location })
}

pub(super) fn delete(store: &mut Store, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    if !find(store, &input.bucket)?.versions.is_empty() {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    store.buckets.remove(&input.bucket);
    Ok(DeleteBucketOutput::default())
}

pub(super) fn head(store: &mut Store, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    find(store, &input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(REGION.to_owned()), ..HeadBucketOutput::default() })
}

pub(super) fn list(store: &mut Store, input: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    if input.max_buckets.is_some() || input.continuation_token.is_some() || input.bucket_region.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox lists all buckets at once."));
    }
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let buckets = store.buckets.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, bucket)| Listed {
        name: Some(name.clone()),
        creation_date: Some(time(bucket.created)),
        ..Listed::default()
    });
    let buckets = Some(buckets.collect());
    Ok(ListBucketsOutput { buckets, owner: Some(owner()), prefix: input.prefix, ..ListBucketsOutput::default() })
}

/// The region of the sandbox is the one that S3 does not name.
pub(super) fn location(store: &mut Store, input: GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
    find(store, &input.bucket)?;
    Ok(GetBucketLocationOutput::default())
}

pub(super) fn versioning(store: &mut Store, input: GetBucketVersioningInput) -> S3Result<GetBucketVersioningOutput> {
    let status = match find(store, &input.bucket)?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(BucketVersioningStatus::from_static);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

pub(super) fn set_versioning(
    store: &mut Store,
    input: PutBucketVersioningInput,
) -> S3Result<PutBucketVersioningOutput> {
    let bucket = find(store, &input.bucket)?;
    let status = input.versioning_configuration.status;
    bucket.versioning = match status.as_ref().map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) if bucket.has_object_lock => {
            return Err(s3_error!(
                InvalidBucketState,
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            ));
        }
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => {
            return Err(s3_error!(IllegalVersioningConfigurationException, "The Versioning element must be specified"));
        }
    };
    Ok(PutBucketVersioningOutput::default())
}

impl Bucket {
    /// Lets objects be locked from now on. That needs versions.
    pub(super) fn enable_object_lock(&mut self) {
        (self.has_object_lock, self.versioning) = (true, Versioning::Enabled);
    }
}
