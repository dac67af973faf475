//! Scripts for a primary and a replica.
//!
//! `p/name: WORDS` and `r/name: WORDS` are steps of the primary and of the replica; the word `PRIMARY` is the primary's port.
//! `restart` restarts the primary. `link up` waits until the real replica is linked and checks that the simulated one links;
//! `link down` checks that neither does. The client `w` of the replica watches; it stays logged in.

use std::time::{Duration, Instant};

use redis::Value;
use simulated_redis::Version;

use crate::{
    both::Both,
    real::{Program, Server, Servers},
    script::{SetUp, Step, words},
};

/// How long a real replica may take to link.
const PATIENCE: Duration = Duration::from_secs(15);
/// For how long a real replica that cannot link is watched: it tries again every second.
const UNLINKED: Duration = Duration::from_millis(2200);

struct Pair<'a> {
    primary: Both<'a>,
    replica: Both<'a>,
}

impl<'a> Pair<'a> {
    fn start(version: Version, program: &'a Program) -> Self {
        let start = || Both::start(version, program, SetUp::ConfigFile);
        let mut pair = Self { primary: start(), replica: start() };
        pair.step("r/w: AUTH one").unwrap();
        pair
    }

    fn step(&mut self, line: &str) -> Result<(), String> {
        match line {
            "restart" => self.primary.step(&Step::Restart),
            "link up" => self.link(true),
            "link down" => self.link(false),
            _ => {
                let line = line.replace("PRIMARY", &self.primary.real.port.to_string());
                match line.split_once('/') {
                    Some(("p", step)) => self.primary.step(&Step::read(step)),
                    Some(("r", step)) => self.replica.step(&Step::read(step)),
                    _ => panic!("no step: {line}"),
                }
            }
        }
    }

    fn link(&mut self, wanted: bool) -> Result<(), String> {
        let real = if wanted { links(&mut self.replica.real) } else { stays_unlinked(&mut self.replica.real) };
        self.primary.simulated.followed_by(&mut self.replica.simulated);
        let simulated = self.replica.simulated.node.is_linked();
        match (real, simulated == wanted) {
            (true, true) => Ok(()),
            (real, simulated) => Err(format!("  as the script says: real {real}, simulated {simulated}")),
        }
    }
}

fn is_linked(replica: &mut Server<'_>) -> bool {
    match replica.call("w", &words("INFO replication")) {
        Some(Value::BulkString(text)) => String::from_utf8_lossy(&text).contains("master_link_status:up"),
        other => panic!("the watcher got {other:?}"),
    }
}

fn links(replica: &mut Server<'_>) -> bool {
    let began = Instant::now();
    while !is_linked(replica) {
        if began.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Whether it is unlinked soon, and does not link for a while then.
fn stays_unlinked(replica: &mut Server<'_>) -> bool {
    let mut began = Instant::now();
    while is_linked(replica) {
        if began.elapsed() > UNLINKED {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    began = Instant::now();
    while began.elapsed() < UNLINKED {
        if is_linked(replica) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Runs a script on every server, all at once: it mostly waits.
fn agree(script: &str) {
    let lines: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    std::thread::scope(|scope| {
        for (version, program) in Servers::found() {
            let lines = &lines;
            scope.spawn(move || {
                let mut pair = Pair::start(*version, program);
                for (nth, line) in lines.iter().enumerate() {
                    if let Err(difference) = pair.step(line) {
                        panic!("{version:?}:\n  {}\n{difference}", lines[..=nth].join("\n  "));
                    }
                }
            });
        }
    });
}

#[test]
fn a_replica_copies_what_its_primary_has() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         p/a: SET k v
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link up
         p/a: WAIT 1 5000
         r/a: GET k
         r/a: ROLE
         r/a: INFO replication
         p/a: INFO replication
         p/a: ROLE
         p/a: SET k w
         p/a: WAIT 1 5000
         link up
         r/a: GET k
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         r/a: REPLICAOF NO ONE
         r/a: ROLE
         r/a: GET k
         r/a: SET k x
         p/a: GET k",
    );
}

#[test]
fn a_link_outlives_the_credential_it_was_made_with_until_it_is_cut() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link up
         p/a: CONFIG SET requirepass two
         p/a: PING
         link up
         p/a: CLIENT KILL TYPE replica
         link down
         p/a: CONFIG GET requirepass
         p/a: INFO replication
         r/a: ROLE
         r/a: CONFIG SET masterauth two
         link up
         p/a: ACL SETUSER default >one
         r/a: CONFIG SET masterauth one
         p/a: CLIENT KILL TYPE slave
         link up",
    );
}

#[test]
fn a_replica_logs_in_as_masteruser() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         p/a: ACL SETUSER rep on >r +psync +replconf +ping
         r/a: CONFIG SET masteruser rep masterauth r
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link up
         p/a: ACL DELUSER rep
         link down
         p/a: ACL SETUSER rep on >r +psync
         link up
         p/a: ACL SETUSER rep -psync
         p/a: CLIENT KILL TYPE replica
         link down",
    );
}

#[test]
fn a_replica_without_masterauth_needs_a_primary_that_is_open() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         r/a: CONFIG SET masterauth \"\"
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link down
         p/a: ACL SETUSER default nopass
         link up",
    );
}

#[test]
fn a_replica_with_masterauth_does_not_link_to_a_primary_that_is_open() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         p/a: CONFIG SET requirepass \"\"
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link down
         r/a: CONFIG SET masteruser default
         link up",
    );
}

#[test]
fn a_replica_finds_its_primary_after_a_restart() {
    agree(
        "p/a: AUTH one
         r/a: AUTH one
         r/a: REPLICAOF 127.0.0.1 PRIMARY
         link up
         p/a: CONFIG SET requirepass two
         restart
         link up
         p/a: AUTH one
         p/a: CONFIG SET requirepass two
         p/a: CONFIG REWRITE
         restart
         link down",
    );
}
