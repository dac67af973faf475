//! The functions in a simulated world: one seed is one order of everything.
//!
//! The code is the product's own, from the event to the last byte: the handlers of the functions, the AWS SDK and the Redis
//! client. AWS, the nodes, the time and the random numbers are simulated in one thread, so that the same seed gives the same
//! run, and a run of minutes takes milliseconds.
//!
//! # Layout
//! - [`Plan`]: what happens, by seed: rotations, schedules, a person's edits, events of nodes, how many calls fail
//! - [`world`]: AWS in memory, the nodes and the functions
//! - `network`: connections of the functions to the nodes
//! - `acts`: how each act is carried out
//! - `view`, [`rules`]: what is seen of a world after each change, and what must hold
//! - [`run()`]: one world from its plan to its [`Report`]
//! - [`shorten()`]: fewer acts that break the same rule
//! - [`known`]: the faults that are known and not mended

mod acts;
mod config;
mod functions;
pub mod known;
mod log;
mod network;
mod plan;
mod rest;
pub mod rules;
mod run;
mod shorten;
mod view;
pub mod world;

pub use plan::{Act, Actor, Edit, Estate, Event, Function, Plan, SetUp, What};
pub use run::{Report, run};
pub use shorten::shorten;
