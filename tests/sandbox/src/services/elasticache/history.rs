//! What Describe calls show: what was, a little ago.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// How many past views are kept: far more than a staleness of seconds can need.
const VIEWS: usize = 256;

/// The views of one thing, oldest first.
#[derive(Debug)]
pub(super) struct History<V>(VecDeque<(Instant, V)>);

impl<V> Default for History<V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<V: Clone> History<V> {
    /// Adds the view of this moment.
    pub(super) fn push(&mut self, view: V) {
        self.0.push_back((Instant::now(), view));
        if self.0.len() > VIEWS {
            self.0.pop_front();
        }
    }

    /// Shows this view alone, from now on.
    pub(super) fn show_at_once(&mut self, view: V) {
        self.0.clear();
        self.push(view);
    }

    /// The view of `stale` ago, or the first where that was later.
    pub(super) fn seen(&self, stale: Duration) -> Option<V> {
        let old_enough = |(at, _): &&(Instant, V)| at.elapsed() >= stale;
        let seen = self.0.iter().rev().find(old_enough).or_else(|| self.0.front());
        seen.map(|(_, view)| view.clone())
    }
}
