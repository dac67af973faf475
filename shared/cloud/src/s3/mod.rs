//! S3: objects, and the uploads that make large ones.
//!
//! # Layout
//! - [`Bucket`]: the bucket, and how objects in it are encrypted
//! - [`objects`]: reading, writing, listing and deleting objects
//! - [`uploads`]: objects that are made of parts

pub mod objects;
pub mod uploads;

use aws_sdk_s3::{Client, types::ServerSideEncryption};

use crate::CallError;

/// A bucket, and how objects in it are encrypted.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// The client.
    pub client: &'a Client,
    /// Its name.
    pub name: &'a str,
    /// The KMS key of new objects; `None` for the default of the bucket.
    pub kms_key: Option<&'a str>,
}

/// What became of an object that must be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there.
    Yes,
    /// Another object has its key, and was left as it is.
    Exists,
    /// There is no answer that says it. Look before anything else is done.
    Unknown,
}

impl Bucket<'_> {
    fn encryption(&self) -> Option<ServerSideEncryption> {
        self.kms_key.map(|_| ServerSideEncryption::AwsKms)
    }

    fn key_id(&self) -> Option<String> {
        self.kms_key.map(str::to_owned)
    }
}

/// What an answer to a conditional write says.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
fn written(answer: Result<(), CallError>) -> Result<Written, CallError> {
    match answer {
        Ok(()) => Ok(Written::Yes),
        Err(error) if error.is("PreconditionFailed") => Ok(Written::Exists),
        // Another write of the key was under way. An upload is gone once it was completed.
        Err(error) if error.is("ConditionalRequestConflict") || error.is("NoSuchUpload") => Ok(Written::Unknown),
        Err(error) if error.effect == crate::Effect::Unknown => Ok(Written::Unknown),
        Err(error) => Err(error),
    }
}
