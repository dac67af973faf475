//! Buckets.

use s3s::{
    S3Result,
    dto::{
        Bucket as Listed, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput, GetBucketLocationInput,
        GetBucketLocationOutput, GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput,
        HeadBucketOutput, ListBucketsInput, ListBucketsOutput, PutBucketVersioningInput, PutBucketVersioningOutput,
    },
    s3_error,
};

use super::store::{Bucket, Store};
use crate::services::REGION;

/// A bucket.
pub(super) fn find<'a>(store: &'a mut Store, name: &str) -> S3Result<&'a mut Bucket> {
    store.buckets.get_mut(name).ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))
}

pub(super) fn create(store: &mut Store, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    if store.buckets.contains_key(&input.bucket) {
        return Err(s3_error!(BucketAlreadyOwnedByYou, "You already own this bucket."));
    }
    let location = Some(format!("/{}", input.bucket));
    store.buckets.insert(input.bucket, Bucket::default());
    Ok(CreateBucketOutput { location, ..CreateBucketOutput::default() })
}

pub(super) fn head(store: &mut Store, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    find(store, &input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(REGION.to_owned()), ..HeadBucketOutput::default() })
}

pub(super) fn list(store: &mut Store, _: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let buckets = store.buckets.keys().map(|name| Listed { name: Some(name.clone()), ..Listed::default() });
    Ok(ListBucketsOutput { buckets: Some(buckets.collect()), ..ListBucketsOutput::default() })
}

/// The region of the sandbox is the one that S3 does not name.
pub(super) fn location(store: &mut Store, input: GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
    find(store, &input.bucket)?;
    Ok(GetBucketLocationOutput::default())
}

pub(super) fn versioning(store: &mut Store, input: GetBucketVersioningInput) -> S3Result<GetBucketVersioningOutput> {
    let keeps = find(store, &input.bucket)?.keeps_versions;
    let status = keeps.then(|| BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED));
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

pub(super) fn set_versioning(
    store: &mut Store,
    input: PutBucketVersioningInput,
) -> S3Result<PutBucketVersioningOutput> {
    let status = input.versioning_configuration.status;
    find(store, &input.bucket)?.keeps_versions =
        status.is_some_and(|status| status.as_str() == BucketVersioningStatus::ENABLED);
    Ok(PutBucketVersioningOutput::default())
}
