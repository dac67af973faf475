//! The tags of an object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use std::collections::BTreeMap;

use s3s::{
    S3Result,
    dto::{GetObjectTaggingInput, GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag},
    s3_error,
};

use super::{
    buckets::find,
    objects::{id, version, version_mut},
    store::Store,
};

/// The most tags of an object, and the most characters of a key and of a value.
const MOST: (usize, usize, usize) = (10, 128, 256);

/// The tags in a header: the parameters of a query.
pub(super) fn parse(header: &str) -> S3Result<BTreeMap<String, String>> {
    let pairs = form_urlencoded::parse(header.as_bytes());
    checked(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
}

fn checked(pairs: Vec<(String, String)>) -> S3Result<BTreeMap<String, String>> {
    let (most, most_of_key, most_of_value) = MOST;
    let count = pairs.len();
    if count > most {
        return Err(s3_error!(InvalidTag, "Object tags cannot be greater than {most}"));
    }
    let is_legal = |(key, value): &(String, String)| {
        (1..=most_of_key).contains(&key.chars().count()) && value.chars().count() <= most_of_value
    };
    if !pairs.iter().all(is_legal) {
        return Err(s3_error!(InvalidTag, "The TagKey or the TagValue you have provided is invalid"));
    }
    let tags: BTreeMap<_, _> = pairs.into_iter().collect();
    match tags.len() == count {
        true => Ok(tags),
        false => Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key")),
    }
}

pub(super) fn get(store: &mut Store, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    let bucket = find(store, &input.bucket)?;
    let version = version(bucket, &input.key, input.version_id.as_deref())?;
    let tags =
        version.attributes.tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
    Ok(GetObjectTaggingOutput { tag_set: tags.collect(), version_id: id(bucket, version) })
}

pub(super) fn put(store: &mut Store, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
    let bucket = find(store, &input.bucket)?;
    let pairs =
        input.tagging.tag_set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
    version_mut(bucket, &input.key, input.version_id.as_deref())?.attributes.tags = checked(pairs.collect())?;
    Ok(PutObjectTaggingOutput::default())
}
