//! The functions in simulated worlds: a seed determines the order of everything.
//!
//! The code is the product's own, from the event to the last byte: the handlers of the functions, the AWS SDK and the Redis
//! client. AWS, Upstash, the nodes, the time and the random numbers are simulated in one thread, so that the same seed gives the same
//! run, and a run of minutes takes milliseconds.
//!
//! # Layout
//! - [`Plan`]: what happens in a world, and how many calls fail, by seed
//! - [`Estate`]: its Redis, and how the target is set up
//! - [`What`]: what can happen: rotations, schedules, a person's edits, events of nodes
//! - [`world`]: AWS and Upstash in memory, the nodes and the functions
//! - `target`, `nodes`, `hosts`, `elasticache`, `fargate`, `upstash`: the secret and the settings, and where Redis runs
//! - `ecs`, `consumer`: the cluster, and what uses the credential: a service or a function
//! - `conditions`: how long things take, and which fault a call meets
//! - `network`: connections of the functions to the nodes
//! - `acts`, `person`: how each act is carried out; what people do to one kind of Redis is in `edits` of that kind
//! - `view`, `watch`, [`rules`]: what is seen of a world after each change, and what must hold
//! - `rest`: the end of a world, and what must hold then
//! - `functions`: the product's functions in this process
//! - `config`, `log`: the configuration of the SDK, and what the functions log
//! - [`matrix`]: every call of every function meets every fault
//! - [`run()`]: one world from its plan to its [`Report`]
//! - [`shorten()`]: fewer acts that break the same rule
//! - [`known`]: the faults that are known and not mended

mod acts;
mod conditions;
mod config;
mod consumer;
mod ecs;
mod elasticache;
mod estate;
mod fargate;
mod functions;
mod hosts;
pub mod known;
mod log;
pub mod matrix;
mod network;
mod nodes;
mod person;
mod plan;
mod redis_cli;
mod rest;
pub mod rules;
mod run;
mod shorten;
mod target;
mod upstash;
mod view;
mod watch;
mod what;
pub mod world;

pub use estate::{Consumer, Estate, SetUp};
pub use plan::{Act, Plan};
pub use run::{Report, run};
pub use shorten::shorten;
pub use what::{Actor, Edit, Event, Function, What};
