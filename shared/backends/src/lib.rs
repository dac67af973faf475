//! All that differs between flavours of Redis.
//!
//! # Layout
//! - [`Backend`]: the backend that a target's settings name, and what it offers
//! - [`Credentials`]: what can be done with a credential, by its kind
//! - [`Located`]: where clients connect to
//! - [`Snapshots`]: how snapshots are taken
//! - [`Capability`]: what can be done for each flavour, in words
//! - [`ElasticacheAuth`]: an ElastiCache replication group with TLS and an AUTH token
//! - [`ElasticacheUser`]: an ElastiCache user with a password, on every cache that it reaches
//! - [`ElasticacheServerless`]: an ElastiCache Serverless cache, and the user that logs in to it
//! - [`Fargate`]: Redis in the Fargate tasks of an ECS service
//! - [`SelfHosted`]: Redis on your own hosts, with replicas and Sentinels
//! - [`upstash`]: databases of Upstash, over their REST API
//! - [`Address`]: where a node listens; every connection to a node is opened in `dial`
//! - [`login`]: asking one node which credentials it accepts, whatever the flavour
//! - [`url`]: a login with a URL, as clients do it
//! - [`rdb_pull`]: the RDB file of a node, over the replication protocol
//! - [`RdbStore`]: the bucket that has the RDB files of a target

mod acl;
mod backend;
mod capability;
mod credentials;
mod dial;
mod elasticache_auth;
mod elasticache_serverless;
mod elasticache_user;
mod fargate;
mod located;
pub mod login;
mod nodes;
mod observed;
mod persistence;
mod rdb_files;
pub mod rdb_pull;
mod rdb_store;
mod replication;
mod self_hosted;
mod sentinel;
mod session;
mod snapshots;
#[cfg(test)]
mod testing;
pub mod upstash;
pub mod url;

pub use backend::{Backend, CAPABILITIES};
pub use capability::{Capability, markdown};
pub use credentials::{Credentials, NodeByNode, Overlapping, User};
pub use dial::{Address, Network, Stream, replace_network};
pub use elasticache_auth::ElasticacheAuth;
pub use elasticache_serverless::ElasticacheServerless;
pub use elasticache_user::ElasticacheUser;
pub use fargate::Fargate;
pub use located::Located;
pub use observed::Observed;
pub use rdb_files::{Nodes, RdbFiles};
pub use rdb_store::{Parts, RdbStore};
pub use self_hosted::SelfHosted;
pub use snapshots::Snapshots;
