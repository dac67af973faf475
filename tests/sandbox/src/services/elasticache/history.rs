//! The recent states of a resource, which Describe calls show with a delay.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// The number of views that are kept: more than a delay of seconds needs.
const VIEWS: usize = 256;

/// The views of one thing, oldest first.
#[derive(Clone, Debug)]
pub(super) struct History<V>(VecDeque<(Instant, V)>);

impl<V> Default for History<V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<V: Clone> History<V> {
    /// Adds the current view.
    pub(super) fn push(&mut self, view: V) {
        self.0.push_back((Instant::now(), view));
        if self.0.len() > VIEWS {
            self.0.pop_front();
        }
    }

    /// Makes this view visible at once.
    pub(super) fn show_at_once(&mut self, view: V) {
        self.0.clear();
        self.push(view);
    }

    /// The view of `stale` ago, or the first one.
    pub(super) fn seen(&self, stale: Duration) -> Option<V> {
        let old_enough = |(at, _): &&(Instant, V)| at.elapsed() >= stale;
        let seen = self.0.iter().rev().find(old_enough).or_else(|| self.0.front());
        seen.map(|(_, view)| view.clone())
    }
}
