//! The compiled `sync-connection`, on real Redis.

mod endpoint;
mod events;
mod faults;
mod labels;
mod moves;
mod moving;
mod outputs;
mod parameters;
mod previous;
mod publishing;
mod rollout;
mod rollout_faults;
mod secrecy;
mod services;
mod together;
mod version;
