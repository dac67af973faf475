//! What an object has beside its contents.

use std::collections::BTreeMap;

use s3s::{
    S3Result,
    dto::{ObjectLockLegalHoldStatus, ObjectLockMode, ServerSideEncryption, StorageClass},
    s3_error,
};

use super::{
    locks::{Lock, Retention},
    store::Bucket,
    tags,
    time::moment,
};
use crate::services::{ACCOUNT, REGION};

/// What an object has beside its contents.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    /// Whether it is encrypted with a KMS key, and not with one of S3.
    pub(super) is_kms: bool,
    /// The KMS key.
    pub(super) kms_key: Option<String>,
    pub(super) has_bucket_key: Option<bool>,
    pub(super) lock: Lock,
}

/// What the headers of a request to write an object say of it, as far as it must be looked at.
pub(super) struct Headers {
    pub(super) encryption: Option<ServerSideEncryption>,
    pub(super) tagging: Option<String>,
    pub(super) mode: Option<ObjectLockMode>,
    pub(super) until: Option<s3s::dto::Timestamp>,
    pub(super) hold: Option<ObjectLockLegalHoldStatus>,
    pub(super) storage_class: Option<StorageClass>,
    /// The canned access control list.
    pub(super) acl: Option<String>,
    /// Whether there is a header that the sandbox does not know.
    pub(super) has_others: bool,
}

/// The most bytes of the names and values of all metadata.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>
const MOST_METADATA: usize = 2048;

impl Attributes {
    /// Adds what must be looked at.
    ///
    /// # Errors
    /// S3 refuses it, or the sandbox does not have it.
    pub(super) fn with(mut self, headers: Headers, bucket: &Bucket) -> S3Result<Self> {
        let class = headers.storage_class.as_ref().map_or(StorageClass::STANDARD, StorageClass::as_str);
        if headers.has_others || class != StorageClass::STANDARD {
            return Err(s3_error!(
                NotImplemented,
                "The sandbox has no SSE-C, grants, redirects, expiry or other classes."
            ));
        }
        if headers.acl.is_some_and(|acl| !["private", "bucket-owner-full-control"].contains(&acl.as_str())) {
            return Err(match bucket.allows_acls() {
                false => s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"),
                true => s3_error!(NotImplemented, "The sandbox has no access control lists of objects."),
            });
        }
        let metadata = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if metadata > MOST_METADATA {
            return Err(s3_error!(MetadataTooLarge, "Your metadata headers exceed the maximum allowed metadata size"));
        }
        self.encrypt(headers.encryption)?;
        self.tags = headers.tagging.as_deref().map(tags::parse).transpose()?.unwrap_or_default();
        let retention = Retention::new(headers.mode, headers.until.map(moment))?;
        let is_held = headers.hold.is_some_and(|hold| hold.as_str() == ObjectLockLegalHoldStatus::ON);
        if retention.is_some() || is_held {
            bucket.require_object_lock()?;
        }
        self.lock = Lock { retention: retention.or_else(|| bucket.default_retention()), is_held };
        Ok(self)
    }

    /// Every object is encrypted, with a key of S3 unless a request asks for KMS.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html>
    fn encrypt(&mut self, asked: Option<ServerSideEncryption>) -> S3Result<()> {
        match (asked.as_ref().map(ServerSideEncryption::as_str), &self.kms_key) {
            (Some(ServerSideEncryption::AWS_KMS), key) => {
                let managed = || format!("arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/s3");
                self.kms_key = Some(key.clone().unwrap_or_else(managed));
                self.is_kms = true;
                Ok(())
            }
            (None | Some(ServerSideEncryption::AES256), None) => Ok(()),
            (_, Some(_)) => Err(s3_error!(
                InvalidArgument,
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
            )),
            (Some(_), None) => Err(s3_error!(InvalidArgument, "The encryption method specified is not supported")),
        }
    }

    /// How it is encrypted.
    pub(super) fn encryption(&self) -> Option<ServerSideEncryption> {
        let algorithm = if self.is_kms { ServerSideEncryption::AWS_KMS } else { ServerSideEncryption::AES256 };
        Some(ServerSideEncryption::from_static(algorithm))
    }
}

/// The attributes in a request that writes an object, or begins to.
macro_rules! attributes {
    ($input:expr, $bucket:expr) => {{
        let others = [
            &$input.sse_customer_algorithm,
            &$input.ssekms_encryption_context,
            &$input.website_redirect_location,
            &$input.grant_full_control,
            &$input.grant_read,
            &$input.grant_read_acp,
            &$input.grant_write_acp,
        ];
        let headers = $crate::services::s3::attributes::Headers {
            encryption: $input.server_side_encryption.clone(),
            tagging: $input.tagging.clone(),
            mode: $input.object_lock_mode.clone(),
            until: $input.object_lock_retain_until_date.clone(),
            hold: $input.object_lock_legal_hold_status.clone(),
            storage_class: $input.storage_class.clone(),
            acl: $input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
            has_others: others.iter().any(|header| header.is_some()) || $input.expires.is_some(),
        };
        let attributes = $crate::services::s3::attributes::Attributes {
            content_type: $input.content_type.clone(),
            content_encoding: $input.content_encoding.clone().filter(|encoding| !encoding.is_empty()),
            content_language: $input.content_language.clone(),
            content_disposition: $input.content_disposition.clone(),
            cache_control: $input.cache_control.clone(),
            metadata: $input.metadata.clone().unwrap_or_default().into_iter().collect(),
            kms_key: $input.ssekms_key_id.clone(),
            has_bucket_key: $input.bucket_key_enabled,
            ..Default::default()
        };
        attributes.with(headers, $bucket)
    }};
}

pub(super) use attributes;
