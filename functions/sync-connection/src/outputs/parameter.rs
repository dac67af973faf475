//! A parameter of Parameter Store.

use cloud::{
    CallError, Clients,
    ssm::{self, NewVersion},
};
use policy::{
    Failure,
    connection::Connection,
    labels::{CURRENT, PREVIOUS},
    publication::{ParameterDecision, ParameterFound, Published, decide_parameter, wanted},
    target::SsmParameter,
};
use runtime::target::TARGET_TAG;
use secrecy::SecretString;

use super::todo::Todo;

/// A change of a parameter.
pub(super) struct Write {
    settings: SsmParameter,
    kind: Kind,
}

enum Kind {
    /// A parameter that does not exist yet.
    New { value: SecretString },
    /// A new version.
    Value { value: SecretString, previous: Option<i64> },
    /// The label alone.
    Label { version: i64 },
}

pub(super) async fn look(
    clients: &Clients,
    connection: &Connection,
    at: &str,
    settings: &SsmParameter,
) -> Result<Todo<Write>, Failure> {
    let value = wanted(connection, &format!("{at}.value"), &settings.value, &settings.url)?;
    let newest = ssm::version(clients.ssm(), &settings.name).await?;
    let published = match newest {
        Some(_) => ssm::version(clients.ssm(), &format!("{}:{CURRENT}", settings.name)).await?,
        None => None,
    };
    let found = newest.map(|newest| ParameterFound {
        value: newest.value,
        kind: newest.kind,
        version: newest.version,
        published: published.map(|published| Published { value: published.value, version: published.version }),
    });
    let todo = |what, reason: &str, kind| Todo::Write {
        what,
        reason: reason.to_owned(),
        change: Write { settings: settings.clone(), kind },
    };
    Ok(match decide_parameter(at, settings, &value, found.as_ref())? {
        ParameterDecision::UpToDate => Todo::UpToDate,
        ParameterDecision::Kept { reason } => Todo::Keep { reason },
        ParameterDecision::Write { reason, .. } if found.is_none() => {
            todo("write-parameter", reason, Kind::New { value })
        }
        ParameterDecision::Write { previous, reason } => {
            todo("write-parameter", reason, Kind::Value { value, previous })
        }
        ParameterDecision::Label { version, reason } => todo("label-parameter", reason, Kind::Label { version }),
    })
}

impl Write {
    /// Makes the change. The label `previous` goes first, so that wherever this stops it is on the version that was
    /// published last. A new parameter is tagged with its target, so that events about it lead there.
    pub(super) async fn make(self, clients: &Clients, target: &str) -> Result<(), CallError> {
        let SsmParameter { name, kind, kms_key_id, tier, .. } = &self.settings;
        let (kind, tier, kms_key_id) = (kind.as_str(), tier.as_str(), kms_key_id.as_deref());
        let version = match &self.kind {
            Kind::Label { version } => *version,
            Kind::New { value } => {
                let new = NewVersion { name, value, kind, kms_key_id, tier };
                ssm::create(clients.ssm(), new, (TARGET_TAG, target)).await?
            }
            Kind::Value { value, previous } => {
                if let Some(previous) = previous {
                    match ssm::label(clients.ssm(), name, *previous, PREVIOUS).await {
                        // Others have used up the labels of that version. Nothing rests on this one.
                        Err(error) if error.is("ParameterVersionLabelLimitExceeded") => {
                            tracing::warn!("no label: {}", error.failure.chain());
                        }
                        labelled => labelled?,
                    }
                }
                ssm::put(clients.ssm(), NewVersion { name, value, kind, kms_key_id, tier }).await?
            }
        };
        ssm::label(clients.ssm(), name, version, CURRENT).await
    }
}
