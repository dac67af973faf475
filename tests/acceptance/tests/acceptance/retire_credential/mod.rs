//! The compiled `retire-credential`, on real Redis.

mod events;
mod faults;
mod gates;
mod guarantees;
mod refusals;
mod secrecy;
mod story;
