//! Clients of the services that tests call.

use workload::load::LoadTarget;

use crate::Stage;

impl Stage {
    /// Returns a client of ECS.
    pub fn ecs(&self) -> aws_sdk_ecs::Client {
        aws_sdk_ecs::Client::new(&self.sandbox.sdk_config())
    }

    /// Returns a client of Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.sandbox.sdk_config())
    }

    /// Returns a client of Parameter Store.
    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        aws_sdk_ssm::Client::new(&self.sandbox.sdk_config())
    }

    /// Returns a client of ElastiCache.
    pub fn elasticache(&self) -> aws_sdk_elasticache::Client {
        aws_sdk_elasticache::Client::new(&self.sandbox.sdk_config())
    }

    /// Returns what a load or a watcher needs to connect to the target.
    pub fn load_target(&self) -> LoadTarget {
        LoadTarget::of(&self.sandbox, &self.target)
    }
}
