//! The commands before a transfer.

use std::{io, time::Duration};

use cloud::CallError;
use policy::Failure;
use redis::Cmd;
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    time::timeout,
};

use crate::{
    dial::{Address, Stream, TIME_LIMIT, open},
    login::CLIENT_NAME,
    session::refused,
};

/// How long a node may send nothing. While it prepares a file, it sends an empty line every second.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// The size of the buffer that bytes are read into.
const BUFFER: usize = 256 * 1024;

/// The longest line that is an answer.
const MOST_LINE: usize = 1024;

/// A connection to a node that answers line by line.
pub(super) struct Line {
    pub(super) node: String,
    pub(super) stream: BufReader<Stream>,
}

/// The point in the history of the data that a file is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) replication_id: String,
    pub(super) offset: u64,
}

impl Line {
    /// Opens a connection.
    pub(super) async fn open(node: &str, address: Address<'_>) -> Result<Self, Failure> {
        let opened = timeout(TIME_LIMIT, open(address)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let stream =
            opened.map_err(|error| Failure::retryable(format!("the node {node} cannot be reached: {error}")))?;
        Ok(Self { node: node.to_owned(), stream: BufReader::with_capacity(BUFFER, stream) })
    }

    /// Logs in, and names the connection where that is allowed.
    pub(super) async fn log_in(&mut self, username: &str, credential: &SecretString) -> Result<(), Failure> {
        let mut auth = redis::cmd("AUTH");
        auth.arg(username).arg(credential.expose_secret());
        // What the node says to a login is not kept: it may repeat it.
        let node = self.node.clone();
        self.ask("AUTH", &auth, TIME_LIMIT).await?.map_err(|_| {
            Failure::retryable(format!("the node {node} does not accept AWSCURRENT; it is checked again"))
        })?;
        let mut name = redis::cmd("CLIENT");
        name.arg("SETNAME").arg(CLIENT_NAME);
        let _ = self.ask("CLIENT SETNAME", &name, TIME_LIMIT).await?;
        Ok(())
    }

    /// Asks for the RDB file alone, framed by a mark if the node does not save it to its disk.
    ///
    /// Without the right to `REPLCONF`, a node would send the changes of clients after the file.
    pub(super) async fn ask_for_file(&mut self) -> Result<Position, Failure> {
        for (name, option, value) in [("REPLCONF", "capa", "eof"), ("REPLCONF rdb-only", "rdb-only", "1")] {
            let mut replconf = redis::cmd("REPLCONF");
            replconf.arg(option).arg(value);
            self.ask(name, &replconf, TIME_LIMIT).await?.map_err(|line| self.refused(name, &line))?;
        }
        let mut psync = redis::cmd("PSYNC");
        psync.arg("?").arg("-1");
        let line = self.ask("PSYNC", &psync, SILENCE).await?.map_err(|line| self.refused("PSYNC", &line))?;
        position(&line).ok_or_else(|| {
            Failure::retryable(format!("the node {} did not answer PSYNC as a server that sends its data", self.node))
        })
    }

    fn refused(&self, name: &str, line: &str) -> Failure {
        let (code, detail) = line.split_once(' ').unwrap_or((line, ""));
        // The right is that to the command, whatever the option.
        let name = if code == "NOPERM" { name.split(' ').next().unwrap_or(name) } else { name };
        match (name, code, detail) {
            // A replica without its primary, or a server in the middle of a failover.
            ("PSYNC", "ERR", detail) if detail.starts_with("Can't SYNC") => {
                Failure::retryable(format!("the node {} cannot send its data now", self.node))
            }
            _ => CallError::into(refused(&self.node, name_of(name), code, Some(detail))),
        }
    }

    /// Sends a command, and reads the line that answers it: the text after `+`, or that after `-` as an error. Empty lines
    /// before it mean that the node is preparing its answer.
    async fn ask(&mut self, name: &str, cmd: &Cmd, limit: Duration) -> Result<Result<String, String>, Failure> {
        let sent = async {
            self.stream.get_mut().write_all(&cmd.get_packed_command()).await?;
            self.stream.get_mut().flush().await
        };
        let sent = timeout(TIME_LIMIT, sent).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        sent.map_err(|error| self.lost(name, &error))?;
        loop {
            let line = self.line(limit).await.map_err(|error| self.lost(name, &error))?;
            match line.split_at_checked(1) {
                None => {}
                Some(("+", answer)) => return Ok(Ok(answer.to_owned())),
                Some(("-", answer)) => return Ok(Err(answer.to_owned())),
                Some(_) => return Err(self.lost(name, &io::Error::other("it answers in another protocol"))),
            }
        }
    }

    async fn line(&mut self, limit: Duration) -> io::Result<String> {
        let mut line = Vec::new();
        loop {
            let filled = timeout(limit, self.stream.fill_buf()).await;
            let chunk = filled.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
            let Some(end) = chunk.iter().position(|byte| *byte == b'\n') else {
                let length = chunk.len();
                if length == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                line.extend_from_slice(chunk);
                self.stream.consume(length);
                if line.len() > MOST_LINE {
                    return Err(io::Error::other("its answer is too long"));
                }
                continue;
            };
            line.extend_from_slice(&chunk[..end]);
            self.stream.consume(end + 1);
            return Ok(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
        }
    }

    fn lost(&self, name: &str, error: &io::Error) -> Failure {
        Failure::retryable(format!("the node {} did not answer `{name}`: {error}", self.node))
    }
}

/// The names that messages give to the commands here.
fn name_of(name: &str) -> &'static str {
    match name {
        "PSYNC" => "PSYNC",
        "REPLCONF rdb-only" => "REPLCONF rdb-only",
        _ => "REPLCONF",
    }
}

/// Reads `FULLRESYNC <replication id> <offset>`.
fn position(line: &str) -> Option<Position> {
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        ["FULLRESYNC", id, offset] => Some(Position { replication_id: (*id).to_owned(), offset: offset.parse().ok()? }),
        _ => None,
    }
}
