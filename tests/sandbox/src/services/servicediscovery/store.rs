//! The state of Cloud Map.

use std::{collections::BTreeMap, sync::Arc};

use hyper::StatusCode;
use jiff::Timestamp;
use rand::seq::IndexedRandom;
use serde_json::Value;

use crate::{
    chance,
    redis::{Gate, Upstream},
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// The state of Cloud Map.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) namespaces: Vec<Namespace>,
    pub(super) services: Vec<Service>,
    pub(super) operations: Vec<Operation>,
}

/// A private DNS namespace. It can be used once its operation has succeeded.
#[derive(Debug)]
pub(super) struct Namespace {
    pub(super) id: String,
    pub(super) name: String,
}

/// The operation that creates a namespace.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) namespace: String,
    pub(super) created: Timestamp,
}

/// A service, which is a name in a namespace.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) given: BTreeMap<String, Value>,
    pub(super) created: Timestamp,
    pub(super) instances: Vec<Instance>,
    pub(super) gate: Option<Arc<Gate>>,
}

/// An instance of a service.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    /// Its id. ECS uses the id of the task.
    pub(crate) id: String,
    /// Its attributes, which include its address.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The address for gates, if it is a Redis.
    pub(crate) upstream: Option<Arc<Upstream>>,
}

impl State {
    /// The service with this id or ARN.
    pub(super) fn service(&self, id: &str) -> Result<&Service, AwsError> {
        let found = self.services.iter().find(|service| service.id == id || service.arn() == id);
        found.ok_or_else(|| not_found("ServiceNotFound", id))
    }

    /// The DNS name of a service.
    pub(super) fn host(&self, service: &Service) -> String {
        let namespace = self.namespaces.iter().find(|namespace| namespace.id == service.namespace);
        format!("{}.{}", service.name, namespace.map_or("", |namespace| namespace.name.as_str()))
    }
}

impl Service {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:servicediscovery:{REGION}:{ACCOUNT}:service/{}", self.id)
    }

    /// Updates its gate to forward to the current instances.
    pub(super) fn lead(&self) {
        let ways = self.instances.iter().filter_map(|instance| instance.upstream.clone()).collect();
        self.gate.iter().for_each(|gate| gate.lead_to(Vec::clone(&ways), Vec::new()));
    }
}

/// A parameter of the call is invalid.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

/// The resource does not exist. Cloud Map uses status 404.
pub(super) fn not_found(code: &str, id: &str) -> AwsError {
    AwsError::new(code, format!("{id} does not exist.")).with_status(StatusCode::NOT_FOUND)
}

/// Generates an id of lower-case letters and digits, as Cloud Map does.
pub(super) fn new_id(prefix: &str, length: usize) -> String {
    let letters: Vec<char> = ('a'..='z').chain('2'..='7').collect();
    let mut rng = chance::rng();
    let random: String = std::iter::repeat_with(|| letters.choose(&mut rng)).take(length).flatten().collect();
    format!("{prefix}{random}")
}
