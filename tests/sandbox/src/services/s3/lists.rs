//! Lists, in pages of at most 1,000.

use s3s::{
    S3Result,
    dto::{
        CommonPrefix, DeleteMarkerEntry, ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput,
        ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
        ListPartsOutput, MultipartUpload, Object, ObjectVersion, Part as ListedPart,
    },
    s3_error,
};

use super::{
    buckets::find,
    objects::{length, time},
    store::Store,
};

/// The most entries of a page.
const PAGE: i32 = 1000;

fn page(asked: Option<i32>) -> usize {
    usize::try_from(asked.unwrap_or(PAGE).clamp(0, PAGE)).unwrap_or_default()
}

/// Objects by key; with a delimiter, those below a prefix are one entry.
pub(super) fn objects(store: &mut Store, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let bucket = find(store, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
    let most = page(input.max_keys);
    let (mut contents, mut prefixes): (Vec<Object>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut last, mut is_truncated) = (None, false);
    for (key, version) in bucket.objects().filter(|(key, _)| key.starts_with(&prefix)) {
        let shared = input.delimiter.as_ref().and_then(|delimiter| {
            let end = key[prefix.len()..].find(delimiter.as_str())? + prefix.len() + delimiter.len();
            Some(key[..end].to_owned())
        });
        let entry = shared.clone().unwrap_or_else(|| key.clone());
        if entry <= after || prefixes.last() == Some(&entry) {
            continue;
        }
        if contents.len() + prefixes.len() == most {
            is_truncated = true;
            break;
        }
        last = Some(entry.clone());
        match shared {
            Some(shared) => prefixes.push(shared),
            None => contents.push(Object {
                key: Some(key.clone()),
                size: Some(length(&version.bytes)),
                e_tag: Some(ETag::Strong(version.etag.clone())),
                last_modified: Some(time(version.modified)),
                ..Object::default()
            }),
        }
    }
    let common = prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) });
    let common: Vec<_> = common.collect();
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: input.prefix,
        max_keys: Some(input.max_keys.unwrap_or(PAGE)),
        key_count: i32::try_from(contents.len() + common.len()).ok(),
        contents: Some(contents),
        common_prefixes: Some(common),
        delimiter: input.delimiter,
        next_continuation_token: last.filter(|_| is_truncated),
        is_truncated: Some(is_truncated),
        continuation_token: input.continuation_token,
        ..ListObjectsV2Output::default()
    })
}

/// Versions and marks of deletion by key, the newest of a key first.
pub(super) fn versions(store: &mut Store, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
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
    let most = page(input.max_keys);
    let is_truncated = skipped.len() > most;
    let (mut versions, mut marks) = (Vec::new(), Vec::new());
    for (key, version, is_latest) in skipped.iter().take(most) {
        match version.is_mark {
            true => marks.push(DeleteMarkerEntry {
                key: Some((*key).clone()),
                version_id: Some(version.id.clone()),
                is_latest: Some(*is_latest),
                last_modified: Some(time(version.modified)),
                ..DeleteMarkerEntry::default()
            }),
            false => versions.push(ObjectVersion {
                key: Some((*key).clone()),
                version_id: Some(version.id.clone()),
                is_latest: Some(*is_latest),
                size: Some(length(&version.bytes)),
                e_tag: Some(ETag::Strong(version.etag.clone())),
                last_modified: Some(time(version.modified)),
                ..ObjectVersion::default()
            }),
        }
    }
    let last = is_truncated.then(|| skipped.get(most.checked_sub(1)?)).flatten();
    Ok(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: input.prefix.clone(),
        max_keys: Some(input.max_keys.unwrap_or(PAGE)),
        next_key_marker: last.map(|(key, ..)| (*key).clone()),
        next_version_id_marker: last.map(|(_, version, _)| version.id.clone()),
        is_truncated: Some(is_truncated),
        versions: Some(versions),
        delete_markers: Some(marks),
        ..ListObjectVersionsOutput::default()
    })
}

/// Uploads by key, those of one key in the order in which they began.
pub(super) fn uploads(store: &mut Store, input: ListMultipartUploadsInput) -> S3Result<ListMultipartUploadsOutput> {
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
    let most = page(input.max_uploads);
    let rest = &all[skip..];
    let is_truncated = rest.len() > most;
    let last = is_truncated.then(|| rest.get(most.checked_sub(1)?)).flatten();
    let uploads = rest.iter().take(most).map(|(id, upload)| MultipartUpload {
        key: Some(upload.key.clone()),
        upload_id: Some((*id).clone()),
        initiated: Some(time(upload.began)),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        prefix: input.prefix.clone(),
        max_uploads: Some(input.max_uploads.unwrap_or(PAGE)),
        uploads: Some(uploads.collect()),
        next_key_marker: last.map(|(_, upload)| upload.key.clone()),
        next_upload_id_marker: last.map(|(id, _)| (*id).clone()),
        is_truncated: Some(is_truncated),
        ..ListMultipartUploadsOutput::default()
    })
}

/// The parts of an upload, all on one page: an upload of the sandbox has few.
pub(super) fn parts(store: &mut Store, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let uploads = &find(store, &input.bucket)?.uploads;
    let upload = uploads.get(&input.upload_id).filter(|upload| upload.key == input.key);
    let upload = upload.ok_or_else(|| s3_error!(NoSuchUpload, "The specified upload does not exist."))?;
    let parts = upload.parts.iter().map(|(number, part)| ListedPart {
        part_number: Some(*number),
        size: Some(length(&part.bytes)),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        checksum_crc64nvme: Some(part.checksum.clone()),
        last_modified: Some(time(part.modified)),
        ..ListedPart::default()
    });
    Ok(ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        parts: Some(parts.collect()),
        is_truncated: Some(false),
        ..ListPartsOutput::default()
    })
}
