//! The Upstash database of a world.

pub(crate) mod edits;

use std::sync::Arc;

use cloud::Clients;
use sandbox::{
    in_memory::InMemory,
    upstash::{Database, Plan},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    estate::SetUp,
    nodes::{Node, Nodes},
    world::NAME,
};

/// The ACL user whose tokens are rotated.
pub(crate) const USER: &str = "app";

/// The secret with what renews a token: the key of the account, or the administrator's token.
pub(crate) const RENEWAL: &str = "orders/upstash";

/// What an application needs.
const RULES: [&str; 4] = ["~*", "+@all", "-@dangerous", "-acl"];

/// A database, and its first token.
#[derive(Debug)]
pub(crate) struct Upstash {
    pub(crate) database: Arc<Database>,
    pub(crate) first: String,
}

impl Upstash {
    /// Creates the database of a set-up, and the secret that renews its tokens.
    ///
    /// # Errors
    /// A call is refused.
    pub(crate) async fn create(aws: &InMemory, clients: &Clients, set_up: SetUp) -> anyhow::Result<Self> {
        let database = aws.upstash.create(NAME, Plan::Paid).await?;
        let own = database.token();
        let (first, key) = match set_up {
            SetUp::UpstashAcl => {
                let key = json!({ "token": own.expose_secret() }).to_string();
                (database.create_user(USER, &RULES).await?, key.into())
            }
            _ => (own, aws.upstash.api_secret()),
        };
        let put = clients.secrets_manager().create_secret().name(RENEWAL).secret_string(key.expose_secret());
        put.send().await?;
        Ok(Self { database, first: first.expose_secret().to_owned() })
    }

    /// Its one node, by the name of its endpoint.
    pub(crate) fn nodes(&self) -> Nodes {
        let host = self.database.endpoint();
        let redis = self.database.simulated().expect("the database is in memory");
        let node = Node::new(&host, Arc::clone(redis));
        [(host, node)].into()
    }

    /// The token of the moment that a reset replaces, if the target is renewed by reset.
    pub(crate) fn replaced(&self, set_up: SetUp) -> Option<SecretString> {
        (set_up == SetUp::UpstashReset).then(|| self.database.token())
    }

    /// Whether the database accepts a token.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        let node = self.database.simulated().expect("the database is in memory");
        let accepts = |(user, password): (String, SecretString)| {
            node.lock().expect("the lock is not poisoned").accepts(&user, password.expose_secret())
        };
        self.database.login(token).is_some_and(accepts)
    }

    /// Has the database answer nobody, or answer again. What was asked meanwhile is carried out then.
    pub(crate) fn set_silent(&self, silent: bool) {
        if silent {
            self.database.freeze();
        } else {
            self.database.thaw();
        }
    }
}
