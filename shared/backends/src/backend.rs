//! The backend of a target: a closed set of flavours, and what each offers.

use cloud::Clients;
use policy::{
    Failure, Target,
    rotation::Step,
    secret::Known,
    target::{self, Renewal},
};
use secrecy::SecretString;

use crate::{
    capability::Capability,
    credentials::{Credentials, NodeByNode, Overlapping, User},
    elasticache_auth::ElasticacheAuth,
    elasticache_serverless::ElasticacheServerless,
    elasticache_user::ElasticacheUser,
    fargate::Fargate,
    located::Located,
    observed::Observed,
    rdb_files::RdbFiles,
    self_hosted::SelfHosted,
    snapshots::Snapshots,
    upstash::{UpstashAcl, UpstashReset},
};

/// Declares [`Backend`], what every flavour has in common, and the table of all of them.
macro_rules! backends {
    ($($flavour:ident),+ $(,)?) => {
        /// The backend that a target's settings name.
        #[derive(Clone, Copy, Debug)]
        pub enum Backend<'a> {
            $(
                #[doc = concat!("An [`", stringify!($flavour), "`].")]
                $flavour($flavour<'a>),
            )+
        }

        /// What can be done for each flavour.
        pub const CAPABILITIES: &[Capability] = &[$(<$flavour<'static>>::CAPABILITY,)+];

        impl Backend<'_> {
            /// Describes the backend and logs in everywhere. It changes nothing.
            ///
            /// # Errors
            /// Permanent if the backend is not what the settings say, or may not be described. A node that gives no
            /// answer is not an error: the result says so.
            pub async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
                match self {
                    $(Self::$flavour(backend) => backend.observe(known).await,)+
                }
            }

            /// Whether AWSPREVIOUS must be known in this step: to see what would be removed, or to log in to a node that
            /// has no other credential.
            pub fn needs_previous(&self, step: Step) -> bool {
                match self {
                    $(Self::$flavour(_) => <$flavour<'_>>::NEEDS_PREVIOUS.contains(&step),)+
                }
            }
        }
    };
}

backends! {
    ElasticacheAuth,
    ElasticacheUser,
    ElasticacheServerless,
    Fargate,
    SelfHosted,
    UpstashAcl,
    UpstashReset,
}

impl<'a> Backend<'a> {
    /// The backend of a target.
    pub fn of(clients: &'a Clients, target: &'a Target) -> Self {
        match &target.backend {
            target::Backend::ElasticacheAuth(group) => Self::ElasticacheAuth(ElasticacheAuth::new(clients, group)),
            target::Backend::ElasticacheUser(user) => Self::ElasticacheUser(ElasticacheUser::new(clients, user)),
            target::Backend::ElasticacheServerless(cache) => {
                Self::ElasticacheServerless(ElasticacheServerless::new(clients, cache))
            }
            target::Backend::Fargate(service) => Self::Fargate(Fargate::new(clients, service)),
            target::Backend::SelfHosted(hosts) => Self::SelfHosted(SelfHosted::new(hosts)),
            target::Backend::Upstash(database) => match &database.renewal {
                Renewal::Acl(user) => Self::UpstashAcl(UpstashAcl::new(clients, database, user)),
                Renewal::Reset(reset) => Self::UpstashReset(UpstashReset::new(clients, database, reset)),
            },
        }
    }

    /// The credential that clients log in with, and what can be done with it.
    pub fn credentials(&self) -> Credentials<'a> {
        Credentials::Overlapping(match *self {
            Self::ElasticacheAuth(group) => Overlapping::AuthToken(group),
            Self::ElasticacheUser(user) => Overlapping::User(User::Elasticache(user)),
            Self::ElasticacheServerless(cache) => Overlapping::User(User::Serverless(cache)),
            Self::Fargate(service) => Overlapping::NodeByNode(NodeByNode::Fargate(service)),
            Self::SelfHosted(hosts) => Overlapping::NodeByNode(NodeByNode::SelfHosted(hosts)),
            Self::UpstashAcl(user) => Overlapping::Issued(user),
            Self::UpstashReset(database) => return Credentials::Replaced(database),
        })
    }

    /// How its snapshots are taken.
    pub fn snapshots(&self) -> Snapshots<'a> {
        match *self {
            Self::Fargate(service) => Snapshots::RdbFiles(RdbFiles::Fargate(service)),
            Self::SelfHosted(hosts) => Snapshots::RdbFiles(RdbFiles::SelfHosted(hosts)),
            Self::ElasticacheAuth(_)
            | Self::ElasticacheUser(_)
            | Self::ElasticacheServerless(_)
            | Self::UpstashAcl(_)
            | Self::UpstashReset(_) => Snapshots::None,
        }
    }

    /// Finds out where clients connect to now, and as which user; AWSCURRENT is for nodes that have to be asked.
    ///
    /// # Errors
    /// Permanent if the backend is not what the settings say, or has no such endpoint; Retryable if it has none yet.
    pub async fn endpoints(&self, current: &SecretString) -> Result<Located, Failure> {
        match self {
            Self::ElasticacheAuth(group) => group.endpoints().await,
            Self::ElasticacheUser(user) => user.endpoints().await,
            Self::ElasticacheServerless(cache) => cache.endpoints().await,
            Self::Fargate(service) => service.endpoints().await,
            Self::SelfHosted(hosts) => hosts.endpoints(current).await,
            Self::UpstashAcl(user) => Ok(user.endpoints()),
            Self::UpstashReset(database) => Ok(database.endpoints()),
        }
    }
}

#[cfg(test)]
mod tests {
    use cloud::SdkConfig;

    use super::*;

    fn upstash(renewal: &str) -> Target {
        let settings = format!(
            r#"{{ "name": "cart", "secret": {{ "id": "cart", "json_key": "token" }},
                 "backend": {{ "type": "upstash", "endpoint": "cart.upstash.io", "renewal": {renewal} }} }}"#
        );
        Target::parse(&settings).unwrap()
    }

    #[test]
    fn a_reset_leaves_nothing_to_retire() {
        let clients = Clients::from(SdkConfig::builder().build());
        let reset = upstash(r#"{ "by": "reset", "database_id": "id", "api_secret_id": "api" }"#);
        assert!(matches!(Backend::of(&clients, &reset).credentials(), Credentials::Replaced(_)));
        let acl = upstash(r#"{ "by": "acl", "username": "app", "admin_secret_id": "admin" }"#);
        let credentials = Backend::of(&clients, &acl).credentials();
        assert!(matches!(credentials, Credentials::Overlapping(Overlapping::Issued(_))));
    }
}
