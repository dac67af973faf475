//! The services, one file or folder each.

pub mod ecs;
pub mod elasticache;
pub mod lambda;
mod page;
pub mod secrets_manager;
pub mod servicediscovery;
pub mod ssm;
mod sts;

use std::sync::Arc;

use crate::wire::{Answer, AwsError, Call};

pub use ecs::Ecs;
pub use elasticache::ElastiCache;
pub use lambda::Lambda;
pub use secrets_manager::SecretsManager;
pub use servicediscovery::CloudMap;
pub use ssm::Ssm;

/// The account and region that everything in the sandbox belongs to.
pub const ACCOUNT: &str = "123456789012";
/// The region of every resource.
pub const REGION: &str = "us-east-1";

/// Every service of one sandbox.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) secrets_manager: Arc<SecretsManager>,
    pub(crate) ssm: Arc<Ssm>,
    pub(crate) elasticache: Arc<ElastiCache>,
    pub(crate) ecs: Arc<Ecs>,
    pub(crate) cloud_map: Arc<CloudMap>,
    pub(crate) lambda: Arc<Lambda>,
}

impl Services {
    /// Hands a call to its service.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        match call.service.as_str() {
            "secretsmanager" => SecretsManager::call(&self.secrets_manager, call).await,
            "ssm" => self.ssm.call(call),
            "elasticache" => ElastiCache::call(&self.elasticache, call).await,
            "ecs" => self.ecs.call(call),
            "lambda" => self.lambda.call(call),
            "servicediscovery" => self.cloud_map.call(call).await,
            "sts" => sts::call(call),
            other => Err(AwsError::unknown_operation(other, &call.operation)),
        }
    }
}
