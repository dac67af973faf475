//! Object Lock: versions that cannot be deleted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use jiff::{SignedDuration, Timestamp};
use s3s::{
    S3Result,
    dto::{
        DefaultRetention, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectLockConfigurationInput,
        GetObjectLockConfigurationOutput, GetObjectRetentionInput, GetObjectRetentionOutput, ObjectLockConfiguration,
        ObjectLockEnabled, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention,
        ObjectLockRetentionMode, ObjectLockRule, PutObjectLegalHoldInput, PutObjectLegalHoldOutput,
        PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput, PutObjectRetentionInput,
        PutObjectRetentionOutput,
    },
    s3_error,
};

use super::{
    buckets::find,
    objects::{version, version_mut},
    store::{Bucket, Store, Versioning},
    time::{moment, time},
};
use crate::clock;

/// What keeps a version from being deleted.
#[derive(Clone, Debug, Default)]
pub(super) struct Lock {
    pub(super) retention: Option<Retention>,
    pub(super) is_held: bool,
}

/// Until when a version cannot be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Retention {
    /// Whether nobody may end it, not even with the permission for it.
    pub(super) is_compliance: bool,
    pub(super) until: Timestamp,
}

impl Retention {
    /// A retention, if a request asks for one.
    pub(super) fn new(mode: Option<ObjectLockMode>, until: Option<Timestamp>) -> S3Result<Option<Self>> {
        let (mode, until) = match (mode, until) {
            (None, None) => return Ok(None),
            (Some(mode), Some(until)) => (mode, until),
            _ => {
                return Err(s3_error!(
                    InvalidArgument,
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
                ));
            }
        };
        if until <= clock::now() {
            return Err(s3_error!(InvalidArgument, "The retain until date must be in the future!"));
        }
        match mode.as_str() {
            ObjectLockMode::COMPLIANCE => Ok(Some(Self { is_compliance: true, until })),
            ObjectLockMode::GOVERNANCE => Ok(Some(Self { is_compliance: false, until })),
            _ => Err(s3_error!(InvalidArgument, "Unknown wormMode directive.")),
        }
    }

    pub(super) fn mode(&self) -> &'static str {
        if self.is_compliance { ObjectLockMode::COMPLIANCE } else { ObjectLockMode::GOVERNANCE }
    }

    fn is_over(&self) -> bool {
        self.until <= clock::now()
    }
}

impl Lock {
    /// Whether the version must not be deleted now.
    pub(super) fn holds(&self, may_bypass: bool) -> bool {
        let is_retained = |retention: &Retention| !retention.is_over() && (retention.is_compliance || !may_bypass);
        self.is_held || self.retention.as_ref().is_some_and(is_retained)
    }
}

impl Bucket {
    /// Refuses to lock objects in a bucket without Object Lock.
    pub(super) fn require_object_lock(&self) -> S3Result<()> {
        match self.has_object_lock {
            true => Ok(()),
            false => Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration")),
        }
    }

    /// The retention of an object that is written now without one of its own.
    pub(super) fn default_retention(&self) -> Option<Retention> {
        let default = self.retention.as_ref()?;
        let days = default.days.unwrap_or(0) + 365 * default.years.unwrap_or(0);
        let is_compliance = default.mode.as_ref()?.as_str() == ObjectLockRetentionMode::COMPLIANCE;
        let until = clock::now().saturating_add(SignedDuration::from_hours(24 * i64::from(days))).ok()?;
        Some(Retention { is_compliance, until })
    }
}

pub(super) fn configuration(
    store: &mut Store,
    input: GetObjectLockConfigurationInput,
) -> S3Result<GetObjectLockConfigurationOutput> {
    let bucket = find(store, &input.bucket)?;
    if !bucket.has_object_lock {
        return Err(s3_error!(
            ObjectLockConfigurationNotFoundError,
            "Object Lock configuration does not exist for this bucket"
        ));
    }
    let rule = bucket.retention.clone().map(|default| ObjectLockRule { default_retention: Some(default) });
    let object_lock_enabled = Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED));
    let configuration = ObjectLockConfiguration { object_lock_enabled, rule };
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(configuration) })
}

