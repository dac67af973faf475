//! Redis on your own hosts: every node has its own ACL and its own files.

use cloud::CallError;
use policy::{
    Failure,
    connection::Endpoints,
    login::{FailedLogin, Node, NodeState},
    rotation::Step,
    secret::Known,
    server::{Capacity, GroupState, Propagation, Server},
    target::{Host, Hosts},
};
use secrecy::SecretString;

use crate::{
    acl,
    capability::Capability,
    dial::Address,
    located::{Located, endpoint},
    login::{DEFAULT_USER, Questions, accepts, ask_and_stay, enter},
    nodes::{each, try_each},
    observed::Observed,
    persistence::{Persistence, Setup},
    rdb_pull,
    replication::{self, Alone},
    sentinel,
    session::{Command, Session},
};

/// The hosts of one target.
///
/// The user needs these rights beside those to log in: `+info +time +multi +exec +client|setname +acl|setuser
/// +acl|getuser +acl|save +acl|log +config|get +config|set +config|rewrite`. With Sentinels, also `+client|list`: without it,
/// every Sentinel is assumed to log in as this user.
#[derive(Clone, Copy, Debug)]
pub struct SelfHosted<'a> {
    hosts: &'a Hosts,
}

/// A node on which the function is logged in.
struct Entered {
    session: Session,
    setup: Setup,
}

impl<'a> SelfHosted<'a> {
    /// The hosts that the settings name.
    pub fn new(hosts: &'a Hosts) -> Self {
        Self { hosts }
    }

    /// Logs in to every node with the first of the credentials that it accepts; replicas come first.
    ///
    /// Changes no node unless all of them accept the login.
    async fn enter_all(&self, credentials: &[&SecretString]) -> Result<Vec<Entered>, CallError> {
        let entered = self.hosts.nodes.iter().map(|host| async move {
            let mut session = enter(&id(host), self.address(host), &self.hosts.username, credentials).await?;
            let setup = Setup::of(&mut session).await?;
            Ok::<_, CallError>(Entered { session, setup })
        });
        let mut entered = try_each(entered).await?;
        entered.sort_by_key(|node| !node.setup.replica);
        Ok(entered)
    }

    /// Makes every node accept these in addition to what it has, now and after a restart.
    async fn allow(&self, nodes: &mut [Entered], credentials: &[&SecretString]) -> Result<(), CallError> {
        for Entered { session, setup } in nodes {
            session.run::<()>(acl::allow(&self.hosts.username, credentials)).await?;
            if let Some(save) = setup.persistence.save_users() {
                session.run::<()>(save).await?;
            }
        }
        Ok(())
    }

    /// Makes replicas and Sentinels log in with a credential that every node accepts.
    async fn follow_with(&self, nodes: &mut [Entered], credential: &SecretString) -> Result<(), CallError> {
        let alone = if self.hosts.nodes.len() == 1 { Alone::Yes } else { Alone::No };
        for Entered { session, setup } in &mut *nodes {
            replication::follow_with(session, setup.persistence, &self.hosts.username, credential, alone).await?;
        }
        let Some(sentinel) = &self.hosts.sentinel else { return Ok(()) };
        let links = try_each(nodes.iter_mut().map(|node| sentinel::links(&mut node.session))).await?.concat();
        sentinel::log_in_with(sentinel, self.hosts.tls, &self.hosts.username, credential, &links).await
    }

    /// Makes a node refuse a credential, now and after a restart, in one transaction. If the change cannot be persisted,
    /// the node continues to accept the credential.
    ///
    /// If one password is left, the line `requirepass` of the configuration file gets it too.
    async fn forbid(
        &self,
        Entered { session, setup }: &mut Entered,
        previous: &SecretString,
        current: &SecretString,
    ) -> Result<(), CallError> {
        let username = &self.hosts.username;
        let accepted = accepts(session, username, previous).await?;
        let mut commands: Vec<Command> = accepted.then(|| acl::forbid(username, previous)).into_iter().collect();
        if username == DEFAULT_USER && setup.persistence.has_requirepass() {
            let left = acl::count_passwords(session, username).await? - usize::from(accepted);
            if left == 1 {
                commands.push(Command::new("CONFIG SET").arg("requirepass").secret("", current));
            }
        }
        commands.extend(setup.persistence.save_users());
        let Err(error) = session.run_together(commands).await else { return Ok(()) };
        if accepted && error.failure.class() == policy::Class::Permanent {
            session.run::<()>(acl::allow(username, &[previous])).await?;
        }
        Err(error)
    }

