//! The list of the parts of an upload.

use s3s::{
    S3Result,
    dto::{ChecksumAlgorithm, ETag, ListPartsInput, ListPartsOutput, Part as Listed, StorageClass},
};

use super::{
    acl::owner,
    buckets::find,
    checksums::{kind, show},
    lists::{PAGE, page},
    objects::length,
    store::{Part, Store},
    time::time,
    uploads::upload,
};

/// Lists parts by number.
pub(super) fn list(store: &mut Store, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let upload = upload(find(store, &input.bucket)?, &input.key, &input.upload_id)?;
    let (most, after) = (page(input.max_parts)?, input.part_number_marker.unwrap_or(0));
    let mut rest = upload.parts.iter().filter(|(number, _)| **number > after);
    let parts: Vec<Listed> = rest.by_ref().take(most).map(|(number, part)| listed(*number, part)).collect();
    let is_truncated = most > 0 && rest.next().is_some();
    Ok(ListPartsOutput {
        next_part_number_marker: parts.last().and_then(|part| part.part_number).filter(|_| is_truncated),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        max_parts: Some(input.max_parts.unwrap_or(PAGE).min(PAGE)),
        part_number_marker: input.part_number_marker,
        checksum_algorithm: upload.asked.map(|algorithm| ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: upload.asked.map(|_| kind(upload.is_composite)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        owner: Some(owner()),
        parts: Some(parts),
        is_truncated: Some(is_truncated),
        ..ListPartsOutput::default()
    })
}

fn listed(number: i32, part: &Part) -> Listed {
    let mut listed = Listed {
        part_number: Some(number),
        size: Some(length(&part.bytes)),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: Some(time(part.modified)),
        ..Listed::default()
    };
    show!(listed, part.sum);
    listed
}
