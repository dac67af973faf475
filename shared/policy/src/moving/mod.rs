//! Decides which version of a target's settings is in effect: how a system moves to another Redis, and back.
//!
//! A place is a `backend` and a `secret`. Settings that name another place than the published one ask for a move. They are
//! pending until that place has accepted a login. Labels on the versions of the settings parameter record what was
//! published and from which version, so that every function reads the same:
//!
//! - [`CURRENT`] is on the version whose place is published.
//! - [`PREVIOUS`] is on the version whose place was published before: a rollback goes there.
//! - [`ROLLED_BACK`] is on a version that a person rolled back. It never takes effect again; a newer version may.

mod history;
mod proof;
mod secret;

pub use history::{History, Revision};
pub use proof::check_nodes;
pub use secret::SecretId;

use crate::{
    Failure,
    labels::{CURRENT, PREVIOUS, ROLLED_BACK},
};

/// The state of the newest settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They are in effect.
    InEffect,
    /// They name another place, which has not been proven yet; the settings before them are in effect.
    Pending,
    /// They were rolled back; the settings before them are in effect.
    RolledBack,
}

/// A label, and the version to put it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The version.
    pub version: i64,
    /// The label.
    pub label: &'static str,
}

/// What a rollback does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollBack {
    /// Nothing: it was done before.
    Done,
    /// Cancels a move that has not begun, by putting these labels.
    Cancel(Vec<Label>),
    /// Publishes this place again once it has accepted a login, by putting these labels in order. [`ROLLED_BACK`] is put
    /// first and is the decision: if the run stops after it, the next run completes it.
    To(Box<Revision>, Vec<Label>),
}

impl History {
    /// The state of the newest settings.
    ///
    /// | published before | newest settings | ⇒ |
    /// |---|---|---|
    /// | nothing, or nothing readable | | in effect |
    /// | a place | rolled back | rolled back |
    /// | a place | the same place | in effect |
    /// | a place | another place | pending |
    pub fn state(&self) -> State {
        match self.published() {
            None => State::InEffect,
            Some(_) if self.is_rolled_back(self.newest.version) => State::RolledBack,
            Some(published) if published.is_at_the_place_of(&self.newest) => State::InEffect,
            Some(_) => State::Pending,
        }
    }

    /// The settings that are in effect.
    pub fn in_effect(&self) -> &Revision {
        match (self.state(), self.published()) {
            (State::Pending | State::RolledBack, Some(published)) => published,
            _ => &self.newest,
        }
    }

    /// The labels that are missing to record the current state, in the order to put them. A pending move adds none.
    ///
    /// | newest settings | [`CURRENT`] is on | [`PREVIOUS`] is on | ⇒ |
    /// |---|---|---|---|
    /// | in effect | another version, or none | | [`CURRENT`] on the newest |
    /// | rolled back | the newest | an older one | [`CURRENT`] on that one, then [`PREVIOUS`] on the newest |
    /// | rolled back | an older one | the same | [`PREVIOUS`] on the newest |
    /// | otherwise | | | nothing |
    pub fn missing_labels(&self) -> Vec<Label> {
        let newest = self.newest.version;
        let current = self.current.as_ref().map(|revision| revision.version);
        let previous = self.previous.as_ref().map(|revision| revision.version);
        let label = |version, label| Label { version, label };
        match self.state() {
            State::InEffect if current != Some(newest) => vec![label(newest, CURRENT)],
            State::RolledBack if current == Some(newest) => {
                vec![label(self.in_effect().version, CURRENT), label(newest, PREVIOUS)]
            }
            State::RolledBack if current == previous => vec![label(newest, PREVIOUS)],
            State::InEffect | State::Pending | State::RolledBack => Vec::new(),
        }
    }

    /// The labels that a move to the newest settings puts, in order: after the first one alone, the move is still pending.
    pub fn move_labels(&self) -> Vec<Label> {
        let from = Label { version: self.in_effect().version, label: PREVIOUS };
        vec![from, Label { version: self.newest.version, label: CURRENT }]
    }

    /// What a rollback does.
    ///
    /// | newest settings | place that was published before | ⇒ |
    /// |---|---|---|
    /// | rolled back | | nothing: done |
    /// | pending | | cancels the move |
    /// | in effect | another | publishes that one, once it has accepted a login |
    /// | in effect | none, or the same | Permanent |
    ///
    /// # Errors
    /// Permanent if no other place was published before.
    pub fn roll_back(&self) -> Result<RollBack, Failure> {
        let newest = self.newest.version;
        let label = |label| Label { version: newest, label };
        match (self.state(), &self.previous) {
            (State::RolledBack, _) => Ok(RollBack::Done),
            (State::Pending, _) => {
                // `rolled-back` leaves a version whose rollback stopped half way. Without `current` elsewhere, that version
                // would take effect again.
                let published = Label { version: self.in_effect().version, label: CURRENT };
                let is_labelled = self.current.as_ref().is_some_and(|current| current.version == published.version);
                let missing = (!is_labelled).then_some(published);
                Ok(RollBack::Cancel(missing.into_iter().chain([label(ROLLED_BACK)]).collect()))
            }
            (State::InEffect, Some(previous)) if !previous.is_at_the_place_of(&self.newest) => {
                // The newest settings are what is published, also where `current` is still on older ones.
                let missing = self.missing_labels();
                let decision = missing.into_iter().chain([label(ROLLED_BACK)]);
                let rest = [Label { version: previous.version, label: CURRENT }, label(PREVIOUS)];
                Ok(RollBack::To(Box::new(previous.clone()), decision.chain(rest).collect()))
            }
            (State::InEffect, _) => Err(Failure::permanent(
                "there is nothing to roll back to: no version of the settings with another `backend` or `secret` has \
                 the label `previous`",
            )
            .with_next_step("Store settings that name the Redis you want")),
        }
    }
}

#[cfg(test)]
mod tests;
