//! Objects, their versions and their locks.

use bytes::Bytes;
use s3s::{
    Body, S3Error, S3Result,
    dto::{
        ChecksumType, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
        ETag, Error, GetObjectInput, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectOutput,
        GetObjectRetentionInput, GetObjectRetentionOutput, HeadObjectInput, HeadObjectOutput, ObjectLockLegalHold,
        ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode, PutObjectInput,
        PutObjectLegalHoldInput, PutObjectLegalHoldOutput, PutObjectOutput, PutObjectRetentionInput,
        PutObjectRetentionOutput, ServerSideEncryption, StreamingBlob, Timestamp, TimestampFormat,
    },
    s3_error,
};

use super::{
    buckets::find,
    conditions,
    store::{Bucket, Store, Version},
};

pub(super) fn put(store: &mut Store, input: PutObjectInput, body: Bytes) -> S3Result<PutObjectOutput> {
    let bucket = find(store, &input.bucket)?;
    conditions::check(bucket, &input.key, input.if_none_match.as_ref(), input.if_match.as_ref())?;
    let version = Version {
        content_type: input.content_type.map(|kind| kind.to_string()),
        metadata: input.metadata.unwrap_or_default(),
        kms_key: input.ssekms_key_id,
        retain_until: input.object_lock_retain_until_date.map(moment),
        hold: input.object_lock_legal_hold_status.is_some_and(|hold| hold.as_str() == ObjectLockLegalHoldStatus::ON),
        ..Version::new(body)
    };
    let put = bucket.put(&input.key, version);
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(put.etag.clone())),
        checksum_crc64nvme: Some(put.checksum.clone()),
        version_id: named(&put),
        server_side_encryption: encryption(&put),
        ssekms_key_id: put.kms_key,
        ..PutObjectOutput::default()
    })
}

pub(super) fn get(store: &mut Store, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    let bucket = find(store, &input.bucket)?;
    let version = version(bucket, &input.key, input.version_id.as_deref())?;
    let all = version.bytes.len() as u64;
    let (bytes, content_range) = match &input.range {
        None => (version.bytes.clone(), None),
        Some(range) => {
            let range = range.check(all)?;
            let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
            let content_range = format!("bytes {}-{}/{all}", range.start, range.end - 1);
            (version.bytes.slice(at(range.start)..at(range.end)), Some(content_range))
        }
    };
    Ok(GetObjectOutput {
        content_length: Some(length(&bytes)),
        content_range,
        body: Some(StreamingBlob::from(Body::from(bytes))),
        content_type: version.content_type.as_ref().and_then(|kind| kind.parse().ok()),
        e_tag: Some(ETag::Strong(version.etag.clone())),
        last_modified: Some(time(version.modified)),
        metadata: Some(version.metadata.clone()),
        version_id: named(version),
        server_side_encryption: encryption(version),
        ssekms_key_id: version.kms_key.clone(),
        ..GetObjectOutput::default()
    })
}

pub(super) fn head(store: &mut Store, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let bucket = find(store, &input.bucket)?;
    let version = version(bucket, &input.key, input.version_id.as_deref())?;
    Ok(HeadObjectOutput {
        content_length: Some(length(&version.bytes)),
        content_type: version.content_type.as_ref().and_then(|kind| kind.parse().ok()),
        e_tag: Some(ETag::Strong(version.etag.clone())),
        checksum_crc64nvme: input.checksum_mode.map(|_| version.checksum.clone()),
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        last_modified: Some(time(version.modified)),
        metadata: Some(version.metadata.clone()),
        version_id: named(version),
        server_side_encryption: encryption(version),
        ssekms_key_id: version.kms_key.clone(),
        object_lock_mode: version.retain_until.map(|_| ObjectLockMode::from_static(ObjectLockMode::COMPLIANCE)),
        object_lock_retain_until_date: version.retain_until.map(time),
        object_lock_legal_hold_status: version
            .hold
            .then(|| ObjectLockLegalHoldStatus::from_static(ObjectLockLegalHoldStatus::ON)),
        ..HeadObjectOutput::default()
    })
}

/// Without a version id, a bucket that keeps versions gets the mark that the object was deleted.
pub(super) fn delete(store: &mut Store, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let bucket = find(store, &input.bucket)?;
    let id = match (&input.version_id, bucket.keeps_versions) {
        (None, true) => {
            let mark = bucket.put(&input.key, Version::mark());
            return Ok(DeleteObjectOutput {
                delete_marker: Some(true),
                version_id: Some(mark.id),
                ..DeleteObjectOutput::default()
            });
        }
        (None, false) => "null",
        (Some(id), _) => id.as_str(),
    };
    let versions = bucket.versions.get(&input.key);
    let is_locked = |version: &Version| version.id == id && version.is_locked();
    if versions.is_some_and(|versions| versions.iter().any(is_locked)) {
        return Err(s3_error!(AccessDenied, "Access Denied because object protected by object lock."));
    }
    let erased = bucket.erase(&input.key, id);
    Ok(DeleteObjectOutput {
        delete_marker: erased.filter(|version| version.is_mark).map(|_| true),
        version_id: input.version_id,
        ..DeleteObjectOutput::default()
    })
}