pub(super) fn configure(
    store: &mut Store,
    input: PutObjectLockConfigurationInput,
) -> S3Result<PutObjectLockConfigurationOutput> {
    let bucket = find(store, &input.bucket)?;
    if bucket.versioning != Versioning::Enabled {
        return Err(s3_error!(
            InvalidBucketState,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        ));
    }
    let malformed = || {
        s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        )
    };
    let given = input.object_lock_configuration.ok_or_else(malformed)?;
    let default = given.rule.and_then(|rule| rule.default_retention);
    let is_complete =
        |default: &DefaultRetention| default.mode.is_some() && default.days.is_some() != default.years.is_some();
    if given.object_lock_enabled.is_none() || !default.iter().all(is_complete) {
        return Err(malformed());
    }
    (bucket.has_object_lock, bucket.retention) = (true, default);
    Ok(PutObjectLockConfigurationOutput::default())
}

pub(super) fn retention(store: &mut Store, input: GetObjectRetentionInput) -> S3Result<GetObjectRetentionOutput> {
    let bucket = find(store, &input.bucket)?;
    bucket.require_object_lock()?;
    let retention = version(bucket, &input.key, input.version_id.as_deref())?.attributes.lock.retention.as_ref();
    let retention = retention.ok_or_else(no_configuration)?;
    let retention = ObjectLockRetention {
        mode: Some(ObjectLockRetentionMode::from_static(retention.mode())),
        retain_until_date: Some(time(retention.until)),
    };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

/// A retention can be prolonged. Only one for governance can be shortened, with the permission for it.
pub(super) fn set_retention(store: &mut Store, input: PutObjectRetentionInput) -> S3Result<PutObjectRetentionOutput> {
    let bucket = find(store, &input.bucket)?;
    bucket.require_object_lock()?;
    let given = input.retention.unwrap_or_default();
    let mode = given.mode.map(|mode| ObjectLockMode::from(mode.as_str().to_owned()));
    let asked = Retention::new(mode, given.retain_until_date.map(moment))?;
    let version = version_mut(bucket, &input.key, input.version_id.as_deref())?;
    let present = version.attributes.lock.retention.as_ref().filter(|present| !present.is_over());
    let is_weaker = |present: &Retention| match &asked {
        None => true,
        Some(asked) => asked.until < present.until || present.is_compliance && !asked.is_compliance,
    };
    let may_bypass = input.bypass_governance_retention == Some(true);
    if present.is_some_and(|present| is_weaker(present) && (present.is_compliance || !may_bypass)) {
        return Err(protected());
    }
    version.attributes.lock.retention = asked;
    Ok(PutObjectRetentionOutput::default())
}

pub(super) fn legal_hold(store: &mut Store, input: GetObjectLegalHoldInput) -> S3Result<GetObjectLegalHoldOutput> {
    let bucket = find(store, &input.bucket)?;
    bucket.require_object_lock()?;
    let is_held = version(bucket, &input.key, input.version_id.as_deref())?.attributes.lock.is_held;
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status: Some(hold(is_held)) }) })
}

pub(super) fn set_legal_hold(store: &mut Store, input: PutObjectLegalHoldInput) -> S3Result<PutObjectLegalHoldOutput> {
    let bucket = find(store, &input.bucket)?;
    bucket.require_object_lock()?;
    let status = input.legal_hold.and_then(|hold| hold.status);
    let version = version_mut(bucket, &input.key, input.version_id.as_deref())?;
    version.attributes.lock.is_held = status.is_some_and(|status| status.as_str() == ObjectLockLegalHoldStatus::ON);
    Ok(PutObjectLegalHoldOutput::default())
}

/// What responses call a hold.
pub(super) fn hold(is_held: bool) -> ObjectLockLegalHoldStatus {
    let status = if is_held { ObjectLockLegalHoldStatus::ON } else { ObjectLockLegalHoldStatus::OFF };
    ObjectLockLegalHoldStatus::from_static(status)
}

/// The refusal to delete what is locked.
pub(super) fn protected() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied because object protected by object lock.")
}

fn no_configuration() -> s3s::S3Error {
    s3_error!(NoSuchObjectLockConfiguration, "The specified object does not have a ObjectLock configuration")
}
