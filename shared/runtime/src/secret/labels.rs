//! Staging labels: each move is requested once, and checked if its answer was lost.

use cloud::{
    Clients,
    secrets_manager::{self, Description},
};
use policy::{
    Failure,
    labels::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, RETIRED},
};

use super::{Secret, Version};

impl Secret {
    /// Describes the secret again; `None` if no label has moved since.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Permissions
    /// `secretsmanager:DescribeSecret`
    pub async fn changed(&self, clients: &Clients) -> Result<Option<Description>, Failure> {
        let description = secrets_manager::describe(clients.secrets_manager(), self.arn()).await?;
        Ok((description.stages != self.description.stages).then_some(description))
    }

    /// Moves AWSCURRENT to the version with AWSPENDING, and updates what is known of the secret.
    ///
    /// # Errors
    /// Permanent if AWSCURRENT is on another version by now.
    ///
    /// # Repeating
    /// A version that has AWSCURRENT keeps it.
    ///
    /// # Permissions
    /// `secretsmanager:UpdateSecretVersionStage`, `secretsmanager:DescribeSecret`
    pub async fn promote(&mut self, clients: &Clients, version_id: &str) -> Result<(), Failure> {
        let pending = self.pending.clone().filter(|pending| pending.id == version_id);
        let Some(Version { id, value: Some(value), created_ms }) = pending else {
            return Err(Failure::retryable("AWSPENDING is not the version to promote; the secret is read again"));
        };
        self.move_label(clients, AWSCURRENT, Some(&self.current.id), Some(version_id)).await?;
        self.description.label_moved(AWSCURRENT, &id);
        self.description.label_moved(AWSPREVIOUS, &self.current.id);
        let current = std::mem::replace(&mut self.current, Version { id, value, created_ms });
        self.previous = Some(current.map(Some));
        self.pending = None;
        Ok(())
    }

    /// Removes AWSPENDING from a version, so that the next attempt of the rotation begins with a new one.
    ///
    /// # Errors
    /// Those of the call, if the version still has the label.
    ///
    /// # Repeating
    /// Safe: a version without the label stays without it.
    ///
    /// # Permissions
    /// `secretsmanager:UpdateSecretVersionStage`, `secretsmanager:DescribeSecret`
    pub async fn discard_pending(&self, clients: &Clients, version_id: &str) -> Result<(), Failure> {
        self.move_label(clients, AWSPENDING, Some(version_id), None).await
    }

    /// Records that every node refused AWSPREVIOUS.
    ///
    /// # Errors
    /// Those of the call, if the label is not there afterwards.
    ///
    /// # Repeating
    /// Safe: the label stays where it is.
    ///
    /// # Permissions
    /// `secretsmanager:UpdateSecretVersionStage`, `secretsmanager:DescribeSecret`
    pub async fn mark_retired(&self, clients: &Clients) -> Result<(), Failure> {
        let Some(Version { id, .. }) = &self.previous else { return Ok(()) };
        self.move_label(clients, RETIRED, self.description.version_with(RETIRED), Some(id)).await
    }

    /// Moves a label. The SDK repeats a call whose answer was lost, and the repetition is refused because the label has
    /// moved. So after a refusal, the secret is read to see whether the label is on the right version.
    async fn move_label(
        &self,
        clients: &Clients,
        label: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(), Failure> {
        let client = clients.secrets_manager();
        let Err(error) = secrets_manager::move_label(client, self.arn(), label, from, to).await else { return Ok(()) };
        let description = secrets_manager::describe(client, self.arn()).await?;
        let on = description.version_with(label);
        let moved = if to.is_some() { on == to } else { on != from };
        if moved { Ok(()) } else { Err(error.into()) }
    }
}
