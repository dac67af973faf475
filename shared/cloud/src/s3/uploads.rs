//! Objects that are made of parts. Nobody sees one before it is complete.

use std::{collections::HashMap, time::Duration};

use aws_sdk_s3::{
    config::{Builder, timeout::TimeoutConfig},
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart},
};
use aws_smithy_types::DateTime;
use policy::Failure;

use super::{Bucket, Written, written};
use crate::{CallError, classify::classify};

/// The time limits of one part, with its repetitions: a node whose file is not taken must not wait for long.
const PART_ATTEMPT: Duration = Duration::from_secs(8);
const PART: Duration = Duration::from_secs(20);

/// The time limit of an attempt to complete an upload, which S3 may need for many parts.
const COMPLETE_ATTEMPT: Duration = Duration::from_secs(30);

/// An upload that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The key of the object.
    pub key: String,
    /// Its id.
    pub id: String,
}

/// An upload that nobody has completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The upload.
    pub upload: Upload,
    /// When it began.
    pub began: Option<DateTime>,
}

/// A part that S3 has.
#[derive(Clone, Debug)]
pub struct Part(CompletedPart);

/// What is known of an object when all its parts are there.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// How many bytes it has.
    pub bytes: u64,
    /// Its checksum: CRC-64/NVME, in base64.
    pub checksum: &'a str,
}

impl Bucket<'_> {
    /// Begins an upload.
    ///
    /// # Errors
    /// Permanent if the bucket does not exist, or may not be written to.
    ///
    /// # Repeating
    /// Begins another one. What is never completed costs money until it is aborted.
    ///
    /// # Permissions
    /// `s3:PutObject`, and `kms:GenerateDataKey` and `kms:Decrypt` for a key of your own
    pub async fn begin(&self, key: &str, metadata: HashMap<String, String>) -> Result<Upload, Failure> {
        let answer = self
            .client
            .create_multipart_upload()
            .bucket(self.name)
            .key(key)
            .set_metadata(Some(metadata))
            .content_type("application/octet-stream")
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .checksum_type(ChecksumType::FullObject)
            .set_server_side_encryption(self.encryption())
            .set_ssekms_key_id(self.key_id())
            .send()
            .await
            .map_err(|error| classify(&self.writing(key), &error))?;
        let id = answer.upload_id.ok_or_else(|| {
            Failure::retryable(format!("cannot {}: the answer has no id of the upload", self.writing(key)))
        })?;
        Ok(Upload { key: key.to_owned(), id })
    }

    /// Uploads a part: 5 MiB at least, unless it is the last. Numbers begin with 1.
    ///
    /// # Errors
    /// Retryable if S3 does not take it within 20 seconds; Permanent if it may not be written.
    ///
    /// # Repeating
    /// Replaces the part.
    ///
    /// # Permissions
    /// As [`Bucket::begin`]
    pub async fn part(&self, upload: &Upload, number: i32, body: Vec<u8>) -> Result<Part, Failure> {
        let limits = TimeoutConfig::builder().operation_attempt_timeout(PART_ATTEMPT).operation_timeout(PART).build();
        let answer = self
            .client
            .upload_part()
            .bucket(self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .body(ByteStream::from(body))
            .customize()
            .config_override(Builder::new().timeout_config(limits))
            .send()
            .await
            .map_err(|error| classify(&self.writing(&upload.key), &error))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
        Ok(Part(part.set_checksum_crc64_nvme(answer.checksum_crc64_nvme).build()))
    }

    /// Makes the object of its parts, if there is none with its key, and they are what `whole` says.
    ///
    /// # Errors
    /// Permanent if the parts are not what `whole` says, or the object may not be written.
    ///
    /// # Repeating
    /// Look first: it may be there.
    ///
    /// # Permissions
    /// As [`Bucket::begin`]
    pub async fn complete(&self, upload: &Upload, parts: Vec<Part>, whole: Whole<'_>) -> Result<Written, CallError> {
        let parts = parts.into_iter().map(|Part(part)| part).collect();
        let limits = TimeoutConfig::builder().operation_attempt_timeout(COMPLETE_ATTEMPT).build();
        let answer = self
            .client
            .complete_multipart_upload()
            .bucket(self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .checksum_crc64_nvme(whole.checksum)
            .checksum_type(ChecksumType::FullObject)
            .mpu_object_size(i64::try_from(whole.bytes).unwrap_or(i64::MAX))
            .if_none_match("*")
            .customize()
            .config_override(Builder::new().timeout_config(limits))
            .send()
            .await;
        written(answer.map(drop).map_err(|error| classify(&self.writing(&upload.key), &error)))
    }

    /// Gives an upload up, with its parts.
    ///
    /// # Errors
    /// Permanent if it may not be aborted.
    ///
    /// # Repeating
    /// Succeeds again. A part that was being uploaded may be left, until it is aborted once more.
    ///
    /// # Permissions
    /// `s3:AbortMultipartUpload`
    pub async fn abort(&self, upload: &Upload) -> Result<(), CallError> {
        let request = self.client.abort_multipart_upload().bucket(self.name).key(&upload.key).upload_id(&upload.id);
        let answer = request.send().await;
        match answer.map_err(|error| classify(&format!("abort the upload of {}", upload.key), &error)) {
            Err(error) if error.is("NoSuchUpload") => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// Lists the uploads of keys that begin with a prefix.
    ///
    /// # Errors
    /// Permanent if they may not be listed.
    ///
    /// # Permissions
    /// `s3:ListBucketMultipartUploads`
    pub async fn unfinished(&self, prefix: &str) -> Result<Vec<Unfinished>, Failure> {
        let doing = format!("list the uploads of {prefix} in the bucket {}", self.name);
        let mut found = Vec::new();
        let (mut next_key, mut next_upload) = (None, None);
        loop {
            let request = self.client.list_multipart_uploads().bucket(self.name).prefix(prefix);
            let request = request.set_key_marker(next_key.take()).set_upload_id_marker(next_upload.take());
            let page = request.send().await.map_err(|error| classify(&doing, &error))?;
            found.extend(page.uploads.unwrap_or_default().into_iter().filter_map(|upload| {
                let began = upload.initiated;
                Some(Unfinished { upload: Upload { key: upload.key?, id: upload.upload_id? }, began })
            }));
            (next_key, next_upload) = (page.next_key_marker, page.next_upload_id_marker);
            if page.is_truncated != Some(true) || next_key.is_none() {
                return Ok(found);
            }
        }
    }
}
