//! Uploads in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::collections::BTreeMap;

use bytes::Bytes;
use s3s::{
    S3Error, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
        CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    attributes::attributes,
    buckets::find,
    checksums::{Algorithm, Sum, kind, show},
    store::{Bucket, Part, Store, Upload, etag},
};
use crate::{chance, clock};

/// The greatest number of a part.
const MOST_PARTS: i32 = 10_000;

/// An upload that is neither completed nor aborted.
pub(super) fn upload<'a>(bucket: &'a mut Bucket, key: &str, id: &str) -> S3Result<&'a mut Upload> {
    bucket.uploads.get_mut(id).filter(|upload| upload.key == key).ok_or_else(no_such_upload)
}

pub(super) fn begin(store: &mut Store, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
    let bucket = find(store, &input.bucket)?;
    let attributes = attributes!(input, bucket)?;
    let (asked, is_composite) = checksum(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
    let id = chance::uuid().simple().to_string();
    let output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key.clone()),
        upload_id: Some(id.clone()),
        checksum_algorithm: asked.map(|algorithm| ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: asked.map(|_| kind(is_composite)),
        server_side_encryption: attributes.encryption(),
        ssekms_key_id: attributes.kms_key.clone(),
        bucket_key_enabled: attributes.has_bucket_key,
        ..CreateMultipartUploadOutput::default()
    };
    let upload = Upload {
        key: input.key,
        began: clock::now(),
        began_at: bucket.changes(),
        asked,
        is_composite,
        parts: BTreeMap::new(),
        attributes,
    };
    bucket.uploads.insert(id, upload);
    Ok(output)
}

/// The algorithm, and whether the checksum of the object is that of those of its parts.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#ChecksumTypes>
fn checksum(algorithm: Option<&ChecksumAlgorithm>, of: Option<&ChecksumType>) -> S3Result<(Option<Algorithm>, bool)> {
    let algorithm = algorithm.map(|algorithm| Algorithm::named(algorithm.as_str())).transpose()?;
    let Some(chosen) = algorithm else {
        return match of {
            None => Ok((None, false)),
            Some(_) => Err(s3_error!(
                InvalidRequest,
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )),
        };
    };
    let is_composite = match of.map(ChecksumType::as_str) {
        None => chosen != Algorithm::Crc64Nvme,
        Some(ChecksumType::COMPOSITE) => true,
        Some(ChecksumType::FULL_OBJECT) => false,
        Some(_) => return Err(s3_error!(InvalidRequest, "Value for x-amz-checksum-type header is invalid.")),
    };
    match chosen.allows(is_composite) {
        true => Ok((algorithm, is_composite)),
        false => Err(s3_error!(
            InvalidRequest,
            "The {} checksum type cannot be used with the {} checksum algorithm.",
            kind(is_composite).as_str(),
            chosen.name().to_ascii_lowercase()
        )),
    }
}

/// Keeps a part, whose contents have been checked against the checksum that the request names.
pub(super) fn part(
    store: &mut Store,
    input: UploadPartInput,
    bytes: Bytes,
    sum: Option<Sum>,
) -> S3Result<UploadPartOutput> {
    let upload = upload(find(store, &input.bucket)?, &input.key, &input.upload_id)?;
    if input.sse_customer_algorithm.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox has no SSE-C."));
    }
    if !(1..=MOST_PARTS).contains(&input.part_number) {
        return Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"));
    }
    let given = sum.as_ref().map(|sum| sum.algorithm);
    // S3 computes the checksums that it makes one for the object of, but not those that a client must list.
    if given != upload.asked && (given.is_some() || upload.is_composite) {
        let name =
            |algorithm: Option<Algorithm>| algorithm.map_or("null".to_owned(), |it| it.name().to_ascii_lowercase());
        return Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            name(upload.asked),
            name(given)
        ));
    }
    let sum = sum.unwrap_or_else(|| Sum::of(upload.asked.unwrap_or(Algorithm::Crc64Nvme), &bytes));
    let part = Part { etag: etag(&bytes, &upload.attributes), bytes, sum, modified: clock::now() };
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(part.etag.clone())),
        server_side_encryption: upload.attributes.encryption(),
        ssekms_key_id: upload.attributes.kms_key.clone(),
        bucket_key_enabled: upload.attributes.has_bucket_key,
        ..UploadPartOutput::default()
    };
    if upload.asked.is_some() {
        show!(output, part.sum);
    }
    upload.parts.insert(input.part_number, part);
    Ok(output)
}

pub(super) fn abort(store: &mut Store, input: AbortMultipartUploadInput) -> S3Result<AbortMultipartUploadOutput> {
    if input.if_match_initiated_time.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox has no conditional aborts."));
    }
    let bucket = find(store, &input.bucket)?;
    upload(bucket, &input.key, &input.upload_id)?;
    bucket.uploads.remove(&input.upload_id);
    Ok(AbortMultipartUploadOutput::default())
}

fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
}
