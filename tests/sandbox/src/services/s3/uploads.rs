//! Uploads in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use bytes::{Bytes, BytesMut};
use s3s::{
    S3Error, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumType, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
        UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    buckets::find,
    conditions,
    objects::{encryption, length},
    store::{Part, Store, Upload, Version},
};
use crate::{chance, clock};

/// The least bytes of a part that is not the last.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const LEAST_PART: usize = 5 * 1024 * 1024;

/// The greatest number of a part.
const MOST_PARTS: i32 = 10_000;

pub(super) fn begin(store: &mut Store, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
    let bucket = find(store, &input.bucket)?;
    let id = chance::uuid().simple().to_string();
    let object = Version {
        content_type: input.content_type.map(|kind| kind.to_string()),
        metadata: input.metadata.unwrap_or_default(),
        kms_key: input.ssekms_key_id,
        ..Version::new(Bytes::new())
    };
    let upload = Upload { key: input.key.clone(), began: clock::now(), parts: Default::default(), object };
    let output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id.clone()),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        server_side_encryption: encryption(&upload.object),
        ssekms_key_id: upload.object.kms_key.clone(),
        ..CreateMultipartUploadOutput::default()
    };
    bucket.uploads.insert(id, upload);
    Ok(output)
}

pub(super) fn part(store: &mut Store, input: UploadPartInput, bytes: Bytes) -> S3Result<UploadPartOutput> {
    let uploads = &mut find(store, &input.bucket)?.uploads;
    let upload = uploads.get_mut(&input.upload_id).filter(|upload| upload.key == input.key);
    let upload = upload.ok_or_else(no_such_upload)?;
    if !(1..=MOST_PARTS).contains(&input.part_number) {
        return Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"));
    }
    let Version { etag, checksum, .. } = Version::new(bytes.clone());
    let output = UploadPartOutput {
        e_tag: Some(ETag::Strong(etag.clone())),
        checksum_crc64nvme: Some(checksum.clone()),
        ..UploadPartOutput::default()
    };
    upload.parts.insert(input.part_number, Part { bytes, etag, checksum, modified: clock::now() });
    Ok(output)
}

/// Completing an upload again succeeds, as long as S3 remembers it.
pub(super) fn complete(
    store: &mut Store,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let bucket = find(store, &input.bucket)?;
    if let Some(done) = bucket.completed.get(&input.upload_id) {
        return Ok(completed(&input, done));
    }
    let upload = bucket.uploads.get(&input.upload_id).filter(|upload| upload.key == input.key);
    let upload = upload.ok_or_else(no_such_upload)?;
    let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.clone()).unwrap_or_default();
    let bytes = assembled(upload, &named)?;
    let object = Version {
        etag: format!("{}-{}", Version::new(bytes.clone()).etag, named.len()),
        content_type: upload.object.content_type.clone(),
        metadata: upload.object.metadata.clone(),
        kms_key: upload.object.kms_key.clone(),
        ..Version::new(bytes)
    };
    if input.mpu_object_size.is_some_and(|size| size != length(&object.bytes)) {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed."
        ));
    }
    if input.checksum_crc64nvme.as_ref().is_some_and(|claimed| *claimed != object.checksum) {
        return Err(s3_error!(BadDigest, "The CRC64NVME you specified did not match the calculated checksum."));
    }
    conditions::check(bucket, &input.key, input.if_none_match.as_ref(), input.if_match.as_ref())?;
    bucket.uploads.remove(&input.upload_id);
    let object = bucket.put(&input.key, object);
    bucket.completed.insert(input.upload_id.clone(), object.clone());
    Ok(completed(&input, &object))
}

pub(super) fn abort(store: &mut Store, input: AbortMultipartUploadInput) -> S3Result<AbortMultipartUploadOutput> {
    find(store, &input.bucket)?.uploads.remove(&input.upload_id).ok_or_else(no_such_upload)?;
    Ok(AbortMultipartUploadOutput::default())
}

fn completed(input: &CompleteMultipartUploadInput, object: &Version) -> CompleteMultipartUploadOutput {
    CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        checksum_crc64nvme: Some(object.checksum.clone()),
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        server_side_encryption: encryption(object),
        ssekms_key_id: object.kms_key.clone(),
        ..CompleteMultipartUploadOutput::default()
    }
}

/// The parts that a request names, in one piece.
fn assembled(upload: &Upload, named: &[CompletedPart]) -> S3Result<Bytes> {
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    let numbers = named.iter().map(|part| part.part_number.unwrap_or(0));
    if !numbers.is_sorted_by(|one, next| one < next) {
        return Err(s3_error!(InvalidPartOrder, "The list of parts was not in ascending order."));
    }
    let mut whole = BytesMut::new();
    for (nth, part) in named.iter().enumerate() {
        let there = upload.parts.get(&part.part_number.unwrap_or(0));
        let etag = part.e_tag.as_ref().map(ETag::value);
        let there = there.filter(|there| etag == Some(there.etag.as_str())).ok_or_else(|| {
            s3_error!(InvalidPart, "One or more of the specified parts could not be found, or its ETag is another.")
        })?;
        if nth + 1 < named.len() && there.bytes.len() < LEAST_PART {
            return Err(s3_error!(EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size"));
        }
        if part.checksum_crc64nvme.as_ref().is_some_and(|claimed| *claimed != there.checksum) {
            return Err(s3_error!(InvalidPart, "The checksum of a part is another."));
        }
        whole.extend_from_slice(&there.bytes);
    }
    Ok(whole.freeze())
}

fn no_such_upload() -> S3Error {
    s3_error!(NoSuchUpload, "The specified upload does not exist. The upload ID may be invalid.")
}
