//! The compiled `sync-connection`, on real Redis.

mod endpoint;
mod events;
mod faults;
mod moves;
mod moving;
mod outputs;
mod publishing;
mod rollout;
mod secrecy;
mod services;
mod version;
