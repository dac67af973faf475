//! Which version of a target's settings a secret belongs to.

use super::{History, Revision};
use crate::{Failure, Target};

/// The name and the ARN of a secret: settings use one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretId<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its ARN.
    pub arn: &'a str,
}

impl SecretId<'_> {
    /// Whether settings name this secret.
    fn is_named_by(self, target: &Target) -> bool {
        [self.name, self.arn].contains(&target.secret.id.as_str())
    }

    /// Refuses a secret that the settings do not name: two secrets must never rotate one Redis.
    ///
    /// # Errors
    /// Permanent, naming the secret and the target.
    pub fn check_named_by(self, target: &Target) -> Result<(), Failure> {
        match self.is_named_by(target) {
            true => Ok(()),
            false => Err(Failure::permanent(format!(
                "the secret {} is tagged with the target {}, whose `secret.id` is {:?}",
                self.name, target.name, target.secret.id
            ))
            .with_next_step("Correct the tag or the settings")),
        }
    }

    /// Refuses a secret whose tag names another target than the settings that name the secret.
    ///
    /// # Errors
    /// Permanent, naming the secret and both targets.
    pub fn check_tagged_with(self, tag: &str, target: &Target) -> Result<(), Failure> {
        match tag == target.name {
            true => Ok(()),
            false => Err(Failure::permanent(format!(
                "the settings of the target {} name the secret {}, which is tagged with the target {tag}",
                target.name, self.name
            ))
            .with_next_step("Correct the tag or `secret.id`")),
        }
    }
}

impl History {
    /// Refuses a secret that the settings in effect do not name.
    ///
    /// | settings in effect name it | other settings name it | ⇒ |
    /// |---|---|---|
    /// | yes | | accepted |
    /// | no | yes | Permanent: the move to it has not been made, or was rolled back |
    /// | no | no | Permanent: the tag is wrong |
    ///
    /// # Errors
    /// Permanent, naming the secret, the target and the version in effect.
    pub fn check_secret(&self, secret: SecretId<'_>) -> Result<(), Failure> {
        let Revision { version, target } = self.in_effect();
        match self.is_secret_of_others(secret) {
            false => secret.check_named_by(target),
            true => Err(Failure::permanent(format!(
                "the secret {} belongs to settings of the target {} that are not in effect: version {version} is, with \
                 the secret {}",
                secret.name, target.name, target.secret.id
            ))
            .with_next_step(
                "Run sync-connection, which puts newer settings into effect once their Redis accepts a login",
            )),
        }
    }

    /// Whether only settings that are not in effect name a secret.
    pub fn is_secret_of_others(&self, secret: SecretId<'_>) -> bool {
        let Self { newest, current, previous, .. } = self;
        let mut all = [Some(newest), current.as_ref(), previous.as_ref()].into_iter().flatten();
        !secret.is_named_by(&self.in_effect().target) && all.any(|other| secret.is_named_by(&other.target))
    }
}
