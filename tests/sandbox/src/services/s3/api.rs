//! The operations that `s3s` calls.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use s3s::{
    S3, S3Request, S3Response, S3Result, TrailingHeaders,
    dto::{self, StreamingBlob},
    s3_error,
};

use super::{
    acl, buckets,
    checksums::{Algorithm, Sum, check_md5, claims, one},
    complete, deletes, lists, locks, objects, parts,
    store::Store,
    tags, uploads,
};

/// The operations, on the buckets of one sandbox.
pub(super) struct Api(Arc<Mutex<Store>>);

impl Api {
    pub(super) fn new(store: Arc<Mutex<Store>>) -> Self {
        Self(store)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

/// Reads a body to its end.
async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let chunks: Vec<Bytes> =
        body.try_collect().await.map_err(|_| s3_error!(IncompleteBody, "The body could not be read to its end."))?;
    if let [only] = chunks.as_slice() {
        return Ok(only.clone());
    }
    let mut whole = BytesMut::new();
    chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
    Ok(whole.freeze())
}

/// The checksum of a body if the request names one, in a header or after the body, which must have been read.
fn checked(
    claims: Vec<(Algorithm, String)>,
    trailers: Option<&TrailingHeaders>,
    md5: Option<&str>,
    body: &Bytes,
) -> S3Result<Option<Sum>> {
    let trailer = |algorithm: &Algorithm| {
        let name = algorithm.header();
        let value = trailers?.read(|headers| headers.get(&name)?.to_str().ok().map(str::to_owned))??;
        Some((*algorithm, value))
    };
    let claimed = one(claims.into_iter().chain(Algorithm::ALL.iter().filter_map(trailer)).collect())?;
    check_md5(body, md5)?;
    let Some((algorithm, value)) = claimed else { return Ok(None) };
    let sum = Sum::of(algorithm, body);
    sum.check(Some(&value)).map(|()| Some(sum))
}

/// Declares the operations: those with a body, and those that need nothing but their input.
macro_rules! operations {
    (
        $($with_body:ident: $input_with_body:ident => $output_with_body:ident = $writes:path;)+
        -
        $($operation:ident: $input:ident => $output:ident = $does:path;)+
    ) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            $(async fn $with_body(
                &self,
                mut request: S3Request<dto::$input_with_body>,
            ) -> S3Result<S3Response<dto::$output_with_body>> {
                let body = read(request.input.body.take()).await?;
                let (trailers, input) = (request.trailing_headers.as_ref(), request.input);
                let sum = checked(claims!(input), trailers, input.content_md5.as_deref(), &body)?;
                $writes(&mut self.store(), input, body, sum).map(S3Response::new)
            })+

            $(async fn $operation(&self, request: S3Request<dto::$input>) -> S3Result<S3Response<dto::$output>> {
                $does(&mut self.store(), request.input).map(S3Response::new)
            })+
        }
    };
}

operations! {
    put_object: PutObjectInput => PutObjectOutput = objects::put;
    upload_part: UploadPartInput => UploadPartOutput = uploads::part;
    -
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput = uploads::abort;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput = complete::complete;
    create_bucket: CreateBucketInput => CreateBucketOutput = buckets::create;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput = uploads::begin;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput = buckets::delete;
    delete_object: DeleteObjectInput => DeleteObjectOutput = deletes::one;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput = deletes::many;
    get_bucket_acl: GetBucketAclInput => GetBucketAclOutput = acl::get;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput = buckets::location;
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput = acl::ownership;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput = buckets::versioning;
    get_object: GetObjectInput => GetObjectOutput = objects::get;
    get_object_legal_hold: GetObjectLegalHoldInput => GetObjectLegalHoldOutput = locks::legal_hold;
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput = locks::configuration;
    get_object_retention: GetObjectRetentionInput => GetObjectRetentionOutput = locks::retention;
    get_object_tagging: GetObjectTaggingInput => GetObjectTaggingOutput = tags::get;
    head_bucket: HeadBucketInput => HeadBucketOutput = buckets::head;
    head_object: HeadObjectInput => HeadObjectOutput = objects::head;
    list_buckets: ListBucketsInput => ListBucketsOutput = buckets::list;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput = lists::uploads;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput = lists::versions;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output = lists::objects;
    list_parts: ListPartsInput => ListPartsOutput = parts::list;
    put_bucket_acl: PutBucketAclInput => PutBucketAclOutput = acl::put;
    put_bucket_ownership_controls: PutBucketOwnershipControlsInput => PutBucketOwnershipControlsOutput = acl::put_ownership;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput = buckets::set_versioning;
    put_object_legal_hold: PutObjectLegalHoldInput => PutObjectLegalHoldOutput = locks::set_legal_hold;
    put_object_lock_configuration: PutObjectLockConfigurationInput => PutObjectLockConfigurationOutput = locks::configure;
    put_object_retention: PutObjectRetentionInput => PutObjectRetentionOutput = locks::set_retention;
    put_object_tagging: PutObjectTaggingInput => PutObjectTaggingOutput = tags::put;
}
