//! The outcome of one run: what was done, kept and refused, and why.
//!
//! It is the function's answer, so that a Lambda destination can pass it on, and it is logged once. Its status, its
//! summary, its next step, and whether nothing was changed are derived from what is in it: the order of the calls that
//! filled it in does not matter.
//!
//! # Layout
//! - [`Outcome`]: the content, in lists of items
//! - `status`: the status, from the content
//! - `failure`: what failed, what was changed before that, and what to do
//! - `record`: the outcome as it is serialised; `fit` keeps it small enough for a destination
//! - [`Details`], [`Measure`]: what only one function reports, and numbers

mod details;
mod failure;
mod fit;
mod items;
mod judged;
mod measure;
mod record;
mod run;
mod status;
#[cfg(test)]
mod tests;
mod text;

pub use self::{
    details::Details,
    fit::LIMIT_BYTES,
    items::{FailedItem, Item, Waiting},
    judged::Judged,
    measure::{Measure, Measures},
    run::Outcome,
    status::Status,
};
