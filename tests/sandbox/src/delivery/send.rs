//! Lambda's asynchronous invocation: at least once, with two retries if the function fails.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use serde_json::Value;
use tokio::time::sleep;

use super::{
    Copies, EventTiming,
    queue::Queue,
    record::{Attempt, Delivery, Progress},
};
use crate::lambda::InvocationResult;

/// A payload to deliver to a function.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) kind: String,
    pub(crate) function: String,
    pub(crate) payload: Value,
}

impl Queue {
    /// Starts a delivery. It is in progress when this returns.
    pub(crate) fn deliver(&self, order: Order) {
        let timing = self.state().timing;
        match timing.copies {
            Copies::One => self.send(vec![self.enter(&order, 1)], timing),
            Copies::TwoInTurn => self.send(vec![self.enter(&order, 1), self.enter(&order, 2)], timing),
            Copies::TwoAtOnce => {
                let copies = [self.enter(&order, 1), self.enter(&order, 2)];
                copies.into_iter().for_each(|place| self.send(vec![place], timing));
            }
        }
    }

    /// Records a delivery and returns its index.
    fn enter(&self, order: &Order, copy: usize) -> usize {
        let Order { kind, function, payload } = order.clone();
        let deliveries = &mut self.state().deliveries;
        let progress = Progress::UnderWay;
        deliveries.push(Delivery { kind, function, payload, copy, attempts: Vec::new(), progress });
        deliveries.len() - 1
    }

    /// Sends deliveries in the background, one after the other.
    fn send(&self, places: Vec<usize>, timing: EventTiming) {
        let this = self.clone();
        self.spawn(async move {
            sleep(timing.latency).await;
            for place in places {
                this.carry(place, timing).await;
            }
        });
    }

    async fn carry(&self, place: usize, timing: EventTiming) {
        let Delivery { kind, function, payload, .. } = self.state().deliveries[place].clone();
        let mut pauses = timing.pauses.into_iter();
        loop {
            let ended = self.runner().invoke(&function, &payload, &kind).await;
            let failed = matches!(ended.result, InvocationResult::Failed { .. });
            let pause = pauses.next().filter(|_| failed);
            self.change(place, |delivery| {
                delivery.attempts.push(Attempt { request_id: ended.request_id, result: ended.result });
                delivery.progress = match (failed, pause) {
                    (false, _) => Progress::Delivered,
                    (true, Some(_)) => Progress::UnderWay,
                    (true, None) => Progress::GivenUp,
                };
            });
            match pause {
                Some(pause) => sleep(pause).await,
                None => return,
            }
        }
    }
}
