//! What is known while a step runs: the secret's side and the server's.

use backends::{Credentials, Known, Rotatable};
use cloud::{
    Clients,
    secrets_manager::{self, CURRENT, Description, PENDING, PREVIOUS, Version},
};
use policy::{
    Failure, Target,
    rotation::{PendingValue, Server, VersionStage},
    secret::SecretValue,
    token,
};
use runtime::{event::rotation::RotationEvent, secret};
use secrecy::SecretString;

/// The secret's side, read once: only this function moves it while a step runs, and AWS refuses a stale move.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) target: Target,
    pub(crate) rotation_enabled: Option<bool>,
    pub(crate) stage: VersionStage,
    /// The version that carries AWSCURRENT.
    pub(crate) current_version: String,
    /// The value of AWSCURRENT.
    pub(crate) current: SecretValue,
    /// The version that the event names, where it has a value.
    pub(crate) pending_version: Option<Version>,
    /// Its value.
    pub(crate) pending: Option<SecretValue>,
    /// The value of AWSPREVIOUS, where the step needs it.
    previous: Option<SecretValue>,
}

impl Secret {
    /// Reads the secret that an event names, and the settings of its target.
    pub(crate) async fn read(clients: &Clients, event: &RotationEvent) -> Result<Self, Failure> {
        let found = secret::of_target(clients, &event.secret_id).await?;
        let (target, description) = (found.target().clone(), found.description);
        let needs_previous = Rotatable::of(clients, &target).needs_previous(event.step);
        let current_version = secret::current_version(&target, &description)?;
        let read = |version: String| async move {
            secrets_manager::version(clients.secrets_manager(), &event.secret_id, &version).await
        };
        let stage = stage(&description, &event.version_id);
        let current = read(current_version.clone()).await?.ok_or_else(|| secret::no_current(&target))?;
        let pending_version = match stage {
            VersionStage::Current => Some(current.clone()),
            VersionStage::Pending => read(event.version_id.clone()).await?,
            VersionStage::Unlabelled | VersionStage::Unknown => None,
        };
        let pending = pending_version.as_ref().map(|version| SecretValue::read(&target, &version.value)).transpose();
        // A pending value of the wrong shape is as unusable as one of the wrong characters.
        let pending = if stage == VersionStage::Current { pending? } else { pending.unwrap_or_default() };
        let current = SecretValue::read(&target, &current.value)?;
        let previous = match description.version_with(PREVIOUS) {
            Some(version) if needs_previous => read(version.to_owned()).await?,
            _ => None,
        };
        // One that has not the right shape is not known, and one that another stage holds too says nothing of its own.
        let previous = previous.and_then(|version| SecretValue::read(&target, &version.value).ok());
        let others = [Some(&current), pending.as_ref()];
        let previous =
            previous.filter(|value| !others.into_iter().flatten().any(|other| value.has_credential_of(other)));
        Ok(Self {
            current,
            previous,
            rotation_enabled: description.rotation_enabled,
            target,
            stage,
            current_version,
            pending_version,
            pending,
        })
    }

    /// The pending value, as the policy sees it.
    pub(crate) fn pending_value(&self) -> PendingValue {
        match (&self.pending_version, &self.pending) {
            (None, _) => PendingValue::Absent,
            (Some(_), None) => PendingValue::Illegal("it has not the shape that the settings say".to_owned()),
            (Some(_), Some(value)) => match token::fault(&self.target.backend, value.credential()) {
                Some(why) => PendingValue::Illegal(why),
                None => PendingValue::Legal,
            },
        }
    }

    /// The backend of the target.
    pub(crate) fn backend<'a>(&'a self, clients: &'a Clients) -> Rotatable<'a> {
        Rotatable::of(clients, &self.target)
    }

    /// The credentials that the secret knows.
    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            pending: self.pending.as_ref().map(SecretValue::credential),
            current: self.current.credential(),
            previous: self.previous(),
            version: self.pending_version.as_ref(),
        }
    }

    /// AWSPREVIOUS's credential, where the step needs it and it is another than the other two.
    pub(crate) fn previous(&self) -> Option<&SecretString> {
        self.previous.as_ref().map(SecretValue::credential)
    }

    /// Looks at the server, and refuses a secret that says it belongs to another one.
    pub(crate) async fn observe_server(&self, clients: &Clients) -> Result<Server, Failure> {
        let observed = self.backend(clients).observe(self.known()).await?;
        for value in [Some(&self.current), self.pending.as_ref()].into_iter().flatten() {
            value.check_owner(&self.target, &observed.username, &observed.hosts)?;
        }
        Ok(observed.server)
    }

    /// Takes note that AWSCURRENT has moved to the version that the event names.
    pub(crate) fn promoted(&mut self, version_id: &str) {
        let pending = self.pending.clone().expect("only a pending value that logged in is promoted");
        self.stage = VersionStage::Current;
        self.current_version = version_id.to_owned();
        self.previous = Some(std::mem::replace(&mut self.current, pending));
    }
}

fn stage(description: &Description, version_id: &str) -> VersionStage {
    let Some(labels) = description.stages.get(version_id) else { return VersionStage::Unknown };
    let carries = |label: &str| labels.iter().any(|one| one == label);
    match (carries(CURRENT), carries(PENDING)) {
        (true, _) => VersionStage::Current,
        (false, true) => VersionStage::Pending,
        (false, false) => VersionStage::Unlabelled,
    }
}
