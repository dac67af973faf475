//! Which version of a target's settings is in force, decided: how a system moves to another place, and back.
//!
//! A place is a `backend` and a `secret`. Settings that name another place than the one whose parameters are published ask
//! for a move, and are not in force before that place has accepted a login. What was published, and from which version, is
//! told by labels on the versions of the settings parameter itself, so that every function reads the same:
//!
//! - [`CURRENT`] is on the version whose place is published,
//! - [`PREVIOUS`] on the one whose place was published before it: what a rollback leads to,
//! - [`ROLLED_BACK`] on one that a person has taken back. It never comes into force again; a newer version may.

mod history;

pub use history::{History, Revision};

use crate::Failure;

/// The label of the version whose place is published.
pub const CURRENT: &str = "current";

/// The label of the version whose place was published before.
pub const PREVIOUS: &str = "previous";

/// The label of a version that was taken back.
pub const ROLLED_BACK: &str = "rolled-back";

/// How the newest settings stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are in force.
    InForce,
    /// They name another place, which has to prove itself first; those before them are in force.
    Pending,
    /// They were taken back; those before them are in force.
    RolledBack,
}

/// A label, and the version that it is put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The version.
    pub version: i64,
    /// The label.
    pub label: &'static str,
}

/// What a rollback comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollBack {
    /// It has happened already.
    Done,
    /// The move has not begun, and is given up: these labels say so.
    GiveUp(Vec<Label>),
    /// This place is published again, once it has accepted a login: these labels say so. [`ROLLED_BACK`] is the decision; a
    /// run that is stopped behind it is completed by the next.
    To(Box<Revision>, Vec<Label>),
}

impl History {
    /// How the newest settings stand.
    ///
    /// | published before | newest settings | ⇒ |
    /// |---|---|---|
    /// | nothing, or nothing that can be read | | in force |
    /// | a place | taken back | rolled back |
    /// | a place | the same place | in force |
    /// | a place | another place | pending |
    pub fn standing(&self) -> Standing {
        match self.published() {
            None => Standing::InForce,
            Some(_) if self.is_rolled_back(self.newest.version) => Standing::RolledBack,
            Some(published) if published.is_at_the_place_of(&self.newest) => Standing::InForce,
            Some(_) => Standing::Pending,
        }
    }

    /// The settings that are in force.
    pub fn in_force(&self) -> &Revision {
        match (self.standing(), self.published()) {
            (Standing::Pending | Standing::RolledBack, Some(published)) => published,
            _ => &self.newest,
        }
    }

    /// What is left to write down of how things stand, in order. A move that was not made yet is not among it.
    ///
    /// | newest settings | [`CURRENT`] is on | [`PREVIOUS`] is on | ⇒ |
    /// |---|---|---|---|
    /// | in force | another version, or none | | [`CURRENT`] goes to the newest |
    /// | rolled back | the newest | an older one | [`CURRENT`] goes there, then [`PREVIOUS`] to the newest |
    /// | rolled back | an older one | the same | [`PREVIOUS`] goes to the newest |
    /// | otherwise | | | nothing |
    pub fn unlabelled(&self) -> Vec<Label> {
        let newest = self.newest.version;
        let current = self.current.as_ref().map(|revision| revision.version);
        let previous = self.previous.as_ref().map(|revision| revision.version);
        let label = |version, label| Label { version, label };
        match self.standing() {
            Standing::InForce if current != Some(newest) => vec![label(newest, CURRENT)],
            Standing::RolledBack if current == Some(newest) => {
                vec![label(self.in_force().version, CURRENT), label(newest, PREVIOUS)]
            }
            Standing::RolledBack if current == previous => vec![label(newest, PREVIOUS)],
            Standing::InForce | Standing::Pending | Standing::RolledBack => Vec::new(),
        }
    }

    /// What a move to the newest settings writes down, in order: stopped between the two, it is still pending.
    pub fn switched(&self) -> Vec<Label> {
        let from = Label { version: self.in_force().version, label: PREVIOUS };
        vec![from, Label { version: self.newest.version, label: CURRENT }]
    }

    /// What a rollback comes to.
    ///
    /// | newest settings | place that was published before | ⇒ |
    /// |---|---|---|
    /// | rolled back | | done already |
    /// | pending | | the move is given up |
    /// | in force | another | that one, once it has accepted a login |
    /// | in force | none, or the same | Permanent |
    ///
    /// # Errors
    /// Permanent where no other place was published before.
    pub fn roll_back(&self) -> Result<RollBack, Failure> {
        let newest = self.newest.version;
        let label = |label| Label { version: newest, label };
        match (self.standing(), &self.previous) {
            (Standing::RolledBack, _) => Ok(RollBack::Done),
            (Standing::Pending, _) => {
                // The label leaves the version whose rollback was stopped half way, which must not come into force by that.
                let published = Label { version: self.in_force().version, label: CURRENT };
                let is_labelled = self.current.as_ref().is_some_and(|current| current.version == published.version);
                let missing = (!is_labelled).then_some(published);
                Ok(RollBack::GiveUp(missing.into_iter().chain([label(ROLLED_BACK)]).collect()))
            }
            (Standing::InForce, Some(previous)) if !previous.is_at_the_place_of(&self.newest) => {
                // What is published is the newest settings' from here on, which matters where the label was on older ones.
                let missing = self.unlabelled();
                let decision = missing.into_iter().chain([label(ROLLED_BACK)]);
                let rest = [Label { version: previous.version, label: CURRENT }, label(PREVIOUS)];
                Ok(RollBack::To(Box::new(previous.clone()), decision.chain(rest).collect()))
            }
            (Standing::InForce, _) => Err(Failure::permanent(
                "there is no place to go back to: no version of the settings that names another `backend` or `secret` is \
                 labelled `previous`. Put settings that name the place you want. Nothing was touched",
            )),
        }
    }
}

#[cfg(test)]
mod tests;
