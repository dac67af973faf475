//! Runs the same commands on a simulated node and on a real server, and compares the replies.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod both;
mod files;
mod normal;
mod random;
mod real;
mod replicas;
mod script;
mod scripts;
mod simulated;
