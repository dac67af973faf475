//! The compiled `sync-connection`, on real Redis.

mod faults;
mod outputs;
mod publishing;
mod rollout;
mod secrecy;
mod services;
