//! The compiled `sync-connection`, on real Redis.

mod rollout;
mod services;
