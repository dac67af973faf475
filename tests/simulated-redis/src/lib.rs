//! Redis nodes in memory, for tests in virtual time.
//!
//! A [`Node`] is a state machine: a [`Session`] carries out one command at a time and is told the time. It opens no socket and no
//! file, starts no thread and reads no clock. [`serve()`] puts a node at the other end of a stream in memory, so that a client
//! library talks to it, and lets a test delay, refuse or cut off each command.
//!
//! ```
//! use std::time::Duration;
//! use simulated_redis::{Address, Files, Node, Reply, Version};
//!
//! let now = Duration::from_secs(1_700_000_000);
//! let mut node = Node::new(Version::Redis8, Address::new("redis-1", 6379), Files::config_file("secret"));
//! let session = node.connect(Address::new("10.0.0.1", 50_000), now);
//! let login = ["AUTH", "secret"].map(|word| word.as_bytes().to_vec());
//! assert_eq!(session.call(&mut node, &login, now), Ok(Reply::ok()));
//! ```
//!
//! # What is simulated
//!
//! The conformance test runs the same commands on a node and on real servers (Redis 7.0, Redis 8.0, Valkey 8.1), one by one, and
//! compares the replies: hand-written scripts, and random ones. A node answers what it does not simulate with
//! `ERR the simulated node does not know 'X'`.
//!
//! | topic | simulated | not simulated |
//! |---|---|---|
//! | protocol | RESP2 and RESP3, pipelining | inline commands, pub/sub, `CLIENT TRACKING` |
//! | login | `AUTH`, `HELLO`, `RESET`, `QUIT`, `nopass`, connections that outlive a password | logins and `ACL LOAD` in a transaction |
//! | users | `ACL SETUSER`, `DELUSER`, `GETUSER`, `LIST`, `USERS`, `WHOAMI` | selectors, `%R~`, `skip-sanitize-payload` |
//! | rights | commands, subcommands, categories except `@fast` and `@slow`, patterns of keys with `*` and `?` | channels have no effect |
//! | ACL log | `ACL LOG`, its counting together, `ACL LOG RESET` | `acllog-max-len` |
//! | settings | `requirepass`, `masteruser`, `masterauth`; `aclfile` read-only | every other parameter; patterns of `CONFIG GET` |
//! | files | `CONFIG REWRITE`, `ACL SAVE`, `ACL LOAD`, restarts, files that cannot be written | persistence of data |
//! | transactions | `MULTI`, `EXEC`, `DISCARD`, refusals, rights that change meanwhile | `WATCH` |
//! | clients | `CLIENT SETNAME`, `GETNAME`, `SETINFO`, `ID`, `INFO`, `KILL` by `ID`, `USER` or `TYPE`, `LIST TYPE pubsub` | other lists, `maxclients` |
//! | replication | `REPLICAOF`, logins of replicas, links, `WAIT`, `ROLE`, `INFO replication` | `FAILOVER`, offsets, lag |
//! | Sentinel | `SENTINEL SET` of `auth-user` and `auth-pass`, `SENTINEL MYID`, whether it could log in | votes, failovers, `requirepass` |
//! | data | `GET`, `SET`, `INCR`, `DEL`, `EXISTS`, `DBSIZE` in database 0 | every other type, expiry, cluster mode |
//!
//! `LOADING`, `BUSY` and the like are answered by [`Fate::Refuse`]. ElastiCache's changes of users and tokens are
//! [`Node::set_users`] and [`Node::set_tokens`], one node at a time.

mod acl_log;
mod address;
mod client;
mod commands;
mod files;
mod glob;
mod node;
mod replication;
mod reply;
mod resp;
mod sentinel;
mod serve;
mod session;
mod user;
mod version;

pub use address::Address;
pub use files::{Files, Settings, Source, Users};
pub use node::Node;
pub use reply::Reply;
pub use sentinel::Master;
pub use serve::{Fate, Shared, Surroundings, serve};
pub use session::{Closed, Session};
pub use user::{DEFAULT_USER, User};
pub use version::Version;
