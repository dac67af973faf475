//! `Secret Label Updated`: a staging label of a secret moved.
//!
//! Secrets Manager sends it for every label but AWSPENDING and AWSPREVIOUS.

use policy::Failure;
use serde::Deserialize;

use super::{
    envelope::Envelope,
    read::{read, required},
    resource,
};

/// A staging label of a secret moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretLabel {
    /// The secret's ARN.
    pub secret_arn: String,
    /// The label.
    pub label: String,
    /// The version that the label is on now, if the event says it.
    pub version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    label_updated: Option<String>,
    version_id: Option<String>,
}

impl SecretLabel {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let detail = read::<Option<Detail>>(&envelope.detail, "detail")?;
        let Detail { label_updated, version_id } = detail.unwrap_or(Detail { label_updated: None, version_id: None });
        Ok(Self {
            label: required(label_updated, "detail.labelUpdated")?,
            secret_arn: resource::only(&envelope.resources)?,
            version_id,
        })
    }
}
