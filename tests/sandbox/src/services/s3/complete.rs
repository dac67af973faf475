//! Completing an upload in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use bytes::{Bytes, BytesMut};
use s3s::{
    S3Result,
    dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag},
    s3_error,
};

use super::{
    buckets::find,
    checksums::{Algorithm, Sum, claims, kind, one, show},
    conditions,
    objects::{id, length},
    store::{Bucket, Completed, Part, Store, Upload, Version, etag},
    uploads::upload,
};

/// Makes an object of the parts that a request names.
///
/// Completing an upload again succeeds. S3 forgets a completed upload some time later, and the sandbox never.
pub(super) fn complete(
    store: &mut Store,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let least_part = store.least_part;
    let bucket = find(store, &input.bucket)?;
    let done = bucket.completed.get(&input.upload_id).filter(|done| done.key == input.key);
    if let Some(object) = done.map(|done| done.object.clone()) {
        return Ok(output(&input, bucket, &object));
    }
    let upload = upload(bucket, &input.key, &input.upload_id)?;
    let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.clone()).unwrap_or_default();
    let parts = parts(upload, &input.upload_id, &named, least_part)?;
    let whole = joined(&parts);
    let sum = check(&input, upload, &parts, &whole)?;
    let etags: Vec<u8> = parts.iter().flat_map(|part| raw(&part.etag)).collect();
    let mut object = Version::new(whole, sum, upload.attributes.clone());
    object.etag = format!("{}-{}", etag(&etags, &object.attributes), parts.len());
    let began_at = upload.began_at;
    conditions::check(bucket, &input.key, input.if_none_match.as_ref(), input.if_match.as_ref(), Some(began_at))?;
    bucket.uploads.remove(&input.upload_id);
    let object = bucket.put(&input.key, object);
    let output = output(&input, bucket, &object);
    bucket.completed.insert(input.upload_id, Completed { key: input.key, object });
    Ok(output)
}

/// The parts that a request names.
fn parts(upload: &Upload, id: &str, named: &[CompletedPart], least_part: usize) -> S3Result<Vec<Part>> {
    if named.is_empty() {
        return Err(s3_error!(InvalidRequest, "You must specify at least one part"));
    }
    let number = |part: &CompletedPart| part.part_number.unwrap_or(0);
    if !named.is_sorted_by(|one, next| number(one) < number(next)) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let mut found = Vec::new();
    for (nth, part) in named.iter().enumerate() {
        let there = upload.parts.get(&number(part)).filter(|there| is_it(part, there)).ok_or_else(|| {
            s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified \
                 entity tag may not match the part's entity tag. ({id})"
            )
        })?;
        if nth + 1 < named.len() && there.bytes.len() < least_part {
            return Err(s3_error!(EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size"));
        }
        if upload.is_composite && claims!(part).is_empty() {
            let algorithm = there.sum.algorithm.name().to_ascii_lowercase();
            return Err(s3_error!(
                InvalidRequest,
                "The upload was created using a {algorithm} checksum. The complete request must include the checksum for each \
                 part. It was missing for part {} in the request.",
                number(part)
            ));
        }
        found.push(there.clone());
    }
    Ok(found)
}

/// Whether the `ETag` and the checksum that a request names are those of a part.
fn is_it(named: &CompletedPart, there: &Part) -> bool {
    let is_sum =
        |(algorithm, value): &(Algorithm, String)| *algorithm == there.sum.algorithm && *value == there.sum.value;
    named.e_tag.as_ref().map(ETag::value) == Some(there.etag.as_str()) && claims!(named).iter().all(is_sum)
}

fn joined(parts: &[Part]) -> Bytes {
    if let [only] = parts {
        return only.bytes.clone();
    }
    let mut whole = BytesMut::new();
    parts.iter().for_each(|part| whole.extend_from_slice(&part.bytes));
    whole.freeze()
}

/// The bytes of an `ETag` of hexadecimal digits.
fn raw(etag: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        etag.chars().filter_map(|digit| digit.to_digit(16)).filter_map(|it| u8::try_from(it).ok()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

/// Checks what a request says of the whole object, and returns its checksum.
fn check(input: &CompleteMultipartUploadInput, upload: &Upload, parts: &[Part], whole: &Bytes) -> S3Result<Sum> {
    if let Some(size) = input.mpu_object_size.filter(|size| *size != length(whole)) {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {}",
            whole.len()
        ));
    }
    let of_upload = kind(upload.is_composite);
    if input.checksum_type.as_ref().is_some_and(|asked| asked.as_str() != of_upload.as_str()) {
        return Err(s3_error!(
            InvalidRequest,
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            of_upload.as_str()
        ));
    }
    let algorithm = upload.asked.unwrap_or(Algorithm::Crc64Nvme);
    let sum = match upload.is_composite {
        true => Sum::composite(algorithm, parts.iter().map(|part| &part.sum)),
        false => Sum::of(algorithm, whole),
    };
    match one(claims!(input))? {
        Some((claimed, _)) if claimed != algorithm => Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            algorithm.name().to_ascii_lowercase(),
            claimed.name().to_ascii_lowercase()
        )),
        claimed => sum.check(claimed.as_ref().map(|(_, value)| value.as_str())).map(|()| sum),
    }
}

fn output(input: &CompleteMultipartUploadInput, bucket: &Bucket, object: &Version) -> CompleteMultipartUploadOutput {
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!("https://{}.s3.amazonaws.com/{}", input.bucket, input.key)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        checksum_type: object.sum.kind(),
        version_id: id(bucket, object),
        server_side_encryption: object.attributes.encryption(),
        ssekms_key_id: object.attributes.kms_key.clone(),
        bucket_key_enabled: object.attributes.has_bucket_key,
        ..CompleteMultipartUploadOutput::default()
    };
    show!(output, object.sum);
    output
}
