//! The record of deliveries and their results.

use serde_json::Value;

use crate::lambda::InvocationResult;

/// The delivery of a payload to a function.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The kind of payload: an event's `detail-type`, `schedule`, or `sns`. It is the label of the invocations.
    pub kind: String,
    /// The function.
    pub function: String,
    /// The payload.
    pub payload: Value,
    /// The number of this copy of the payload, from 1.
    pub copy: usize,
    /// The invocations so far, at most three.
    pub attempts: Vec<Attempt>,
    /// Its state.
    pub progress: Progress,
}

/// One invocation of a delivery.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The invocation's request id.
    pub request_id: String,
    /// The result.
    pub result: InvocationResult,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// In progress, or waiting for a retry.
    UnderWay,
    /// The function succeeded.
    Delivered,
    /// The function failed three times. AWS would send the payload to a dead-letter queue.
    GivenUp,
}
