//! The default bus, which sends events to the targets of the matching rules.

use serde_json::{Value, json};

use super::{
    Event, EventBridge,
    event::envelope,
    pattern::Pattern,
    rules::{self, Rule},
    targets::Target,
};
use crate::{clock, delivery::Order};

impl EventBridge {
    /// Creates a rule with a function as its target, as Terraform would.
    ///
    /// # Errors
    /// The pattern is invalid, or it uses an operator that the sandbox does not support.
    pub(crate) fn route(&self, pattern: &Value, function: &str) -> anyhow::Result<()> {
        let state = &mut *self.state();
        let mut rule = Rule::new(Some((Pattern::parse(pattern)?, pattern.to_string())), None);
        rule.targets.push(Target::function(function));
        let free = (1..).map(|number| format!("rule-{number}")).find(|name| !state.rules.contains_key(name));
        state.rules.insert(free.expect("numbers do not end"), rule);
        Ok(())
    }

    /// Deletes every rule.
    pub(crate) fn clear(&self) {
        self.state().rules.clear();
    }

    /// Every event so far, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.state().events.clone()
    }

    /// Sends an event of an AWS service.
    pub(crate) fn publish(&self, event: Event) {
        self.send(event.wrap(clock::now()));
    }

    /// Sends an event to the targets of every matching rule.
    pub(super) fn send(&self, event: Value) {
        let told: Vec<Target> = {
            let state = &mut *self.state();
            state.events.push(event.clone());
            let rules = state.rules.values().filter(|rule| rule.enabled && rule.matches(&event));
            rules.flat_map(|rule| rule.targets.clone()).collect()
        };
        self.invoke(told, &event);
    }

    /// Sends the event of a schedule to the targets of its rule, unless it is disabled.
    pub(super) fn send_scheduled(&self, rule: &str) {
        let event = envelope("aws.events", "Scheduled Event", &[rules::arn(rule)], &json!({}), clock::now());
        let targets = match self.state().rules.get(rule) {
            Some(rule) if rule.enabled => rule.targets.clone(),
            _ => Vec::new(),
        };
        self.invoke(targets, &event);
    }

    /// Invokes targets with an event.
    fn invoke(&self, targets: Vec<Target>, event: &Value) {
        let kind = event["detail-type"].as_str().unwrap_or_default();
        for target in targets {
            let payload = target.input.unwrap_or_else(|| event.clone());
            self.queue.deliver(Order { kind: kind.to_owned(), function: target.function, payload });
        }
    }
}
