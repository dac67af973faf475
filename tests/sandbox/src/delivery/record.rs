//! What was delivered to whom, and what came of it.

use serde_json::Value;

use crate::lambda::InvocationResult;

/// One payload on its way to one function.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What it is: an event's `detail-type`, `schedule`, or `sns`. Invocations have it as their label.
    pub kind: String,
    /// The function.
    pub function: String,
    /// What the function is given.
    pub payload: Value,
    /// Which copy of the same payload this is, from 1.
    pub copy: usize,
    /// The invocations so far, three at most.
    pub attempts: Vec<Attempt>,
    /// How far it is.
    pub progress: Progress,
}

/// One invocation of a delivery.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The invocation's request id.
    pub request_id: String,
    /// How it ended.
    pub result: InvocationResult,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// On its way, or waiting for another try.
    UnderWay,
    /// The function has answered.
    Delivered,
    /// The function has failed three times: at AWS it would go to a dead-letter queue.
    GivenUp,
}
