//! Which users can be a group together.

use std::collections::BTreeSet;

use super::invalid;
use crate::{
    services::elasticache::{State, users::DEFAULT},
    wire::AwsError,
};

impl State {
    /// Refuses users that cannot be a group: one must be named `default`, and no two may share a name.
    ///
    /// AWS asks a group for Valkey for no default user; the sandbox does, which is the harsher reading.
    pub(super) fn check_members(&self, engine: &str, ids: &[String]) -> Result<(), AwsError> {
        let mut names = BTreeSet::new();
        for id in ids {
            let user = self.user(id)?;
            if user.engine == "valkey" && engine != "valkey" {
                return Err(invalid(format!("User {id} is for valkey, the user group for {engine}.")));
            }
            if !names.insert(user.name.as_str()) {
                let message = format!("The user group would have two users named {}.", user.name);
                return Err(AwsError::new("DuplicateUserName", message));
            }
        }
        match names.contains(DEFAULT) {
            true => Ok(()),
            false => Err(AwsError::new("DefaultUserRequired", "A user group needs a user whose UserName is default.")),
        }
    }
}
