//! One transfer of an RDB file, from the login to its last byte.

use std::{io, time::Duration};

use policy::Failure;
use rdb::Summary;
use secrecy::SecretString;
use tokio::{io::AsyncBufReadExt, time::timeout};

use super::{
    handshake::{Line, Position, SILENCE},
    transfer::{Broken, Transfer},
};
use crate::dial::Address;

/// How long the end of the connection is waited for, once the whole file has arrived.
const CLOSING: Duration = Duration::from_millis(100);

/// A node that sends its RDB file. Dropping it closes the connection, and the node stops its child process.
pub struct Pull {
    line: Line,
    position: Position,
    transfer: Transfer,
}

/// A file that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// How many bytes the file has.
    pub bytes: u64,
    /// What it holds, or its version if that cannot be read.
    pub contents: Result<Summary, String>,
}

impl Pull {
    /// Logs in to a node, and asks it for its RDB file. From then on, the node has a child process that sends it.
    ///
    /// # Errors
    /// Permanent, naming the node and the right, if the user may not (`+psync`, `+replconf`), or the server cannot send a file
    /// alone; Retryable if the node does not answer, or not now.
    ///
    /// # Repeating
    /// The node starts another child process. Two pulls at once wait for each other.
    pub async fn begin(
        node: &str,
        address: Address<'_>,
        username: &str,
        credential: &SecretString,
    ) -> Result<Self, Failure> {
        let mut line = Line::open(node, address).await?;
        line.log_in(username, credential).await?;
        let position = line.ask_for_file().await?;
        Ok(Self { line, position, transfer: Transfer::new() })
    }

    /// The replication id of the data.
    pub fn replication_id(&self) -> &str {
        &self.position.replication_id
    }

    /// The replication offset of the data.
    pub fn replication_offset(&self) -> u64 {
        self.position.offset
    }

    /// The mark at the end of the transfer, if that is its framing.
    #[cfg(test)]
    pub(super) fn mark(&self) -> Option<Vec<u8>> {
        self.transfer.mark()
    }

    /// Receives the next bytes, and appends those of the file to `file`. Returns whether more may come.
    ///
    /// # Errors
    /// Retryable, naming the node, if it sends nothing for 15 seconds, or the connection breaks; `NeedsHuman` if the file is
    /// damaged. What was received before must not be used.
    pub async fn receive(&mut self, file: &mut Vec<u8>) -> Result<bool, Failure> {
        if self.transfer.is_complete() {
            // The server closes first, so that it does not log a lost replica.
            let _ = timeout(CLOSING, self.line.stream.fill_buf()).await;
            return Ok(false);
        }
        let filled = timeout(SILENCE, self.line.stream.fill_buf()).await;
        let chunk = filled
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| Failure::retryable(format!("the node {} stopped sending: {error}", self.line.node)))?;
        let length = chunk.len();
        if length == 0 {
            return Ok(false);
        }
        self.transfer.feed(chunk, file).map_err(|broken| failure(&self.line.node, broken))?;
        self.line.stream.consume(length);
        Ok(true)
    }

    /// Ends the transfer, once nothing more comes.
    ///
    /// # Errors
    /// Retryable, naming the node, if the file is not complete.
    pub fn finish(self) -> Result<Pulled, Failure> {
        let Self { line, position: _, transfer } = self;
        let arrived = transfer.finish().map_err(|broken| failure(&line.node, broken))?;
        Ok(Pulled { bytes: arrived.bytes, contents: arrived.contents })
    }
}

/// What is damaged is damaged on the node, or the reader does not know it: trying again does not help.
fn failure(node: &str, broken: Broken) -> Failure {
    let message = format!("the node {node} sent no usable RDB file: {broken}");
    match broken {
        Broken::Truncated(_) | Broken::Refused => Failure::retryable(message),
        Broken::NoHeader | Broken::Damaged(_) | Broken::Framing { .. } => Failure::needs_human(message).with_next_step(
            format!("Look at the log of {node}, and save its data in another way, for example with `redis-cli --rdb`"),
        ),
    }
}
