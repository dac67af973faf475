//! The secret of a target: described, checked against the settings, and read in their format.

mod labels;

use cloud::{
    Clients,
    secrets_manager::{self, Description},
};
use policy::{
    Failure, Target,
    labels::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, RETIRED},
    moving::History,
    outcome::Outcome,
    rotation::VersionStage,
    secret::{Known, PreviousValue, Promotion, SecretFacts, SecretValue},
};
use secrecy::SecretString;

use crate::{moment::millis, settings, target};

/// Describes the secret that settings name.
///
/// # Errors
/// Permanent if there is no such secret, or its tag names another target.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`
pub async fn describe(clients: &Clients, target: &Target) -> Result<Description, Failure> {
    let description = secrets_manager::describe(clients.secrets_manager(), &target.secret.id).await?;
    description.id().check_named_by(target)?;
    let tag = target::name_of(&format!("the secret {}", description.name), &description.tags)?;
    description.id().check_tagged_with(tag, target)?;
    Ok(description)
}

/// Describes a secret, and reads the settings of the target that it is tagged with. Records the name of the target in the
/// outcome.
///
/// # Errors
/// Permanent if there is no such secret, tag or settings document, or the settings in effect name another secret.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameterHistory`
pub async fn describe_by_id(
    clients: &Clients,
    secret_id: &str,
    outcome: &mut Outcome,
) -> Result<(History, Description), Failure> {
    let description = secrets_manager::describe(clients.secrets_manager(), secret_id).await?;
    let name = target::name_of(&format!("the secret {}", description.name), &description.tags)?;
    outcome.target = Some(name.to_owned());
    let history = settings::load(clients, name).await?;
    history.check_secret(description.id())?;
    Ok((history, description))
}

/// Which versions to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Those with AWSCURRENT, AWSPENDING and AWSPREVIOUS.
    All,
    /// Those with AWSCURRENT and AWSPENDING.
    CurrentAndPending,
}

/// A secret and the versions of it that matter, as they are at one moment. Its Debug shows no credential.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The target.
    pub target: Target,
    description: Description,
    current: Version<SecretValue>,
    /// The version with AWSPENDING, if it is not the one with AWSCURRENT and has a value.
    pending: Option<Version<Option<SecretValue>>>,
    previous: Option<Version<Option<SecretValue>>>,
}

/// One version that has a value; `Option<SecretValue>` is `None` if the settings find no credential in it.
#[derive(Clone, Debug)]
struct Version<V> {
    id: String,
    value: V,
    created_ms: Option<u64>,
}

impl Secret {
    /// Reads the versions of a described secret.
    ///
    /// # Errors
    /// Permanent if AWSCURRENT has no value in the shape that the settings say. An AWSPENDING or AWSPREVIOUS in another
    /// format is not an error here: it matters only where it is used.
    ///
    /// # Permissions
    /// `secretsmanager:GetSecretValue`, and `kms:Decrypt` for a key of your own
    pub async fn read(
        clients: &Clients,
        target: Target,
        description: Description,
        versions: Versions,
    ) -> Result<Self, Failure> {
        let no_current = || {
            Failure::permanent(format!("the secret {} has no AWSCURRENT value", target.secret.id))
                .with_next_step("Store the credential that the server accepts as AWSCURRENT")
        };
        let read = |id: String| {
            let (target, arn) = (&target, &description.arn);
            async move {
                let stored = secrets_manager::version(clients.secrets_manager(), arn, &id).await?;
                Ok::<_, Failure>(stored.map(|stored| Version {
                    id,
                    value: match &stored.value {
                        Some(text) => SecretValue::read(target, text),
                        None => Err(secrets_manager::is_binary(&target.secret.id)),
                    },
                    created_ms: stored.created.and_then(millis),
                }))
            }
        };
        let current_id = description.version_with(AWSCURRENT).ok_or_else(no_current)?.to_owned();
        let Version { id, value, created_ms } = read(current_id).await?.ok_or_else(no_current)?;
        let current = Version { id, value: value?, created_ms };
        let pending = match description.version_with(AWSPENDING).filter(|id| *id != current.id) {
            Some(id) => read(id.to_owned()).await?.map(|version| version.lenient(AWSPENDING)),
            None => None,
        };
        let previous = match description.version_with(AWSPREVIOUS).filter(|_| versions == Versions::All) {
            Some(id) => read(id.to_owned()).await?.map(|version| version.lenient(AWSPREVIOUS)),
            None => None,
        };
        Ok(Self { target, description, current, pending, previous })
    }

