//! Redis in Fargate tasks: every task has its own ACL, and forgets it when it stops.

use cloud::{CallError, Clients, cloud_map, ecs};
use policy::{
    Failure,
    connection::Endpoints,
    login::{FailedLogin, Node, NodeState},
    rotation::Step,
    secret::Known,
    server::{Capacity, GroupState, Propagation, Server},
    target::EcsService,
};
use secrecy::SecretString;

use crate::{
    acl,
    capability::Capability,
    dial::Address,
    located::{Located, endpoint},
    login::{Questions, ask, enter},
    nodes::{each, try_each},
    observed::Observed,
    rdb_pull,
    session::Session,
};

/// The service of one target, and the clients to reach it.
///
/// The user needs these rights beside those to log in: `+time +client|setname +acl|setuser +acl|log`.
#[derive(Clone, Copy, Debug)]
pub struct Fargate<'a> {
    clients: &'a Clients,
    place: &'a EcsService,
}

/// A node: a task, or an address that clients are sent to.
struct Place {
    /// The task's id, or the address.
    id: String,
    /// Its address, once it has one.
    address: Option<String>,
    /// What its task is doing, where that is not running.
    doing: Option<String>,
}

impl<'a> Fargate<'a> {
    /// The service that the settings name.
    pub fn new(clients: &'a Clients, place: &'a EcsService) -> Self {
        Self { clients, place }
    }

    /// Every task that should be running, and every address that Cloud Map sends clients to beside them.
    async fn places(&self) -> Result<Vec<Place>, Failure> {
        let EcsService { cluster, service, cloud_map_service_id, .. } = self.place;
        let tasks = ecs::tasks(self.clients.ecs(), cluster, service).await?;
        let mut places: Vec<Place> = tasks.into_iter().map(place).collect();
        if let Some(id) = cloud_map_service_id {
            for address in cloud_map::addresses(self.clients.cloud_map(), id).await? {
                if !places.iter().any(|place| place.address.as_ref() == Some(&address)) {
                    places.push(Place { id: address.clone(), address: Some(address), doing: None });
                }
            }
        }
        Ok(places)
    }

    /// Logs in to every node with the first of the credentials that it accepts.
    ///
    /// Changes no node unless all of them accept the login.
    async fn enter_all(&self, credentials: &[&SecretString]) -> Result<Vec<Session>, CallError> {
        let places = self.places().await.map_err(CallError::untouched)?;
        if places.is_empty() {
            let service = &self.place.service;
            return Err(CallError::untouched(Failure::retryable(format!(
                "the service {service} has no task; it is checked again"
            ))));
        }
        let entered = places.iter().map(|place| async move {
            let Some(address) = &place.address else {
                let id = &place.id;
                return Err(CallError::untouched(Failure::retryable(format!(
                    "the task {id} has no address yet; it is checked again"
                ))));
            };
            enter(&place.id, self.address(address), &self.place.username, credentials).await
        });
        try_each(entered).await
    }

    /// Makes every node accept these in addition to what it has.
    async fn allow(&self, nodes: &mut [Session], credentials: &[&SecretString]) -> Result<(), CallError> {
        for node in nodes {
            node.run::<()>(acl::allow(&self.place.username, credentials)).await?;
        }
        Ok(())
    }

    fn address(&self, host: &'a str) -> Address<'a> {
        Address { host, port: self.place.port, tls: false }
    }
}

/// A task of the service, as a node.
fn place(task: ecs::Task) -> Place {
    let id = task.arn.rsplit('/').next().unwrap_or_default().to_owned();
    let doing = (task.last_status != "RUNNING").then_some(task.last_status);
    Place { id, address: task.address, doing }
}

/// The group's state: nothing is promoted while a task starts, since it has the credential that was AWSCURRENT when it
/// began to start.
fn state(places: &[Place], service: &ecs::Service) -> GroupState {
    if places.iter().any(|place| place.doing.is_some()) {
        return GroupState::Busy("starting a task".to_owned());
    }
    match service.is_steady() {
        true => GroupState::Available,
        false => GroupState::Busy("deploying".to_owned()),
    }
}

impl Fargate<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`fargate`",
        credential: "password of a Redis in a Fargate task",
        logs_in: "every task, and what Cloud Map sends clients to",
        overlap: "yes, by ACL; restored after a restart",
        retired: "ACL",
    };
}

