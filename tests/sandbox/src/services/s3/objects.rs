//! Writing and reading objects.

use bytes::Bytes;
use s3s::{
    Body, S3Error, S3Result,
    dto::{
        ETag, ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectLockMode,
        PutObjectInput, PutObjectOutput, StreamingBlob,
    },
    s3_error,
};

use super::{
    attributes::attributes,
    buckets::find,
    checksums::{Algorithm, Sum, show},
    conditions,
    locks::hold,
    store::{Bucket, Store, Version, Versioning},
    time::time,
};

/// Writes an object, whose contents have been checked against the checksum that the request names.
pub(super) fn put(
    store: &mut Store,
    input: PutObjectInput,
    body: Bytes,
    sum: Option<Sum>,
) -> S3Result<PutObjectOutput> {
    let bucket = find(store, &input.bucket)?;
    let attributes = attributes!(input, bucket)?;
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    if attributes.lock.retention.is_some() && sum.is_none() && input.content_md5.is_none() {
        return Err(s3_error!(
            InvalidRequest,
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
        ));
    }
    conditions::check(bucket, &input.key, input.if_none_match.as_ref(), input.if_match.as_ref(), None)?;
    let sum = sum.unwrap_or_else(|| Sum::of(Algorithm::Crc64Nvme, &body));
    let put = bucket.put(&input.key, Version::new(body, sum, attributes));
    let mut output = PutObjectOutput {
        e_tag: Some(ETag::Strong(put.etag.clone())),
        checksum_type: put.sum.kind(),
        version_id: id(bucket, &put),
        server_side_encryption: put.attributes.encryption(),
        ssekms_key_id: put.attributes.kms_key.clone(),
        bucket_key_enabled: put.attributes.has_bucket_key,
        ..PutObjectOutput::default()
    };
    show!(output, put.sum);
    Ok(output)
}

/// What the responses to GET and HEAD have in common.
macro_rules! described {
    ($output:ident, $bucket:expr, $version:expr, $with_checksum:expr) => {{
        let (version, attributes) = ($version, &$version.attributes);
        let retention = attributes.lock.retention.as_ref();
        let mut output = $output {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(length(&version.bytes)),
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            content_type: attributes.content_type.clone().or_else(|| Some("binary/octet-stream".to_owned())),
            content_encoding: attributes.content_encoding.clone(),
            content_language: attributes.content_language.clone(),
            content_disposition: attributes.content_disposition.clone(),
            cache_control: attributes.cache_control.clone(),
            e_tag: Some(ETag::Strong(version.etag.clone())),
            last_modified: Some(time(version.modified)),
            metadata: Some(attributes.metadata.clone().into_iter().collect()),
            version_id: id($bucket, version),
            server_side_encryption: attributes.encryption(),
            ssekms_key_id: attributes.kms_key.clone(),
            bucket_key_enabled: attributes.has_bucket_key,
            object_lock_mode: retention.map(|retention| ObjectLockMode::from_static(retention.mode())),
            object_lock_retain_until_date: retention.map(|retention| time(retention.until)),
            object_lock_legal_hold_status: attributes.lock.is_held.then(|| hold(true)),
            ..$output::default()
        };
        if $with_checksum {
            output.checksum_type = version.sum.kind();
            show!(output, version.sum);
        }
        output
    }};
}

pub(super) fn get(store: &mut Store, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    if input.part_number.is_some() || input.if_modified_since.is_some() || input.if_unmodified_since.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox does not read by part number or time."));
    }
    let bucket = find(store, &input.bucket)?;
    let version = version(bucket, &input.key, input.version_id.as_deref())?;
    check_read(version, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let all = version.bytes.len() as u64;
    let range = input.range.map(|range| range.check(all)).transpose()?;
    let mut output = described!(GetObjectOutput, bucket, version, input.checksum_mode.is_some() && range.is_none());
    let bytes = match range {
        None => version.bytes.clone(),
        Some(range) => {
            let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
            output.content_range = Some(format!("bytes {}-{}/{all}", range.start, range.end - 1));
            version.bytes.slice(at(range.start)..at(range.end))
        }
    };
    output.content_length = Some(length(&bytes));
    output.body = Some(StreamingBlob::from(Body::from(bytes)));
    output.tag_count = i32::try_from(version.attributes.tags.len()).ok().filter(|count| *count > 0);
    Ok(output)
}

pub(super) fn head(store: &mut Store, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    if input.part_number.is_some() || input.range.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox does not look at a part of an object."));
    }
    if input.if_modified_since.is_some() || input.if_unmodified_since.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox does not read by time."));
    }
    let bucket = find(store, &input.bucket)?;
    let version = version(bucket, &input.key, input.version_id.as_deref())?;
    check_read(version, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    Ok(described!(HeadObjectOutput, bucket, version, input.checksum_mode.is_some()))
}

/// Refuses a read whose condition does not hold.
fn check_read(
    version: &Version,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let is_it = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == version.etag,
    };
    match (if_match, if_none_match) {
        (Some(condition), _) if !is_it(condition) => Err(conditions::failed()),
        (_, Some(condition)) if is_it(condition) => Err(s3_error!(NotModified, "Not Modified")),
        _ => Ok(()),
    }
}

fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

/// An object, or a version of it. A mark is none.
pub(super) fn version<'a>(bucket: &'a Bucket, key: &str, id: Option<&str>) -> S3Result<&'a Version> {
    let Some(id) = id else { return bucket.object(key).ok_or_else(no_such_key) };
    let mut versions = bucket.versions.get(key).into_iter().flatten();
    let found = versions.find(|version| version.id == id);
    match found.ok_or_else(|| s3_error!(NoSuchVersion, "The specified version does not exist."))? {
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
        Version { is_mark: true, .. } => {
            Err(s3_error!(MethodNotAllowed, "The specified method is not allowed against this resource."))
        }
        version => Ok(version),
    }
}

pub(super) fn version_mut<'a>(bucket: &'a mut Bucket, key: &str, id: Option<&str>) -> S3Result<&'a mut Version> {
    let id = version(bucket, key, id)?.id.clone();
    let mut versions = bucket.versions.get_mut(key).into_iter().flatten();
    versions.find(|version| version.id == id).ok_or_else(no_such_key)
}

/// The id of a version, in a bucket that keeps them or did.
pub(super) fn id(bucket: &Bucket, version: &Version) -> Option<String> {
    (bucket.versioning != Versioning::Never).then(|| version.id.clone())
}

pub(super) fn length(bytes: &Bytes) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