/// Each object succeeds or fails on its own.
pub(super) fn delete_many(store: &mut Store, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    if input.delete.objects.len() > 1000 {
        return Err(s3_error!(MalformedXML, "The XML you provided names more than 1000 objects."));
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        let one = DeleteObjectInput {
            bucket: input.bucket.clone(),
            key: object.key.clone(),
            version_id: object.version_id.clone(),
            ..DeleteObjectInput::default()
        };
        match delete(store, one) {
            Ok(_) => deleted.push(DeletedObject {
                key: Some(object.key),
                version_id: object.version_id,
                ..DeletedObject::default()
            }),
            Err(error) => errors.push(Error {
                key: Some(object.key),
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
                version_id: object.version_id,
            }),
        }
    }
    Ok(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), ..DeleteObjectsOutput::default() })
}

pub(super) fn retention(store: &mut Store, input: GetObjectRetentionInput) -> S3Result<GetObjectRetentionOutput> {
    let until = version(find(store, &input.bucket)?, &input.key, input.version_id.as_deref())?.retain_until;
    let retention = ObjectLockRetention {
        mode: until.map(|_| ObjectLockRetentionMode::from_static(ObjectLockRetentionMode::COMPLIANCE)),
        retain_until_date: until.map(time),
    };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

pub(super) fn set_retention(store: &mut Store, input: PutObjectRetentionInput) -> S3Result<PutObjectRetentionOutput> {
    let until = input.retention.and_then(|retention| retention.retain_until_date).map(moment);
    version_mut(find(store, &input.bucket)?, &input.key, input.version_id.as_deref())?.retain_until = until;
    Ok(PutObjectRetentionOutput::default())
}

pub(super) fn legal_hold(store: &mut Store, input: GetObjectLegalHoldInput) -> S3Result<GetObjectLegalHoldOutput> {
    let hold = version(find(store, &input.bucket)?, &input.key, input.version_id.as_deref())?.hold;
    let status = if hold { ObjectLockLegalHoldStatus::ON } else { ObjectLockLegalHoldStatus::OFF };
    let status = Some(ObjectLockLegalHoldStatus::from_static(status));
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}

pub(super) fn set_legal_hold(store: &mut Store, input: PutObjectLegalHoldInput) -> S3Result<PutObjectLegalHoldOutput> {
    let status = input.legal_hold.and_then(|hold| hold.status);
    version_mut(find(store, &input.bucket)?, &input.key, input.version_id.as_deref())?.hold =
        status.is_some_and(|status| status.as_str() == ObjectLockLegalHoldStatus::ON);
    Ok(PutObjectLegalHoldOutput::default())
}

fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

fn version<'a>(bucket: &'a Bucket, key: &str, id: Option<&str>) -> S3Result<&'a Version> {
    let Some(id) = id else { return bucket.object(key).ok_or_else(no_such_key) };
    let versions = bucket.versions.get(key).ok_or_else(no_such_key)?;
    let found = versions.iter().find(|version| version.id == id && !version.is_mark);
    found.ok_or_else(|| s3_error!(NoSuchVersion, "The specified version does not exist."))
}

fn version_mut<'a>(bucket: &'a mut Bucket, key: &str, id: Option<&str>) -> S3Result<&'a mut Version> {
    let id = version(bucket, key, id)?.id.clone();
    let versions = bucket.versions.get_mut(key).into_iter().flatten();
    versions.into_iter().find(|version| version.id == id).ok_or_else(no_such_key)
}

/// The id of a version, in a bucket that keeps them.
fn named(version: &Version) -> Option<String> {
    (version.id != "null").then(|| version.id.clone())
}

pub(super) fn encryption(version: &Version) -> Option<ServerSideEncryption> {
    let algorithm = match version.kms_key {
        Some(_) => ServerSideEncryption::AWS_KMS,
        None => ServerSideEncryption::AES256,
    };
    Some(ServerSideEncryption::from_static(algorithm))
}

pub(super) fn length(bytes: &Bytes) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// A moment, as responses have it.
pub(super) fn time(moment: jiff::Timestamp) -> Timestamp {
    Timestamp::from(std::time::SystemTime::from(moment))
}

/// A moment of a request.
fn moment(time: Timestamp) -> jiff::Timestamp {
    let mut text = Vec::new();
    let formatted = time.format(TimestampFormat::DateTime, &mut text);
    let text = String::from_utf8(text).ok().filter(|_| formatted.is_ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(jiff::Timestamp::MAX)
}
