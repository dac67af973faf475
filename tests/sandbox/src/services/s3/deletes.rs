//! Deleting objects, and versions of them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html>

use s3s::{
    S3Result,
    dto::{DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error},
    s3_error,
};

use super::{
    buckets::find,
    locks,
    store::{Bucket, NULL, Store, Version, Versioning},
};

/// The most objects of one call.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
const MOST: usize = 1000;

/// What became of an object.
struct Deleted {
    /// The id of the mark that was put or taken away.
    mark: Option<String>,
}

pub(super) fn one(store: &mut Store, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    if input.if_match.is_some() || input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
        return Err(s3_error!(NotImplemented, "The sandbox has no conditional deletes."));
    }
    let bucket = find(store, &input.bucket)?;
    let may_bypass = input.bypass_governance_retention == Some(true);
    let deleted = delete(bucket, &input.key, input.version_id.as_deref(), may_bypass)?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.mark.as_ref().map(|_| true),
        version_id: input.version_id.or(deleted.mark),
        ..DeleteObjectOutput::default()
    })
}

/// Each object succeeds or fails on its own.
pub(super) fn many(store: &mut Store, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    let bucket = find(store, &input.bucket)?;
    let objects = input.delete.objects;
    if objects.is_empty() || objects.len() > MOST {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    if objects
        .iter()
        .any(|object| object.e_tag.is_some() || object.size.is_some() || object.last_modified_time.is_some())
    {
        return Err(s3_error!(NotImplemented, "The sandbox has no conditional deletes."));
    }
    let may_bypass = input.bypass_governance_retention == Some(true);
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        match delete(bucket, &object.key, object.version_id.as_deref(), may_bypass) {
            Ok(deleted) => all.push(DeletedObject {
                key: Some(object.key),
                delete_marker: deleted.mark.as_ref().map(|_| true),
                delete_marker_version_id: deleted.mark,
                version_id: object.version_id,
            }),
            Err(error) => errors.push(Error {
                key: Some(object.key),
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
                version_id: object.version_id,
            }),
        }
    }
    let deleted = (input.delete.quiet != Some(true)).then_some(all);
    Ok(DeleteObjectsOutput { deleted, errors: Some(errors), ..DeleteObjectsOutput::default() })
}

/// Without a version id, a bucket that keeps versions gets the mark that the object was deleted.
fn delete(bucket: &mut Bucket, key: &str, version: Option<&str>, may_bypass: bool) -> S3Result<Deleted> {
    let id = match (version, bucket.versioning) {
        (None, Versioning::Enabled | Versioning::Suspended) => {
            let mark = bucket.put(key, Version::mark());
            return Ok(Deleted { mark: Some(mark.id) });
        }
        (None, Versioning::Never) => NULL,
        (Some(id), _) => id,
    };
    let mut versions = bucket.versions.get(key).into_iter().flatten();
    if versions.any(|version| version.id == id && version.attributes.lock.holds(may_bypass)) {
        return Err(locks::protected());
    }
    let erased = bucket.erase(key, id);
    Ok(Deleted { mark: erased.filter(|version| version.is_mark).map(|version| version.id) })
}
