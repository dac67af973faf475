//! Databases of Upstash: a second token for an ACL user, or a reset without any overlap.

mod acl;
mod refusals;
mod reset;
mod secrecy;
mod stage;
mod strikes;
