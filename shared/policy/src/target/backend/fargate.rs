//! Redis in one Fargate task.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{default_user, redis_port};
use crate::{
    Failure,
    target::check::{check_given, check_host, check_port, check_username},
};

/// An ECS service whose one task is Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EcsService {
    /// The ECS cluster's name.
    #[schemars(length(min = 1))]
    pub cluster: String,
    /// The service's name.
    #[schemars(length(min = 1))]
    pub service: String,
    /// The name that clients connect to, registered in Cloud Map. Without it clients connect to the task's address, which
    /// changes with every task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub host: Option<String>,
    /// The port that clients connect to.
    #[serde(default = "redis_port")]
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The user that logs in.
    #[serde(default = "default_user")]
    #[schemars(length(min = 1))]
    pub username: String,
    /// The id of the Cloud Map service (`srv-…`) behind `host`. With it, the instances registered there are checked too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_map_service_id: Option<String>,
}

impl EcsService {
    pub(super) fn check(&self) -> Result<(), Failure> {
        check_given("`backend.cluster`", &self.cluster, "the ECS cluster's name")?;
        check_given("`backend.service`", &self.service, "the ECS service's name")?;
        if let Some(host) = &self.host {
            check_host("`backend.host`", host)?;
        }
        check_port("`backend.port`", self.port)?;
        check_username("`backend.username`", &self.username)?;
        match &self.cloud_map_service_id {
            Some(id) => check_given("`backend.cloud_map_service_id`", id, "the Cloud Map service's id, or omit it"),
            None => Ok(()),
        }
    }
}
