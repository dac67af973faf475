//! The compiled `sync-connection`, on real Redis.

mod events;
mod faults;
mod outputs;
mod publishing;
mod rollout;
mod secrecy;
mod services;
mod version;
