//! A function's connection without TLS: each command that changes something is a call of its own.

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
    time::sleep,
};

use super::{CallResult, Place, Shared, What, record};
use crate::redis::resp::{self, Reply};

/// The first byte of every TLS connection: a handshake record.
const TLS_HANDSHAKE: u8 = 0x16;

/// What Redis answers while it can do nothing.
const BUSY: &str = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
/// What stands for a failure within Redis.
const FAILED: &str = "ERR internal error";

/// Commands that change who gets in, how a server is configured, or what it holds as a whole.
const CHANGES: [(&str, &[&str]); 12] = [
    ("ACL", &["SETUSER", "DELUSER", "SAVE", "LOAD"]),
    ("CONFIG", &["SET", "REWRITE"]),
    ("SENTINEL", &["SET", "FAILOVER", "MONITOR", "REMOVE", "RESET", "FLUSHCONFIG"]),
    ("SCRIPT", &["LOAD", "FLUSH", "KILL"]),
    ("FUNCTION", &["LOAD", "DELETE", "FLUSH", "RESTORE", "KILL"]),
    ("REPLICAOF", &[]),
    ("FAILOVER", &[]),
    ("SAVE", &[]),
    ("BGSAVE", &[]),
    ("BGREWRITEAOF", &[]),
    ("FLUSHALL", &[]),
    ("FLUSHDB", &[]),
];

/// Commands after which replies no longer come one for each command.
const STREAMS: [(&str, &[&str]); 8] = [
    ("SYNC", &[]),
    ("PSYNC", &[]),
    ("REPLCONF", &[]),
    ("MONITOR", &[]),
    ("SUBSCRIBE", &[]),
    ("PSUBSCRIBE", &[]),
    ("SSUBSCRIBE", &[]),
    ("CLIENT", &["REPLY"]),
];

/// Forwards one command at a time, and waits for its reply; `None` when the connection has ended.
///
/// Pipelined commands keep their order, so nobody sees a difference. Of a command nothing is kept but its name.
pub(super) async fn relay(client: TcpStream, server: TcpStream, gate: &Shared) -> Option<()> {
    let side = |stream| Side { stream, buffer: BytesMut::new() };
    let mut talk = Talk { client: side(client), server: side(server), gate, transaction: Transaction::None };
    loop {
        talk.serve_one().await?;
    }
}

struct Talk<'a> {
    client: Side,
    server: Side,
    gate: &'a Shared,
    transaction: Transaction,
}

struct Side {
    stream: TcpStream,
    /// What it has said and nobody has been told.
    buffer: BytesMut,
}

/// Commands of a transaction take effect with its `EXEC`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    Reads,
    Changes,
}

/// A refusal that quotes a request, as Redis quotes an argument that it does not understand.
fn quoted(request: &[u8]) -> String {
    format!("ERR syntax error in {}", String::from_utf8_lossy(request).replace("\r\n", " "))
}

