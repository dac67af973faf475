//! What a step knows: the secret and the server.

use backends::Backend;
use cloud::Clients;
use policy::{
    Failure,
    outcome::Outcome,
    rotation::{PendingValue, VersionStage},
    secret::{Known, SecretValue},
    server::Server,
    token,
};
use runtime::{
    event::rotation::RotationEvent,
    secret::{self, Secret, Versions},
};
use secrecy::SecretString;

/// The secret, seen from the version that the event names. It is read once: while a step runs, only this function moves its
/// labels, and AWS refuses a move that is based on a stale read.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) secret: Secret,
    version_id: String,
}

impl View {
    /// Reads the secret that an event names, and the settings of its target.
    pub(crate) async fn read(clients: &Clients, event: &RotationEvent, outcome: &mut Outcome) -> Result<Self, Failure> {
        let (history, description) = secret::describe_by_id(clients, &event.secret_id, outcome).await?;
        let target = history.in_effect().target.clone();
        let versions = match Backend::of(clients, &target).needs_previous(event.step) {
            true => Versions::All,
            false => Versions::CurrentAndPending,
        };
        let secret = Secret::read(clients, target, description, versions).await?;
        Ok(Self { secret, version_id: event.version_id.clone() })
    }

    /// The stage of the version that the event names.
    pub(crate) fn stage(&self) -> VersionStage {
        self.secret.stage(&self.version_id)
    }

    /// The value of that version, if the settings find a credential in it.
    pub(crate) fn pending(&self) -> Option<&SecretValue> {
        self.secret.rotated_in(&self.version_id).flatten()
    }

    /// That value, as the policy sees it.
    pub(crate) fn pending_value(&self) -> PendingValue {
        match self.secret.rotated_in(&self.version_id) {
            None => PendingValue::Absent,
            Some(None) => PendingValue::Illegal("it is not in the format of the settings".to_owned()),
            Some(Some(value)) => match token::fault(&self.secret.target.backend, value.credential()) {
                Some(why) => PendingValue::Illegal(why),
                None => PendingValue::Legal,
            },
        }
    }

    /// AWSCURRENT's credential.
    pub(crate) fn current(&self) -> &SecretString {
        self.secret.current().credential()
    }

    /// The backend of the target.
    pub(crate) fn backend<'a>(&'a self, clients: &'a Clients) -> Backend<'a> {
        Backend::of(clients, &self.secret.target)
    }

    /// The credentials to log in with.
    pub(crate) fn known(&self) -> Known<'_> {
        self.secret.known_in_rotation(&self.version_id)
    }

    /// Checks that the secret belongs to this Redis.
    pub(crate) fn check_owner(&self, username: &str, hosts: &[String]) -> Result<(), Failure> {
        let mut values = [Some(self.secret.current()), self.pending()].into_iter().flatten();
        values.try_for_each(|value| value.check_owner(&self.secret.target, username, hosts))
    }

    /// Looks at the server.
    pub(crate) async fn observe_server(&self, clients: &Clients) -> Result<Server, Failure> {
        let observed = self.backend(clients).observe(self.known()).await?;
        self.check_owner(&observed.username, &observed.hosts)?;
        Ok(observed.server)
    }

    /// Moves AWSCURRENT to the version that the event names.
    pub(crate) async fn promote(&mut self, clients: &Clients) -> Result<(), Failure> {
        let version_id = self.version_id.clone();
        self.secret.promote(clients, &version_id).await
    }
}
