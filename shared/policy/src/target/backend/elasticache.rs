//! Settings of the ElastiCache backends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    target::check::{is_identifier, refused},
};

/// An ElastiCache replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicationGroup {
    /// The group's id in ElastiCache.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,39}$"))]
    pub replication_group_id: String,
}

impl ReplicationGroup {
    pub(super) fn check(&self) -> Result<(), Failure> {
        if is_identifier(&self.replication_group_id, 40) {
            return Ok(());
        }
        Err(refused("`backend.replication_group_id`", "give the group's id, in lower case, at most 40 characters"))
    }
}

/// An ElastiCache user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user's id in ElastiCache, which can differ from the name that it logs in with.
    #[schemars(regex(pattern = r"^[a-zA-Z][a-zA-Z0-9-]{0,39}$"))]
    pub user_id: String,
}

impl User {
    pub(super) fn check(&self) -> Result<(), Failure> {
        check_user_id(&self.user_id)
    }
}

/// An ElastiCache Serverless cache, and the user whose password is rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerlessUser {
    /// The cache's name.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,39}$"))]
    pub serverless_cache_name: String,
    /// The user's id in ElastiCache, which can differ from the name that it logs in with.
    #[schemars(regex(pattern = r"^[a-zA-Z][a-zA-Z0-9-]{0,39}$"))]
    pub user_id: String,
}

impl ServerlessUser {
    pub(super) fn check(&self) -> Result<(), Failure> {
        if !is_identifier(&self.serverless_cache_name, 40) {
            return Err(refused(
                "`backend.serverless_cache_name`",
                "give the cache's name, in lower case, at most 40 characters",
            ));
        }
        check_user_id(&self.user_id)
    }
}

/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>
fn check_user_id(id: &str) -> Result<(), Failure> {
    if id.eq_ignore_ascii_case("default") {
        return Err(refused(
            "`backend.user_id`",
            "ElastiCache does not allow changes of the built-in user; create another user, if necessary with the name \
             default, and put that into the user group",
        ));
    }
    if is_identifier(&id.to_ascii_lowercase(), 40) {
        return Ok(());
    }
    Err(refused("`backend.user_id`", "give the user's id: letters, digits and hyphens, first a letter"))
}
