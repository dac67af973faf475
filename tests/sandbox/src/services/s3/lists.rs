//! Lists, in pages of at most 1,000.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use s3s::{
    S3Result,
    dto::{
        ChecksumAlgorithm, CommonPrefix, DeleteMarkerEntry, ETag, EncodingType, ListMultipartUploadsInput,
        ListMultipartUploadsOutput, ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsV2Input,
        ListObjectsV2Output, MultipartUpload, Object, ObjectStorageClass, ObjectVersion, ObjectVersionStorageClass,
        StorageClass,
    },
    s3_error,
};

use super::{acl::owner, buckets::find, checksums::kind, objects::length, store::Store, time::time};

/// The most entries of a page.
pub(super) const PAGE: i32 = 1000;

/// The entries of a page that a request asks for.
pub(super) fn page(asked: Option<i32>) -> S3Result<usize> {
    let asked = usize::try_from(asked.unwrap_or(PAGE).min(PAGE));
    asked.map_err(|_| s3_error!(InvalidArgument, "Argument must be an integer between 0 and 2147483647"))
}

/// Writes the keys of a response as a request asks for.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_RequestSyntax>
fn encoder(encoding: Option<&EncodingType>) -> S3Result<impl Fn(&str) -> String + use<>> {
    let is_url = match encoding.map(EncodingType::as_str) {
        None => false,
        Some(EncodingType::URL) => true,
        Some(_) => return Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
    };
    Ok(move |key: &str| match is_url {
        true => form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>().replace("%2F", "/"),
        false => key.to_owned(),
    })
}

/// Refuses a delimiter where the sandbox does not group.
fn ungrouped(delimiter: Option<&String>) -> S3Result<()> {
    match delimiter {
        None => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "The sandbox groups objects only, and no versions or uploads.")),
    }
}

/// Where a page begins: after this key.
fn position(token: &str) -> S3Result<String> {
    let key = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|key| String::from_utf8(key).ok());
    key.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

/// Objects by key; with a delimiter, those below a prefix are one entry.
pub(super) fn objects(store: &mut Store, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let bucket = find(store, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let token = input.continuation_token.as_deref().map(position).transpose()?;
    let after = token.or_else(|| input.start_after.clone()).unwrap_or_default();
    let (most, encoded) = (page(input.max_keys)?, encoder(input.encoding_type.as_ref())?);
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let (mut contents, mut prefixes): (Vec<Object>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut last, mut is_truncated) = (None, false);
    for (key, version) in bucket.objects().filter(|(key, _)| key.starts_with(&prefix)) {
        let shared = delimiter.and_then(|delimiter| {
            let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
            Some(key[..end].to_owned())
        });
        let entry = shared.clone().unwrap_or_else(|| key.clone());
        if entry <= after || prefixes.last() == Some(&entry) {
            continue;
        }
        if contents.len() + prefixes.len() == most {
            is_truncated = most > 0;
            break;
        }
        last = Some(entry.clone());
        match shared {
            Some(shared) => prefixes.push(shared),
            None => contents.push(Object {
                key: Some(encoded(key)),
                size: Some(length(&version.bytes)),
                e_tag: Some(ETag::Strong(version.etag.clone())),
                last_modified: Some(time(version.modified)),
                checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(version.sum.algorithm.name())]),
                checksum_type: version.sum.kind(),
                storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
                owner: input.fetch_owner.filter(|fetch| *fetch).map(|_| owner()),
                ..Object::default()
            }),
        }
    }
    let common: Vec<_> = prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(encoded(prefix)) }).collect();
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: input.prefix.as_deref().map(&encoded),
        max_keys: Some(input.max_keys.unwrap_or(PAGE).min(PAGE)),
        key_count: i32::try_from(contents.len() + common.len()).ok(),
        contents: Some(contents),
        common_prefixes: Some(common),
        delimiter: input.delimiter.as_deref().map(&encoded),
        start_after: input.start_after.as_deref().map(&encoded),
        encoding_type: input.encoding_type,
        next_continuation_token: last.filter(|_| is_truncated).map(|last| BASE64_URL_SAFE_NO_PAD.encode(last)),
        is_truncated: Some(is_truncated),
        continuation_token: input.continuation_token,
        ..ListObjectsV2Output::default()
    })
}

