//! Backends whose RDB files are pulled from their nodes.

use policy::{
    Failure,
    snapshot::{
        KeyspaceOf,
        pull::{Info, Node, State},
    },
};
use secrecy::SecretString;

use crate::{
    dial::Address,
    fargate::Fargate,
    login::enter,
    nodes::each,
    rdb_pull::{self, Place, Pull},
    self_hosted::SelfHosted,
    session::{Command, Session},
};

/// A backend whose RDB files are pulled from its nodes.
///
/// The user needs these rights beside those to log in: `+info +replconf +psync`. They are enough, without any key pattern:
/// `ACL SETUSER backup on >PASSWORD resetkeys resetchannels -@all +ping +info +replconf +psync`. The right to `PSYNC` is that to
/// read all data.
#[derive(Clone, Copy, Debug)]
pub enum RdbFiles<'a> {
    /// In Fargate tasks.
    Fargate(Fargate<'a>),
    /// On your own hosts.
    SelfHosted(SelfHosted<'a>),
}

/// The nodes of a target, and the user that logs in to them.
#[derive(Clone, Debug)]
pub struct Nodes {
    places: Vec<Place>,
    username: String,
}

impl RdbFiles<'_> {
    /// Finds the nodes.
    ///
    /// # Errors
    /// Permanent if the backend is not what the settings say, or may not be described.
    pub async fn nodes(&self) -> Result<Nodes, Failure> {
        let (places, username) = match self {
            Self::Fargate(service) => service.rdb_places().await?,
            Self::SelfHosted(hosts) => hosts.rdb_places(),
        };
        Ok(Nodes { places, username: username.to_owned() })
    }
}

impl Nodes {
    /// Asks every node what it is and does, all at once.
    ///
    /// # Errors
    /// Permanent, naming the node, if the user may not ask (`+info`).
    pub async fn observe(&self, current: &SecretString) -> Result<Vec<Node>, Failure> {
        let looks = each(self.places.iter().map(|place| async move {
            let state = match self.info(place, current).await {
                Ok(info) => State::Seen(info),
                Err(failure) if failure.class() == policy::Class::Retryable => State::Unknown(failure.chain()),
                Err(failure) => return Err(failure),
            };
            Ok(Node { id: place.id.clone(), state })
        }));
        looks.await.into_iter().collect()
    }

    /// Asks a node for its RDB file.
    ///
    /// # Errors
    /// Those of [`Pull::begin`]; Retryable if there is no such node any more.
    pub async fn pull(&self, node: &str, current: &SecretString) -> Result<Pull, Failure> {
        let place = self.place(node)?;
        Pull::begin(&place.id, address(place)?, &self.username, current).await
    }

    /// Asks a node how many keys it has.
    ///
    /// # Errors
    /// As [`Nodes::observe`]; Retryable if it does not answer.
    pub async fn keyspace(&self, node: &str, current: &SecretString) -> Result<KeyspaceOf, Failure> {
        Ok(self.info(self.place(node)?, current).await?.keyspace)
    }

    fn place(&self, node: &str) -> Result<&Place, Failure> {
        let found = self.places.iter().find(|place| place.id == node);
        found.ok_or_else(|| Failure::retryable(format!("the node {node} is gone; it is looked for again")))
    }

    async fn info(&self, place: &Place, current: &SecretString) -> Result<Info, Failure> {
        let mut session: Session = enter(&place.id, address(place)?, &self.username, &[current]).await?;
        let text: String = session.run(Command::new("INFO")).await?;
        let info = rdb_pull::read_info(&text);
        Ok(Info { machine_bytes: place.memory.or(info.machine_bytes), ..info })
    }
}

fn address(place: &Place) -> Result<Address<'_>, Failure> {
    let host = place.host.as_deref().ok_or_else(|| {
        Failure::retryable(format!("the node {} has no address yet; it is looked for again", place.id))
    })?;
    Ok(Address { host, port: place.port, tls: place.tls })
}