impl Talk<'_> {
    async fn serve_one(&mut self) -> Option<()> {
        let (request, words) = self.request().await?;
        let Some(command) = words.first() else {
            // Redis answers nothing to nothing.
            return self.server.say(&request).await;
        };
        let change = operation(&words, &CHANGES);
        let call = match (command.as_str(), self.transaction) {
            ("EXEC", Transaction::Changes) => Some("EXEC".to_owned()),
            (_, Transaction::None) => change.clone(),
            _ => None,
        };
        self.transaction = match (command.as_str(), self.transaction) {
            ("EXEC" | "DISCARD" | "RESET", _) => Transaction::None,
            ("MULTI", Transaction::None) => Transaction::Reads,
            (_, Transaction::Reads) if change.is_some() => Transaction::Changes,
            (_, same) => same,
        };
        match call {
            Some(operation) => self.call(&operation, &request).await,
            None => {
                self.server.say(&request).await?;
                if operation(&words, &STREAMS).is_some() {
                    return self.copy().await;
                }
                let (answer, _) = self.reply().await?;
                self.client.say(&answer).await
            }
        }
    }

    /// Carries out one call, with the fault that it meets.
    async fn call(&mut self, operation: &str, request: &[u8]) -> Option<()> {
        let faults = &self.gate.surroundings.faults;
        let (place, fault) = faults.on_unsigned(operation);
        let call = Call { gate: self.gate, operation, place, noted: false };
        match fault {
            Some(what @ (What::KillBefore | What::Reset | What::Throttle | What::InternalError | What::Quote)) => {
                let place = call.note(CallResult::FaultedBefore(format!("{what:?}")));
                match what {
                    What::Throttle => return self.refuse(operation, BUSY).await,
                    What::InternalError => return self.refuse(operation, FAILED).await,
                    What::Quote => return self.refuse(operation, &quoted(request)).await,
                    What::KillBefore => place.iter().for_each(|place| faults.kill(place)),
                    _ => {}
                }
                return None;
            }
            Some(What::Delay(time)) => sleep(time).await,
            Some(What::Hold) => faults.held().await,
            Some(What::LoseAnswer | What::KillAfter) | None => {}
        }
        self.server.say(request).await?;
        let (answer, kind) = self.reply().await?;
        match (fault, kind) {
            (Some(what @ (What::LoseAnswer | What::KillAfter)), _) => {
                let place = call.note(CallResult::FaultedAfter(format!("{what:?}")));
                if what == What::KillAfter {
                    place.iter().for_each(|place| faults.kill(place));
                }
                return None;
            }
            (_, Reply::Error(code)) => call.note(CallResult::Refused(code)),
            _ => call.note(CallResult::Answered),
        };
        self.client.say(&answer).await
    }

    /// Answers with an error as Redis does, which discards a transaction that it does not carry out.
    async fn refuse(&mut self, operation: &str, error: &str) -> Option<()> {
        if operation != "EXEC" {
            return self.client.say(format!("-{error}\r\n").as_bytes()).await;
        }
        self.server.say(b"*1\r\n$7\r\nDISCARD\r\n").await?;
        self.reply().await?;
        let aborted = format!("-EXECABORT Transaction discarded because of: {error}\r\n");
        self.client.say(aborted.as_bytes()).await
    }

    /// The client's next command and its first words; what the server says unasked meanwhile goes to the client.
    async fn request(&mut self) -> Option<(BytesMut, Vec<String>)> {
        loop {
            match resp::request(&self.client.buffer) {
                _ if self.client.buffer.first() == Some(&TLS_HANDSHAKE) => return self.copy().await.and(None),
                Ok(Some((length, words))) => return Some((self.client.buffer.split_to(length), words)),
                Ok(None) => {}
                // The server will say so.
                Err(resp::Malformed) => return self.copy().await.and(None),
            }
            tokio::select! {
                heard = self.client.listen() => heard?,
                heard = self.server.listen() => {
                    heard?;
                    let unasked = self.server.buffer.split();
                    self.client.say(&unasked).await?;
                }
            }
        }
    }

    /// The server's next reply, and what it is.
    async fn reply(&mut self) -> Option<(BytesMut, Reply)> {
        loop {
            match resp::reply(&self.server.buffer) {
                Ok(Some((length, Reply::Push))) => {
                    let push = self.server.buffer.split_to(length);
                    self.client.say(&push).await?;
                }
                Ok(Some((length, kind))) => return Some((self.server.buffer.split_to(length), kind)),
                Ok(None) => self.server.listen().await?,
                Err(resp::Malformed) => return self.copy().await.and(None),
            }
        }
    }

    /// Forwards all that comes, to the end of the connection.
    async fn copy(&mut self) -> Option<()> {
        let (said, heard) = (self.client.buffer.split(), self.server.buffer.split());
        self.server.say(&said).await?;
        self.client.say(&heard).await?;
        // However it ends, it has ended.
        let _ = copy_bidirectional(&mut self.client.stream, &mut self.server.stream).await;
        None
    }
}

impl Side {
    async fn listen(&mut self) -> Option<()> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(1..) => Some(()),
            _ => None,
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).await.ok()
    }
}

/// One call, which is written down whatever becomes of it.
struct Call<'a> {
    gate: &'a Shared,
    operation: &'a str,
    place: Option<Place>,
    noted: bool,
}

impl Call<'_> {
    fn note(mut self, result: CallResult) -> Option<Place> {
        self.noted = true;
        record(self.gate, self.operation, self.place.as_ref(), result);
        self.place.take()
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.noted {
            record(self.gate, self.operation, self.place.as_ref(), CallResult::Refused("NoAnswer".to_owned()));
        }
    }
}

/// The name of a command, where it is one of these.
fn operation(words: &[String], of: &[(&str, &[&str])]) -> Option<String> {
    let command = words.first()?;
    let (_, subcommands) = of.iter().find(|(name, _)| name == command)?;
    if subcommands.is_empty() {
        return Some(command.clone());
    }
    let subcommand = words.get(1)?;
    subcommands.contains(&subcommand.as_str()).then(|| format!("{command} {subcommand}"))
}
