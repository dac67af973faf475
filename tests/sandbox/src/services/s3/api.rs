//! The operations that `s3s` calls.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use s3s::{
    S3, S3Request, S3Response, S3Result, TrailingHeaders,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput,
        GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput, GetBucketVersioningOutput,
        GetObjectInput, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectOutput, GetObjectRetentionInput,
        GetObjectRetentionOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
        ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput,
        ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
        ListPartsOutput, PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput, PutObjectLegalHoldInput,
        PutObjectLegalHoldOutput, PutObjectOutput, PutObjectRetentionInput, PutObjectRetentionOutput, StreamingBlob,
        UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{buckets, checksums::Claimed, lists, objects, store::Store, uploads};

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
    let mut whole = BytesMut::new();
    chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
    Ok(whole.freeze())
}

/// The checksums in the headers of a request, or after its body. The body must have been read.
macro_rules! claimed {
    ($input:expr, $trailers:expr) => {{
        let trailer = |name: &str| {
            let trailers: Option<&TrailingHeaders> = $trailers.as_ref();
            trailers?.read(|headers| headers.get(name)?.to_str().ok().map(str::to_owned))?
        };
        Claimed {
            crc32: $input.checksum_crc32.clone().or_else(|| trailer("x-amz-checksum-crc32")),
            crc32c: $input.checksum_crc32c.clone().or_else(|| trailer("x-amz-checksum-crc32c")),
            crc64nvme: $input.checksum_crc64nvme.clone().or_else(|| trailer("x-amz-checksum-crc64nvme")),
            sha256: $input.checksum_sha256.clone().or_else(|| trailer("x-amz-checksum-sha256")),
        }
    }};
}

/// Declares the operations that need nothing but their input.
macro_rules! operations {
    ($($operation:ident: $input:ident => $output:ident = $does:path;)+) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
                let body = read(request.input.body.take()).await?;
                claimed!(request.input, request.trailing_headers).check(&body)?;
                objects::put(&mut self.store(), request.input, body).map(S3Response::new)
            }

            async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
                let body = read(request.input.body.take()).await?;
                claimed!(request.input, request.trailing_headers).check(&body)?;
                uploads::part(&mut self.store(), request.input, body).map(S3Response::new)
            }

            $(async fn $operation(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                $does(&mut self.store(), request.input).map(S3Response::new)
            })+
        }
    };
}

operations! {
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput = uploads::abort;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput = uploads::complete;
    create_bucket: CreateBucketInput => CreateBucketOutput = buckets::create;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput = uploads::begin;
    delete_object: DeleteObjectInput => DeleteObjectOutput = objects::delete;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput = objects::delete_many;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput = buckets::location;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput = buckets::versioning;
    get_object: GetObjectInput => GetObjectOutput = objects::get;
    get_object_legal_hold: GetObjectLegalHoldInput => GetObjectLegalHoldOutput = objects::legal_hold;
    get_object_retention: GetObjectRetentionInput => GetObjectRetentionOutput = objects::retention;
    head_bucket: HeadBucketInput => HeadBucketOutput = buckets::head;
    head_object: HeadObjectInput => HeadObjectOutput = objects::head;
    list_buckets: ListBucketsInput => ListBucketsOutput = buckets::list;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput = lists::uploads;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput = lists::versions;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output = lists::objects;
    list_parts: ListPartsInput => ListPartsOutput = lists::parts;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput = buckets::set_versioning;
    put_object_legal_hold: PutObjectLegalHoldInput => PutObjectLegalHoldOutput = objects::set_legal_hold;
    put_object_retention: PutObjectRetentionInput => PutObjectRetentionOutput = objects::set_retention;
}
