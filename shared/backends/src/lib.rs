//! All that differs between flavours of Redis.
//!
//! # Layout
//! - [`Credentials`]: what a backend must be able to do for its credential to be rotated
//! - [`Endpoints`]: what a backend must be able to do for its clients to be told where it is
//! - [`Capability`]: what can be done for each flavour, in words
//! - [`Rotatable`]: the backend that a target's settings name, whichever it is
//! - [`ElasticacheAuth`]: an ElastiCache replication group with TLS and an AUTH token
//! - [`ElasticacheUser`]: an ElastiCache user with a password, on every cache that it reaches
//! - [`ElasticacheServerless`]: an ElastiCache Serverless cache, and the user that logs in to it
//! - [`Fargate`]: Redis in the Fargate tasks of an ECS service
//! - [`SelfHosted`]: Redis on hosts of one's own, with replicas and Sentinels
//! - [`Upstash`]: a database of Upstash, over its REST API; [`upstash`] has what its reset needs
//! - [`login`]: asking one node which credentials it accepts, whatever the flavour
//! - [`url`]: a login with a URL, as clients do it

mod acl;
mod capability;
pub mod capability_table;
mod elasticache_auth;
mod elasticache_serverless;
mod elasticache_user;
mod endpoints;
mod fargate;
mod keeping;
pub mod login;
mod replication;
mod self_hosted;
mod sentinel;
mod session;
#[cfg(test)]
mod testing;
pub mod upstash;
pub mod url;

use cloud::{CallError, Clients};
use policy::{Failure, Target, login::FailedLogin, rotation::Step};
use secrecy::SecretString;

pub use capability::{Credentials, Observed};
pub use capability_table::Capability;
pub use elasticache_auth::ElasticacheAuth;
pub use elasticache_serverless::ElasticacheServerless;
pub use elasticache_user::ElasticacheUser;
pub use endpoints::{Endpoints, Located};
pub use fargate::Fargate;
pub use policy::secret::Known;
pub use self_hosted::SelfHosted;
pub use upstash::Upstash;

/// Makes one type of all backends, which are a closed set: each variant is named as in the settings.
macro_rules! rotatable {
    ($($flavour:ident),+) => {
        /// The backend that a target's settings name.
        #[derive(Clone, Copy, Debug)]
        pub enum Rotatable<'a> {
            $(
                #[doc = concat!("An [`", stringify!($flavour), "`].")]
                $flavour($flavour<'a>),
            )+
        }

        impl<'a> Rotatable<'a> {
            /// The backend of a target.
            pub fn of(clients: &'a Clients, target: &'a Target) -> Self {
                match &target.backend {
                    $(policy::target::Backend::$flavour(place) => Self::$flavour($flavour::new(clients, place)),)+
                }
            }

            /// Whether AWSPREVIOUS must be known in this step; see [`Credentials::NEEDS_PREVIOUS`].
            pub fn needs_previous(&self, step: Step) -> bool {
                match self {
                    $(Self::$flavour(_) => <$flavour<'_> as Credentials>::NEEDS_PREVIOUS.contains(&step),)+
                }
            }
        }

        /// What can be done for each flavour.
        pub const CAPABILITIES: &[Capability] = &[$(<$flavour<'static>>::CAPABILITY,)+ upstash::RESET];

        impl Credentials for Rotatable<'_> {
            async fn generate(&self) -> Result<Option<SecretString>, Failure> {
                match self {
                    $(Self::$flavour(backend) => backend.generate().await,)+
                }
            }

            async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
                match self {
                    $(Self::$flavour(backend) => backend.observe(known).await,)+
                }
            }

            async fn add(&self, pending: &SecretString, known: Known<'_>) -> Result<(), CallError> {
                match self {
                    $(Self::$flavour(backend) => backend.add(pending, known).await,)+
                }
            }

            async fn restore(&self, lost: &SecretString, known: Known<'_>) -> Result<(), CallError> {
                match self {
                    $(Self::$flavour(backend) => backend.restore(lost, known).await,)+
                }
            }

            async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
                match self {
                    $(Self::$flavour(backend) => backend.remove(previous, current).await,)+
                }
            }

            async fn failed_logins(&self, current: &SecretString) -> Result<Vec<FailedLogin>, Failure> {
                match self {
                    $(Self::$flavour(backend) => backend.failed_logins(current).await,)+
                }
            }

            async fn close(&self, current: &SecretString) -> Result<(), CallError> {
                match self {
                    $(Self::$flavour(backend) => backend.close(current).await,)+
                }
            }
        }

        impl Endpoints for Rotatable<'_> {
            async fn locate(&self, current: &SecretString) -> Result<Located, Failure> {
                match self {
                    $(Self::$flavour(backend) => backend.locate(current).await,)+
                }
            }
        }
    };
}

rotatable!(ElasticacheAuth, ElasticacheUser, ElasticacheServerless, Fargate, SelfHosted, Upstash);