    /// The secret's ARN.
    pub fn arn(&self) -> &str {
        &self.description.arn
    }

    /// Whether rotation is switched on; `None` for a secret that was never rotated.
    pub fn rotation_enabled(&self) -> Option<bool> {
        self.description.rotation_enabled
    }

    /// When anything about the secret last changed.
    pub fn changed_ms(&self) -> Option<u64> {
        self.description.last_changed.and_then(millis)
    }

    /// The id of AWSCURRENT's version.
    pub fn current_version(&self) -> &str {
        &self.current.id
    }

    /// AWSCURRENT's value.
    pub fn current(&self) -> &SecretValue {
        &self.current.value
    }

    /// AWSPREVIOUS's credential, if it was read, is readable and is another than AWSCURRENT's.
    pub fn previous(&self) -> Option<&SecretString> {
        let value = self.previous.as_ref()?.value.as_ref()?;
        (!value.has_credential_of(self.current())).then(|| value.credential())
    }

    /// The stage of a version.
    pub fn stage(&self, version_id: &str) -> VersionStage {
        VersionStage::of(self.description.stages.get(version_id).map(Vec::as_slice))
    }

    /// The value of the version that is being rotated in, AWSPENDING's or, once promoted, AWSCURRENT's: `None` if the
    /// version has no value, or has neither label; `Some(None)` if the settings find no credential in it.
    pub fn rotated_in(&self, version_id: &str) -> Option<Option<&SecretValue>> {
        self.version_rotated_in(version_id).map(|version| version.value)
    }

    fn version_rotated_in(&self, version_id: &str) -> Option<Version<Option<&SecretValue>>> {
        let current = (self.current.id == version_id).then(|| self.current.as_ref().map(Some));
        let pending = || self.pending.as_ref().map(|pending| pending.as_ref().map(Option::as_ref));
        current.or_else(|| pending().filter(|pending| pending.id == version_id))
    }

    /// What to log in with outside a rotation: AWSCURRENT and AWSPREVIOUS.
    pub fn known(&self) -> Known<'_> {
        Known {
            pending: None,
            current: self.current().credential(),
            previous: self.previous(),
            pending_created_ms: None,
        }
    }

    /// What to log in with while a version is rotated in: all three credentials.
    pub fn known_in_rotation(&self, version_id: &str) -> Known<'_> {
        let version = self.version_rotated_in(version_id);
        let pending = version.as_ref().and_then(|version| version.value);
        let is_pending = |previous: &&SecretString| pending.is_some_and(|value| value.is_credential(previous));
        Known {
            pending: pending.map(SecretValue::credential),
            previous: self.previous().filter(|previous| !is_pending(previous)),
            pending_created_ms: version.as_ref().and_then(|version| version.created_ms),
            ..self.known()
        }
    }

    /// What the policy decides on.
    pub fn facts(&self) -> SecretFacts {
        let previous = match &self.previous {
            None => PreviousValue::Absent,
            Some(Version { value: None, .. }) => PreviousValue::Unreadable,
            Some(Version { value: Some(value), .. }) if value.has_credential_of(self.current()) => {
                PreviousValue::SameAsCurrent
            }
            Some(Version { id, .. }) => {
                PreviousValue::Another { retired: self.description.version_with(RETIRED) == Some(id) }
            }
        };
        let promotion = Promotion {
            current_created_ms: self.current.created_ms,
            previous_created_ms: self.previous.as_ref().and_then(|previous| previous.created_ms),
            rotated_ms: self.description.last_rotated.and_then(millis),
            changed_ms: self.changed_ms(),
        };
        // An AWSPENDING on AWSPREVIOUS's version is left over from an earlier rotation, and begins no other.
        let left_over = self.description.version_with(AWSPREVIOUS);
        let rotating = self.pending.as_ref().is_some_and(|pending| left_over != Some(&pending.id));
        SecretFacts { previous, promotion, rotating }
    }
}

impl<V> Version<V> {
    fn as_ref(&self) -> Version<&V> {
        Version { id: self.id.clone(), value: &self.value, created_ms: self.created_ms }
    }

    fn map<W>(self, change: impl FnOnce(V) -> W) -> Version<W> {
        let Self { id, value, created_ms } = self;
        Version { id, value: change(value), created_ms }
    }
}

impl Version<Result<SecretValue, Failure>> {
    /// Logs a value in which the settings find no credential.
    fn lenient(self, label: &str) -> Version<Option<SecretValue>> {
        self.map(|value| {
            value.inspect_err(|failure| tracing::warn!("{label} cannot be used: {}", failure.chain())).ok()
        })
    }
}