    async fn look(&self, host: &Host, known: Known<'_>) -> Result<(Node, Option<Persistence>), Failure> {
        let questions = Questions { username: Some(&self.hosts.username), known };
        let (state, session) = ask_and_stay(&id(host), self.address(host), questions).await;
        let Some(mut session) = session else { return Ok((Node { id: id(host), state }, None)) };
        match Setup::of(&mut session).await {
            Ok(setup) => Ok((Node { id: id(host), state }, Some(setup.persistence))),
            Err(error) if error.failure.class() == policy::Class::Retryable => {
                Ok((Node { id: id(host), state: NodeState::Unreachable(error.failure.chain()) }, None))
            }
            Err(error) => Err(error.failure),
        }
    }

    fn address(&self, host: &'a Host) -> Address<'a> {
        Address { host: &host.host, port: host.port, tls: self.hosts.tls }
    }
}

/// A node as messages name it.
fn id(host: &Host) -> String {
    format!("{}:{}", host.host, host.port)
}

/// What replicas and Sentinels log in with while both are valid: the new one, unless a node forgets it when it restarts.
fn meanwhile<'a>(nodes: &[Entered], pending: &'a SecretString, current: &'a SecretString) -> &'a SecretString {
    match nodes.iter().all(|node| node.setup.persistence.persists_users()) {
        true => pending,
        false => current,
    }
}

impl SelfHosted<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`self-hosted`",
        credential: "password of a Redis on your own hosts",
        logs_in: "every node",
        overlap: "yes, by ACL, persisted in the config file or ACL file; `masterauth` and Sentinels follow",
        retired: "ACL",
    };
}

impl SelfHosted<'_> {
    /// A node that was restarted without its files can have an old credential, and a user can have any number of passwords.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set, Step::Test, Step::Finish];

    /// Logs in to every node, all at once, and asks each what it keeps over a restart.
    ///
    /// # Errors
    /// Permanent if a node does not let the user see that (`INFO`, `CONFIG GET`).
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let looks = each(self.hosts.nodes.iter().map(|host| self.look(host, known))).await;
        let looks = looks.into_iter().collect::<Result<Vec<_>, _>>()?;
        let forgets =
            looks.iter().any(|(_, persistence)| persistence.is_some_and(|persistence| !persistence.persists_users()));
        let server = Server {
            nodes: looks.into_iter().map(|(node, _)| node).collect(),
            group: GroupState::Available,
            change_asked: false,
            token_set_since_pending: false,
            capacity: Capacity::Unlimited,
            propagation: if forgets { Propagation::UntilRestart } else { Propagation::NodeByNode },
        };
        let hosts = self.hosts.nodes.iter().map(|node| node.host.clone()).collect();
        Ok(Observed { server, username: self.hosts.username.clone(), hosts })
    }

    /// Makes every node accept both credentials and persist them, then makes replicas and Sentinels log in with the pending
    /// one.
    ///
    /// # Errors
    /// Permanent, naming the node, if the user lacks a right or a file cannot be written: the node keeps what it has.
    ///
    /// # Repeating
    /// Sets the same again.
    pub(crate) async fn add(&self, pending: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        let mut nodes = self.enter_all(&known.all()).await?;
        self.allow(&mut nodes, &[pending, known.current]).await?;
        let credential = meanwhile(&nodes, pending, known.current);
        self.follow_with(&mut nodes, credential).await
    }

    /// Makes every node accept it in addition to what it has, and persist it. Replicas and Sentinels log in with it.
    ///
    /// # Errors
    /// Those of [`SelfHosted::add`].
    ///
    /// # Repeating
    /// Sets the same again.
    pub(crate) async fn restore(&self, lost: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        let mut nodes = self.enter_all(&known.all()).await?;
        self.allow(&mut nodes, &[lost]).await?;
        self.follow_with(&mut nodes, lost).await
    }

    /// Makes replicas and Sentinels log in with the current credential, then makes every node refuse the previous one, and
    /// persists that.
    ///
    /// # Errors
    /// Those of [`SelfHosted::add`]. A node whose file cannot be written continues to accept it.
    ///
    /// # Repeating
    /// Leaves a node that refuses it as it is.
    pub(crate) async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
        let mut nodes = self.enter_all(&[current]).await?;
        for Entered { session, setup } in &mut nodes {
            // Before anything is taken away anywhere: the files can be written.
            if let Some(save) = setup.persistence.save_users() {
                session.run::<()>(save).await?;
            }
        }
        self.follow_with(&mut nodes, current).await?;
        for node in &mut nodes {
            self.forbid(node, previous, current).await?;
        }
        Ok(())
    }

    pub(crate) async fn failed_logins(&self, current: &SecretString) -> Result<Vec<FailedLogin>, Failure> {
        let mut nodes = self.enter_all(&[current]).await?;
        let read = nodes.iter_mut().map(|node| acl::failed_logins(&mut node.session, &self.hosts.username));
        Ok(try_each(read).await?.into_iter().flatten().collect())
    }
}

