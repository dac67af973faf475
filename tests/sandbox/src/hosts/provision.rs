//! A whole Redis of its owner's: a primary, its replicas, and Sentinels that watch them.

use std::sync::Arc;

use secrecy::SecretString;

use super::{Host, HostOptions, Hosts, Sentinel, SentinelOptions, SetUp};

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where every node keeps who may log in.
    pub set_up: SetUp,
    /// The user that clients, replicas and Sentinels log in as.
    pub username: String,
    /// That user's password; with none, everybody gets in.
    pub password: Option<SecretString>,
    /// How many replicas.
    pub replicas: usize,
    /// How many Sentinels. They never promote a replica: it takes more of them than there are.
    pub sentinels: usize,
    /// What the Sentinels call the primary.
    pub master_name: String,
}

impl Plan {
    /// One node, on which the user `default` has this password.
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

/// What was made.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The primary.
    pub primary: Arc<Host>,
    /// Its replicas.
    pub replicas: Vec<Arc<Host>>,
    /// The Sentinels.
    pub sentinels: Vec<Arc<Sentinel>>,
    /// The user that clients log in as.
    pub username: String,
}

impl Hosts {
    /// Makes a whole Redis, and waits until its replicas are in step and its Sentinels see it.
    ///
    /// # Errors
    /// No address is free, or something does not start.
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

    /// How many nodes let its user in with this password.
    ///
    /// # Errors
    /// A node answers neither yes nor no.
    pub async fn accepting(&self, password: &SecretString) -> anyhow::Result<usize> {
        let mut accepting = 0;
        for node in self.nodes() {
            accepting += usize::from(node.accepts(Some(&self.username), password).await?);
        }
        Ok(accepting)
    }

    /// Cuts every link: of replicas to their primary, and of Sentinels to the nodes. Each must log in anew.
    pub fn cut_links(&self) {
        self.replicas.iter().for_each(|replica| replica.cut_link());
        self.sentinels.iter().for_each(|sentinel| sentinel.cut_link());
    }

    /// Lets them connect again.
    pub fn mend_links(&self) {
        self.replicas.iter().for_each(|replica| replica.mend_link());
        self.sentinels.iter().for_each(|sentinel| sentinel.mend_link());
    }

    /// Waits until every replica is in step, and every Sentinel sees the primary.
    ///
    /// # Errors
    /// One is not after a while.
    pub async fn settled(&self) -> anyhow::Result<()> {
        for replica in &self.replicas {
            replica.in_step().await?;
        }
        for sentinel in &self.sentinels {
            sentinel.ready().await?;
        }
        Ok(())
    }
}