impl Fargate<'_> {
    /// A task that was started while AWSCURRENT moved has only the credential before it, and a user can have any number of
    /// passwords.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set, Step::Test, Step::Finish];

    /// Lists the tasks of the service, logs in to all of them at once, and asks then whether the service is steady.
    ///
    /// # Errors
    /// Permanent if the service is not active, is scaled to nothing, or may not be described.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let EcsService { cluster, service: name, host, username, .. } = self.place;
        let places = self.places().await?;
        let questions = Questions { username: Some(username), known };
        let nodes = places.iter().map(|place| async move {
            let state = match (&place.address, &place.doing) {
                (Some(address), _) => ask(self.address(address), questions).await,
                (None, doing) => NodeState::NotReady(match doing {
                    Some(status) => format!("its task is {status} and has no address yet"),
                    None => "its task has no address".to_owned(),
                }),
            };
            Node { id: place.id.clone(), state }
        });
        let nodes = each(nodes).await;
        // Last, so that a task that was replaced while it was asked is seen to be.
        let service = ecs::service(self.clients.ecs(), cluster, name).await?;
        if service.status != "ACTIVE" {
            return Err(Failure::permanent(format!("the service {name} is {}, not ACTIVE", service.status))
                .with_next_step("Correct `backend.service`, or create the service"));
        }
        if service.desired == 0 {
            return Err(Failure::permanent(format!(
                "the service {name} has a desired count of 0, so there is nothing to log in to"
            ))
            .with_next_step("Set its desired count to 1"));
        }
        let server = Server {
            group: state(&places, &service),
            nodes,
            change_asked: false,
            token_set_since_pending: false,
            capacity: Capacity::Unlimited,
            propagation: Propagation::UntilRestart,
        };
        let addresses = places.into_iter().filter_map(|place| place.address);
        let hosts = host.iter().cloned().chain(addresses).collect();
        Ok(Observed { server, username: username.clone(), hosts })
    }

    /// Makes every task accept both credentials. A task that starts later does not, which the next look shows.
    ///
    /// # Errors
    /// Retryable if a task cannot be reached; Permanent, naming it, where its user may not change itself.
    ///
    /// # Repeating
    /// Sets the same again.
    pub(crate) async fn add(&self, pending: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        let mut nodes = self.enter_all(&known.all()).await?;
        self.allow(&mut nodes, &[pending, known.current]).await
    }

    /// Makes every task accept it in addition to what it has.
    ///
    /// # Errors
    /// Those of [`Fargate::add`].
    ///
    /// # Repeating
    /// Sets the same again.
    pub(crate) async fn restore(&self, lost: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        let mut nodes = self.enter_all(&known.all()).await?;
        self.allow(&mut nodes, &[lost]).await
    }

    /// Makes every task refuse the previous credential.
    ///
    /// # Errors
    /// Those of [`Fargate::add`].
    ///
    /// # Repeating
    /// Leaves a task that refuses it as it is.
    pub(crate) async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
        for mut node in self.enter_all(&[current]).await? {
            acl::forbid_if_accepted(&mut node, &self.place.username, previous).await?;
        }
        Ok(())
    }

    pub(crate) async fn failed_logins(&self, current: &SecretString) -> Result<Vec<FailedLogin>, Failure> {
        let mut nodes = self.enter_all(&[current]).await?;
        let read = nodes.iter_mut().map(|node| acl::failed_logins(node, &self.place.username));
        Ok(try_each(read).await?.into_iter().flatten().collect())
    }
}

impl Fargate<'_> {
    /// Returns the host in the settings, or the address of the task.
    ///
    /// # Errors
    /// Retryable if no task runs, or if there are two because one is starting.
    pub(crate) async fn endpoints(&self) -> Result<Located, Failure> {
        let EcsService { host, port, username, .. } = self.place;
        let host = match host {
            Some(host) => host.clone(),
            None => self.only_task().await?.0,
        };
        let endpoints = Endpoints { primary: Some(endpoint(&host, *port, false)), ..Endpoints::default() };
        Ok(Located::of(endpoints, username))
    }
}

impl Fargate<'_> {
    /// The task, as a node that can be asked for its RDB file, and the user that logs in.
    ///
    /// # Errors
    /// Retryable if no task runs, or if there are two because one is starting.
    pub(crate) async fn rdb_places(&self) -> Result<(Vec<rdb_pull::Place>, &str), Failure> {
        let (host, task) = self.only_task().await?;
        let memory = task.memory_mib.map(|mib| mib * 1024 * 1024);
        let EcsService { port, username, .. } = self.place;
        let place = rdb_pull::Place { id: place(task).id, host: Some(host), port: *port, tls: false, memory };
        Ok((vec![place], username))
    }

    /// The task that runs, and its address, if it is the only one.
    async fn only_task(&self) -> Result<(String, ecs::Task), Failure> {
        let EcsService { cluster, service, .. } = self.place;
        let mut tasks = ecs::tasks(self.clients.ecs(), cluster, service).await?;
        match (tasks.len(), tasks.pop()) {
            (1, Some(task @ ecs::Task { address: Some(_), .. })) if task.last_status == "RUNNING" => {
                Ok((task.address.clone().unwrap_or_default(), task))
            }
            (number, _) => Err(Failure::retryable(format!(
                "the service {service} has {number} tasks that start or run, and not exactly one that runs; the next run looks \
                 for its address again"
            ))),
        }
    }
}