impl SelfHosted<'_> {
    /// Asks each node for its role: clients write to the primary, and may read from the first replica.
    ///
    /// # Errors
    /// - Retryable if a node cannot be asked, or accepts no login.
    /// - Permanent if the nodes form a Redis Cluster.
    /// - `NeedsHuman` if there is no primary, or more than one.
    pub(crate) async fn endpoints(&self, current: &SecretString) -> Result<Located, Failure> {
        let entered = self.hosts.nodes.iter().map(|host| async move {
            let mut session = enter(&id(host), self.address(host), &self.hosts.username, &[current]).await?;
            let setup = Setup::of(&mut session).await?;
            if setup.cluster {
                return Err(is_cluster(&id(host)));
            }
            Ok::<_, Failure>((setup.replica, endpoint(&host.host, host.port, self.hosts.tls)))
        });
        let (replicas, primaries): (Vec<_>, Vec<_>) =
            try_each(entered).await?.into_iter().partition(|(replica, _)| *replica);
        let [(_, primary)] = primaries.as_slice() else {
            return Err(Failure::needs_human(format!(
                "{} of the nodes say that they are a primary, and clients can be told of one",
                primaries.len()
            ))
            .with_next_step("Repair the replication, or remove the others from `backend.nodes`"));
        };
        let reader = replicas.into_iter().next().map(|(_, reader)| reader);
        let endpoints = Endpoints { primary: Some(primary.clone()), reader, ..Endpoints::default() };
        Ok(Located::of(endpoints, &self.hosts.username))
    }
}

impl SelfHosted<'_> {
    /// Every node, as one that can be asked for its RDB file, and the user that logs in.
    pub(crate) fn rdb_places(&self) -> (Vec<rdb_pull::Place>, &str) {
        let place = |host: &Host| rdb_pull::Place {
            id: id(host),
            host: Some(host.host.clone()),
            port: host.port,
            tls: self.hosts.tls,
            memory: None,
        };
        (self.hosts.nodes.iter().map(place).collect(), &self.hosts.username)
    }
}

/// A cluster has a primary for each shard, and clients must be told that it is one.
fn is_cluster(node: &str) -> Failure {
    Failure::permanent(format!("the node {node} belongs to a Redis Cluster, which this backend does not publish"))
        .with_next_step(
            "Keep every node of the cluster in `backend.nodes`, so that the credential of each is rotated, remove the \
             `outputs`, and publish the nodes yourself",
        )
}

#[cfg(test)]
mod tests;
