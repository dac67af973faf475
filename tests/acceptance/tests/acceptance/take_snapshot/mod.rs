//! The compiled `take-snapshot`, on real Redis.

mod drill;
mod faults;
mod refusals;
mod story;
