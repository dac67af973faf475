//! Connections of the functions to the nodes of their world.

use std::{
    cell::RefCell,
    future::pending,
    io,
    sync::{Arc, Weak},
    time::Duration,
};

use backends::{Address, Stream};
use futures::future::BoxFuture;
use sandbox::{
    clock,
    faults::What,
    journal::{CallResult, Entry, Place},
};
use simulated_redis::{Address as From, Fate, Reply, Surroundings, serve};
use tokio::time::sleep;

use crate::{functions, nodes::Node, world::World};

/// How many bytes are on their way at most.
const BUFFER: usize = 1 << 16;

/// What a node answers that can do nothing at the moment, and what stands for a failure within it: as in the sandbox.
const BUSY: &str = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
const FAILED: &str = "ERR internal error";

/// The commands that change what a node accepts, or what it starts with.
const CHANGES: [&str; 7] =
    ["ACL SETUSER", "ACL DELUSER", "ACL SAVE", "ACL LOAD", "CONFIG SET", "CONFIG REWRITE", "EXEC"];

thread_local! {
    static WORLD: RefCell<Weak<World>> = const { RefCell::new(Weak::new()) };
}

/// Opens the connections of this thread in this world from now on.
pub(crate) fn enter(world: &Arc<World>) {
    backends::replace_network(open);
    WORLD.set(Arc::downgrade(world));
}

/// Opens a connection to a node of the world of this thread, without TLS even where a group has it.
fn open(address: Address<'_>) -> BoxFuture<'static, io::Result<Stream>> {
    let world = WORLD.with_borrow(Weak::upgrade);
    let (host, port, principal) = (address.host.to_owned(), address.port, functions::principal());
    Box::pin(async move {
        let world = world.ok_or(io::ErrorKind::NetworkUnreachable)?;
        let node = world.reach(&host, port).ok_or(io::ErrorKind::ConnectionRefused)?;
        let mut connection = Connection { world, node, principal, kill: None };
        sleep(connection.world.latency()).await;
        match connection.fault("Connect") {
            Some(What::Reset | What::LoseAnswer) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(What::KillBefore | What::KillAfter) => {
                connection.die();
                // It does not run beyond this point.
                return pending().await;
            }
            Some(What::Delay(time)) => sleep(time).await,
            _ => {}
        }
        // It may have ended meanwhile.
        connection.node = connection.world.reach(&host, port).ok_or(io::ErrorKind::ConnectionRefused)?;
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let node = connection.node.redis.clone();
        tokio::spawn(serve(theirs, From::new("10.0.0.9", 50_000), node, connection));
        Ok(Box::new(ours) as Stream)
    })
}

/// One connection of a function to a node.
struct Connection {
    world: Arc<World>,
    node: Arc<Node>,
    /// The instance of the function.
    principal: Option<String>,
    /// The invocation that is killed once the command of the moment took effect.
    kill: Option<Place>,
}

impl Connection {
    /// Counts a call of the function that has the connection, and says what it meets.
    fn fault(&mut self, operation: &str) -> Option<What> {
        let principal = self.principal.as_deref()?;
        let (place, what) = self.world.aws.faults.on_call(principal, operation);
        if matches!(what, Some(What::KillBefore | What::KillAfter)) {
            self.kill = place;
        }
        what
    }

    fn die(&mut self) {
        if let Some(place) = self.kill.take() {
            self.world.aws.faults.kill(&place);
        }
    }
}

impl Surroundings for Connection {
    fn now(&self) -> Duration {
        Duration::try_from(clock::now().as_duration()).unwrap_or_default()
    }

    async fn arrives(&mut self, words: &[Vec<u8>]) -> Fate {
        sleep(self.world.latency()).await;
        if self.node.is_silent() {
            return Fate::Ignore;
        }
        let Some(change) = change(words) else { return Fate::Answer };
        match self.fault(change) {
            Some(What::Throttle) => Fate::Refuse(Reply::error(BUSY)),
            Some(What::InternalError) => Fate::Refuse(Reply::error(FAILED)),
            Some(What::Reset) => Fate::CutBefore,
            Some(What::LoseAnswer | What::KillAfter) => Fate::CutAfter,
            Some(What::KillBefore) => {
                self.die();
                Fate::CutBefore
            }
            Some(What::Delay(time)) => {
                sleep(time).await;
                Fate::Answer
            }
            _ => Fate::Answer,
        }
    }

    fn carried_out(&mut self, words: &[Vec<u8>], reply: &Reply) {
        let queued = *reply == Reply::Status("QUEUED".to_owned());
        if let Some(change) = change(words).filter(|_| !queued) {
            let result = match reply {
                Reply::Error(error) => CallResult::Refused(error.split(' ').next().unwrap_or_default().to_owned()),
                _ => CallResult::Answered,
            };
            self.world.aws.journal.record(Entry {
                at: clock::now(),
                principal: self.principal.clone().unwrap_or_default(),
                invocation: None,
                service: "redis".to_owned(),
                operation: change.to_owned(),
                subject: Some(self.node.host.clone()),
                result,
            });
        }
        self.die();
    }

    async fn answered(&mut self, _words: &[Vec<u8>], _reply: &Reply) {
        sleep(self.world.latency()).await;
    }
}

/// The command, if it changes what the node accepts or starts with.
fn change(words: &[Vec<u8>]) -> Option<&'static str> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|given| given.eq_ignore_ascii_case(word.as_bytes()));
    CHANGES.into_iter().find(|change| change.split(' ').enumerate().all(|(at, word)| is(at, word)))
}
