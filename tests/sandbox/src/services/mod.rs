//! The AWS services, one file or folder each.

mod cron;
pub mod ecs;
pub mod elasticache;
pub mod eventbridge;
pub mod lambda;
mod page;
pub mod s3;
pub mod scheduler;
pub mod secrets_manager;
pub mod servicediscovery;
pub mod sns;
pub mod ssm;
mod sts;
pub(crate) mod tagging;

pub use ecs::Ecs;
pub use elasticache::ElastiCache;
pub use eventbridge::EventBridge;
pub use lambda::Lambda;
pub use s3::S3;
pub use scheduler::Scheduler;
pub use secrets_manager::SecretsManager;
pub use servicediscovery::CloudMap;
pub use sns::Sns;
pub use ssm::Ssm;
pub(crate) use sts::Sts;
pub(crate) use tagging::Tagging;

/// The account of every resource.
pub const ACCOUNT: &str = "123456789012";
/// The region of every resource.
pub const REGION: &str = "us-east-1";