/// Versions and marks of deletion by key, the newest of a key first.
pub(super) fn versions(store: &mut Store, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
    ungrouped(input.delimiter.as_ref())?;
    let encoded = encoder(input.encoding_type.as_ref())?;
    let bucket = find(store, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let all = bucket.versions.iter().filter(|(key, _)| key.starts_with(&prefix)).flat_map(|(key, versions)| {
        versions.iter().rev().enumerate().map(move |(nth, version)| (key, version, nth == 0))
    });
    let marker = (input.key_marker.as_deref(), input.version_id_marker.as_deref());
    let skipped: Vec<_> = match marker {
        (None, _) => all.collect(),
        (Some(key), None) => all.skip_while(|(of, ..)| of.as_str() <= key).collect(),
        (Some(key), Some(id)) => all
            .skip_while(|(of, version, _)| of.as_str() < key || of.as_str() == key && version.id != id)
            .skip(1)
            .collect(),
    };
    let most = page(input.max_keys)?;
    let is_truncated = most > 0 && skipped.len() > most;
    let (mut versions, mut marks) = (Vec::new(), Vec::new());
    for (key, version, is_latest) in skipped.iter().take(most) {
        match version.is_mark {
            true => marks.push(DeleteMarkerEntry {
                key: Some(encoded(key)),
                version_id: Some(version.id.clone()),
                is_latest: Some(*is_latest),
                last_modified: Some(time(version.modified)),
                owner: Some(owner()),
            }),
            false => versions.push(ObjectVersion {
                key: Some(encoded(key)),
                version_id: Some(version.id.clone()),
                is_latest: Some(*is_latest),
                size: Some(length(&version.bytes)),
                e_tag: Some(ETag::Strong(version.etag.clone())),
                last_modified: Some(time(version.modified)),
                checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(version.sum.algorithm.name())]),
                checksum_type: version.sum.kind(),
                storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
                owner: Some(owner()),
                ..ObjectVersion::default()
            }),
        }
    }
    let last = is_truncated.then(|| skipped.get(most.checked_sub(1)?)).flatten();
    Ok(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: input.prefix.as_deref().map(&encoded),
        key_marker: input.key_marker.as_deref().map(&encoded),
        max_keys: Some(input.max_keys.unwrap_or(PAGE).min(PAGE)),
        next_key_marker: last.map(|(key, ..)| encoded(key)),
        next_version_id_marker: last.map(|(_, version, _)| version.id.clone()),
        is_truncated: Some(is_truncated),
        version_id_marker: input.version_id_marker,
        encoding_type: input.encoding_type,
        versions: Some(versions),
        delete_markers: Some(marks),
        ..ListObjectVersionsOutput::default()
    })
}

/// Uploads by key, those of one key in the order in which they began.
pub(super) fn uploads(store: &mut Store, input: ListMultipartUploadsInput) -> S3Result<ListMultipartUploadsOutput> {
    ungrouped(input.delimiter.as_ref())?;
    let encoded = encoder(input.encoding_type.as_ref())?;
    let bucket = find(store, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let mut all: Vec<_> = bucket.uploads.iter().filter(|(_, upload)| upload.key.starts_with(&prefix)).collect();
    all.sort_by_key(|(id, upload)| (upload.key.clone(), upload.began, (*id).clone()));
    let marker = (input.key_marker.as_deref(), input.upload_id_marker.as_deref());
    let skip = match marker {
        (None, _) => 0,
        (Some(key), None) => all.iter().position(|(_, upload)| upload.key.as_str() > key).unwrap_or(all.len()),
        (Some(_), Some(id)) => all.iter().position(|(of, _)| of.as_str() == id).map_or(all.len(), |at| at + 1),
    };
    let most = page(input.max_uploads)?;
    let rest = &all[skip..];
    let is_truncated = most > 0 && rest.len() > most;
    let last = is_truncated.then(|| rest.get(most.checked_sub(1)?)).flatten();
    let uploads = rest.iter().take(most).map(|(id, upload)| MultipartUpload {
        key: Some(encoded(&upload.key)),
        upload_id: Some((*id).clone()),
        initiated: Some(time(upload.began)),
        checksum_algorithm: upload.asked.map(|algorithm| ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: upload.asked.map(|_| kind(upload.is_composite)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        owner: Some(owner()),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        prefix: input.prefix.as_deref().map(&encoded),
        key_marker: input.key_marker.as_deref().map(&encoded),
        max_uploads: Some(input.max_uploads.unwrap_or(PAGE).min(PAGE)),
        upload_id_marker: input.upload_id_marker.clone(),
        encoding_type: input.encoding_type.clone(),
        uploads: Some(uploads.collect()),
        next_key_marker: last.map(|(_, upload)| encoded(&upload.key)),
        next_upload_id_marker: last.map(|(id, _)| (*id).clone()),
        is_truncated: Some(is_truncated),
        ..ListMultipartUploadsOutput::default()
    })
}
