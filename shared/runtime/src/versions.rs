//! The versions of a secret that matter to whoever follows it, read as they are at one moment.

use aws_smithy_types::DateTime;
use cloud::{
    Clients,
    secrets_manager::{self, Description, PENDING, PREVIOUS, RETIRED, Version},
};
use policy::{
    Failure, Target,
    retirement::{PreviousValue, Promotion, SecretFacts},
    secret::SecretValue,
};
use secrecy::SecretString;

use crate::{
    moment::millis,
    secret::{current_version, no_current},
};

/// AWSCURRENT, AWSPREVIOUS, and whether there is an AWSPENDING, as they are at one moment.
#[derive(Debug)]
pub struct Versions {
    /// The target.
    pub target: Target,
    description: Description,
    current_id: String,
    current: SecretValue,
    current_created: Option<DateTime>,
    previous: Option<Previous>,
    rotating: bool,
}

/// The version that carries AWSPREVIOUS.
#[derive(Debug)]
struct Previous {
    id: String,
    /// `None` where the settings find no credential in it.
    value: Option<SecretValue>,
    created: Option<DateTime>,
}

impl Versions {
    /// Reads the values that matter of a secret that has been described.
    ///
    /// # Errors
    /// Permanent where AWSCURRENT has no value in the shape that the settings say. An AWSPREVIOUS that has none is told by
    /// [`Versions::facts`]: it matters to whoever takes it away, and to nobody else.
    ///
    /// # Permissions
    /// `secretsmanager:GetSecretValue`
    pub async fn read(clients: &Clients, target: Target, description: Description) -> Result<Self, Failure> {
        let read = |version: String| {
            let secret_id = &description.arn;
            async move { secrets_manager::version(clients.secrets_manager(), secret_id, &version).await }
        };
        let current_id = current_version(&target, &description)?;
        let current: Version = read(current_id.clone()).await?.ok_or_else(|| no_current(&target))?;
        let previous = match description.version_with(PREVIOUS) {
            Some(id) => read(id.to_owned()).await?.map(|version| (id.to_owned(), version)),
            None => None,
        };
        let previous = previous.map(|(id, version)| {
            let value = SecretValue::read(&target, &version.value)
                .inspect_err(|failure| tracing::warn!("AWSPREVIOUS cannot be read: {}", failure.chain()));
            Previous { id, value: value.ok(), created: version.created }
        });
        // On the version of either other label it is what an earlier rotation has left, which began no other.
        let others = [Some(current_id.as_str()), description.version_with(PREVIOUS)];
        let pending = description.version_with(PENDING).filter(|pending| !others.contains(&Some(*pending)));
        let rotating = match pending {
            Some(id) => read(id.to_owned()).await?.is_some(),
            None => false,
        };
        Ok(Self {
            current: SecretValue::read(&target, &current.value)?,
            current_id,
            current_created: current.created,
            previous,
            rotating,
            target,
            description,
        })
    }

    /// Describes the secret again, where a label has moved since; `None` where none has.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Permissions
    /// `secretsmanager:DescribeSecret`
    pub async fn changed(&self, clients: &Clients) -> Result<Option<Description>, Failure> {
        let description = secrets_manager::describe(clients.secrets_manager(), &self.description.arn).await?;
        Ok((description.stages != self.description.stages).then_some(description))
    }

    /// What the policy looks at.
    pub fn facts(&self) -> SecretFacts {
        let previous = match &self.previous {
            None => PreviousValue::Absent,
            Some(Previous { value: None, .. }) => PreviousValue::Unreadable,
            Some(Previous { value: Some(value), .. }) if value.has_credential_of(&self.current) => {
                PreviousValue::SameAsCurrent
            }
            Some(Previous { id, .. }) => PreviousValue::Another { retired: self.retired_version() == Some(id) },
        };
        let promotion = Promotion {
            current_created_ms: self.current_created.and_then(millis),
            previous_created_ms: self.previous.as_ref().and_then(|previous| previous.created).and_then(millis),
            rotated_ms: self.description.last_rotated.and_then(millis),
            changed_ms: self.changed_ms(),
        };
        SecretFacts { previous, promotion, rotating: self.rotating }
    }

    /// When anything about the secret last changed.
    pub fn changed_ms(&self) -> Option<u64> {
        self.description.last_changed.and_then(millis)
    }

    /// The secret's ARN.
    pub fn arn(&self) -> &str {
        &self.description.arn
    }

    /// The id of AWSCURRENT's version.
    pub fn current_version(&self) -> &str {
        &self.current_id
    }

    /// AWSCURRENT's credential.
    pub fn current(&self) -> &SecretString {
        self.current.credential()
    }

    /// AWSPREVIOUS's credential, where it can be read.
    pub fn previous(&self) -> Option<&SecretString> {
        self.previous.as_ref().and_then(|previous| Some(previous.value.as_ref()?.credential()))
    }

    /// Refuses a secret that says it belongs to another Redis than the one that was looked at.
    ///
    /// # Errors
    /// `NeedsHuman`, naming what does not agree.
    pub fn check_owner(&self, username: &str, hosts: &[String]) -> Result<(), Failure> {
        self.current.check_owner(&self.target, username, hosts)
    }

    /// Remembers that AWSPREVIOUS was seen refused everywhere.
    ///
    /// # Errors
    /// Those of the call, where the label is not there afterwards.
    ///
    /// # Repeating
    /// Safe: the label stays where it is.
    ///
    /// # Permissions
    /// `secretsmanager:UpdateSecretVersionStage`, `secretsmanager:DescribeSecret`
    pub async fn mark_retired(&self, clients: &Clients) -> Result<(), Failure> {
        let Some(Previous { id, .. }) = &self.previous else { return Ok(()) };
        let (client, arn) = (clients.secrets_manager(), &self.description.arn);
        let marked = secrets_manager::mark_retired(client, arn, self.retired_version(), id).await;
        if let Err(error) = marked {
            // The SDK tries again when an answer is lost, and the second try finds the label moved.
            let description = secrets_manager::describe(client, arn).await?;
            if description.version_with(RETIRED) != Some(id) {
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn retired_version(&self) -> Option<&str> {
        self.description.version_with(RETIRED)
    }
}
