//! A whole self-managed system: a primary, its replicas, and the Sentinels that monitor them.

use std::sync::Arc;

use secrecy::SecretString;

use super::{Host, HostOptions, Hosts, Sentinel, SentinelOptions, SetUp};

/// What to create.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where every node stores its users.
    pub set_up: SetUp,
    /// The user of clients, replicas and Sentinels.
    pub username: String,
    /// The password of that user; `None` for a user without a password (`nopass`).
    pub password: Option<SecretString>,
    /// The number of replicas.
    pub replicas: usize,
    /// The number of Sentinels. The quorum is higher than this number, so they never start a failover.
    pub sentinels: usize,
    /// The Sentinels' name for the primary.
    pub master_name: String,
}

impl Plan {
    /// One node, with this password for the user `default`.
    pub fn new(set_up: SetUp, password: &SecretString) -> Self {
        Self {
            set_up,
            username: "default".to_owned(),
            password: Some(password.clone()),
            replicas: 0,
            sentinels: 0,
            master_name: "primary".to_owned(),
        }
    }
}

/// The created system.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The primary.
    pub primary: Arc<Host>,
    /// Its replicas.
    pub replicas: Vec<Arc<Host>>,
    /// The Sentinels.
    pub sentinels: Vec<Arc<Sentinel>>,
    /// The user of clients.
    pub username: String,
}

impl Hosts {
    /// Creates a whole system, and waits until its replicas are in sync and its Sentinels have reached the primary.
    ///
    /// # Errors
    /// No address is free, or a process does not start.
    pub async fn provision(&self, plan: Plan) -> anyhow::Result<Estate> {
        let Plan { set_up, username, password, replicas, sentinels, master_name } = plan;
        let options = HostOptions { set_up, username, password, replica_of: None };
        let primary = self.create(options.clone()).await?;
        let mut estate =
            Estate { primary, replicas: Vec::new(), sentinels: Vec::new(), username: options.username.clone() };
        let address = estate.primary.address();
        for _ in 0..replicas {
            estate.replicas.push(self.create(options.clone().replica_of(address)).await?);
        }
        for _ in 0..sentinels {
            let watch = SentinelOptions {
                master_name: master_name.clone(),
                primary: address,
                username: options.username.clone(),
                password: options.password.clone(),
                quorum: sentinels + 1,
            };
            estate.sentinels.push(self.create_sentinel(watch).await?);
        }
        Ok(estate)
    }
}

impl Estate {
    /// Every node, the primary first.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<Host>> {
        std::iter::once(&self.primary).chain(&self.replicas)
    }

    /// The number of nodes that accept this password for the user.
    ///
    /// # Errors
    /// A node does not answer, or with another error than `WRONGPASS`.
    pub async fn accepting(&self, password: &SecretString) -> anyhow::Result<usize> {
        let mut accepting = 0;
        for node in self.nodes() {
            accepting += usize::from(node.accepts(Some(&self.username), password).await?);
        }
        Ok(accepting)
    }

    /// Cuts every link: from replicas to their primary, and from Sentinels to the nodes. Each must log in again.
    pub fn cut_links(&self) {
        self.replicas.iter().for_each(|replica| replica.cut_link());
        self.sentinels.iter().for_each(|sentinel| sentinel.cut_link());
    }

    /// Restores every link.
    pub fn mend_links(&self) {
        self.replicas.iter().for_each(|replica| replica.mend_link());
        self.sentinels.iter().for_each(|sentinel| sentinel.mend_link());
    }

    /// Waits until every replica is in sync, and every Sentinel has reached the primary.
    ///
    /// # Errors
    /// One of them does not get there in time.
    pub async fn settled(&self) -> anyhow::Result<()> {
        for replica in &self.replicas {
            replica.in_sync().await?;
        }
        for sentinel in &self.sentinels {
            sentinel.ready().await?;
        }
        Ok(())
    }
}
