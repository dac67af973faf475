//! Cloud Map: namespaces, services, and instances, which ECS registers for its tasks.

mod instances;
mod namespaces;
mod services;
mod store;

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
};

use futures::future::BoxFuture;

use crate::{
    clock,
    redis::{Fleet, Gate},
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

pub(crate) use store::Instance;
use store::State;

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "servicediscovery",
    protocols: &[Protocol::Json { target_prefix: "Route53AutoNaming_v20170314" }],
    invalid_input: "InvalidInput",
    event_sources: &[],
};

/// The namespaces of one sandbox.
#[derive(Debug)]
pub struct CloudMap {
    state: Mutex<State>,
    fleet: Arc<Fleet>,
}

impl Service for CloudMap {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { (*self).call(call).await })
    }
}

impl CloudMap {
    /// Creates the service without namespaces.
    pub(crate) fn new(fleet: Arc<Fleet>) -> Self {
        Self { state: Mutex::default(), fleet }
    }

    /// Carries out one call.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let now = clock::now();
        match call.operation.as_str() {
            "CreatePrivateDnsNamespace" => namespaces::create(&mut self.state(), call, now),
            "CreateService" => {
                let (answer, id) = services::create(&mut self.state(), call, now)?;
                self.give_address(&id).await;
                Ok(answer)
            }
            "GetOperation" => namespaces::operation(&mut self.state(), call, now),
            "GetService" => services::get(&mut self.state(), call),
            "ListInstances" => instances::list(&mut self.state(), call),
            _ => Err(call.unknown()),
        }
    }

    /// The address to use instead of a DNS name: that of a gate, which forwards to the registered Redis.
    pub fn address(&self, name: &str) -> Option<Ipv4Addr> {
        let state = self.state();
        let service = state.services.iter().find(|service| state.host(service) == name)?;
        match service.gate.as_ref()?.address() {
            std::net::SocketAddr::V4(address) => Some(*address.ip()),
            std::net::SocketAddr::V6(_) => None,
        }
    }

    /// The id of a namespace that can be used.
    pub fn namespace_id(&self, name: &str) -> Option<String> {
        let (state, now) = (self.state(), clock::now());
        let namespace = state.namespaces.iter().find(|namespace| namespace.name == name)?;
        state.has_namespace(&namespace.id, now).then(|| namespace.id.clone())
    }

    /// The id of the service behind a DNS name.
    pub fn service_id(&self, name: &str) -> Option<String> {
        let state = self.state();
        state.services.iter().find(|service| state.host(service) == name).map(|service| service.id.clone())
    }

    /// Whether a service with this ARN exists.
    pub(crate) fn has(&self, arn: &str) -> bool {
        self.state().services.iter().any(|service| service.arn() == arn)
    }

    /// Adds an instance to a service.
    pub(crate) fn register(&self, arn: &str, instance: Instance) {
        let mut state = self.state();
        for service in state.services.iter_mut().filter(|service| service.arn() == arn) {
            service.instances.retain(|other| other.id != instance.id);
            service.instances.push(instance.clone());
            service.lead();
        }
    }

    /// Removes an instance from every service.
    pub(crate) fn deregister(&self, id: &str) {
        for service in &mut self.state().services {
            service.instances.retain(|instance| instance.id != id);
            service.lead();
        }
    }

    /// Opens the gate of a service. If no address is free, the service has none.
    async fn give_address(&self, id: &str) {
        let Some(address) = self.fleet.take_address() else { return };
        let gate: Option<Arc<Gate>> = self.fleet.open_gate((address, crate::redis::PORT).into()).await.ok();
        for service in self.state().services.iter_mut().filter(|service| service.id == id) {
            service.gate = gate.clone();
            service.lead();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}
