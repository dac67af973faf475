//! RBAC users, who log in to groups with a user group and to serverless caches.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>

mod access_string;
mod authentication;
mod create;
mod delete;
mod describe;
mod modify;
mod render;
mod spread;

use std::{collections::BTreeMap, time::Duration};

use hyper::StatusCode;

pub(super) use authentication::Authentication;

use super::{State, history::History};
use crate::{
    redis::Account,
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// The id of the built-in user, and the name that one user of every user group must have.
pub(super) const DEFAULT: &str = "default";

/// One user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) engine: String,
    /// The rights on the nodes.
    pub(super) rights: Rights,
    /// The rights after the change in progress. Describe calls show them from the start.
    pub(super) change: Option<Rights>,
    pub(super) status: &'static str,
    pub(super) tags: BTreeMap<String, String>,
    views: History<View>,
}

/// What a user may do, and how it logs in.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    pub(super) access_string: String,
    pub(super) authentication: Authentication,
}

/// What Describe calls show and what changes. It contains no password.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) status: &'static str,
    access_string: String,
    /// The kind of authentication.
    kind: &'static str,
    /// The number of passwords, for a user that logs in with one.
    password_count: Option<usize>,
}

impl User {
    fn new(id: String, name: String, engine: String, rights: Rights) -> Self {
        let (tags, views) = (BTreeMap::new(), History::default());
        let mut user = Self { id, name, engine, rights, change: None, status: "active", tags, views };
        user.show();
        user
    }

    /// The built-in user of every account. It needs no password and cannot be changed.
    pub(super) fn built_in() -> Self {
        let [id, name, engine, access_string] = [DEFAULT, DEFAULT, "redis", "on ~* +@all"].map(str::to_owned);
        Self::new(id, name, engine, Rights { access_string, authentication: Authentication::NoPassword })
    }

    /// The resource name.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:user:{}", self.id)
    }

    /// The user as a node knows it.
    pub(super) fn account(&self) -> Account {
        account(&self.name, &self.rights)
    }

    /// Makes the current state visible to Describe calls, after the time `stale_users`.
    fn show(&mut self) {
        self.views.push(self.view());
    }

    fn view(&self) -> View {
        let Rights { access_string, authentication } = self.change.as_ref().unwrap_or(&self.rights);
        View {
            status: self.status,
            access_string: access_string.clone(),
            kind: authentication.kind(),
            password_count: authentication.password_count(),
        }
    }

    pub(super) fn seen(&self, stale: Duration, lies: bool) -> View {
        let mut view = self.views.seen(stale).unwrap_or_else(|| self.view());
        if lies && view.status == "modifying" {
            view.status = "active";
        }
        view
    }

    /// Refuses a change of the built-in user, and of a user that is not active.
    fn must_be_changeable(&self) -> Result<(), AwsError> {
        match self.status {
            _ if self.id == DEFAULT => {
                Err(AwsError::new("InvalidParameterValue", "The user with the id default cannot be changed."))
            }
            "active" => Ok(()),
            status => {
                let message = format!("User {} is not in active state: it is {status}.", self.id);
                Err(AwsError::new("InvalidUserState", message))
            }
        }
    }
}

impl State {
    /// The user with this id, in upper or lower case.
    pub(super) fn user(&self, id: &str) -> Result<&User, AwsError> {
        self.users.get(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }

    /// The same, to change it.
    pub(super) fn user_mut(&mut self, id: &str) -> Result<&mut User, AwsError> {
        self.users.get_mut(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }
}

fn account(name: &str, Rights { access_string, authentication }: &Rights) -> Account {
    Account {
        name: name.to_owned(),
        rules: access_string::rules(access_string),
        open: matches!(authentication, Authentication::NoPassword),
        passwords: authentication.passwords().to_vec(),
    }
}

fn not_found(id: &str) -> AwsError {
    AwsError::new("UserNotFound", format!("User {id} not found.")).with_status(StatusCode::NOT_FOUND)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}

fn clash(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombination", message)
}
