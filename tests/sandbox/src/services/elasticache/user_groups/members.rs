//! Which users a user group can have.

use std::collections::BTreeSet;

use super::invalid;
use crate::{
    services::elasticache::{State, users::DEFAULT},
    wire::AwsError,
};

impl State {
    /// Refuses members unless exactly one is named `default` and all names differ.
    ///
    /// AWS does not require a default user for Valkey; the sandbox does, which is stricter.
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
