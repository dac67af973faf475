//! The output of an instance: stdout and stderr, in the order of writing.

use std::{
    io::{ErrorKind, PipeReader, PipeWriter, Read},
    os::fd::OwnedFd,
    sync::{Arc, Mutex},
};

use tokio::{net::unix::pipe::Receiver, task::JoinHandle};

/// The maximum size of the output of one invocation. Only the end of a longer one is kept.
const LIMIT: usize = 256 * 1024;

/// The reader of an instance's output.
#[derive(Debug)]
pub(super) struct Logs {
    kept: Arc<Mutex<Vec<u8>>>,
    pipe: PipeReader,
    pump: JoinHandle<()>,
}

impl Logs {
    /// Opens a pipe, and starts to read it, so that a function never blocks when it writes.
    pub(super) fn open() -> std::io::Result<(Self, PipeWriter)> {
        let (pipe, writer) = std::io::pipe()?;
        let receiver = Receiver::from_owned_fd(OwnedFd::from(pipe.try_clone()?))?;
        let kept = Arc::default();
        let pump = tokio::spawn(pump(receiver, Arc::clone(&kept)));
        Ok((Self { kept, pipe, pump }, writer))
    }

    /// Returns all output since the last call.
    ///
    /// It reads the pipe directly instead of waiting for the event loop. What a function wrote before its response
    /// is in the pipe when the response arrives, but the event loop may not have noticed it yet.
    pub(super) fn take(&self) -> String {
        let mut kept = self.kept.lock().expect("the lock is not poisoned");
        drain(&mut kept, |buffer| (&self.pipe).read(buffer));
        let text = String::from_utf8_lossy(&kept).into_owned();
        kept.clear();
        text
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

async fn pump(receiver: Receiver, kept: Arc<Mutex<Vec<u8>>>) {
    while receiver.readable().await.is_ok() {
        // Reading under the lock preserves the order of the bytes.
        let mut kept = kept.lock().expect("the lock is not poisoned");
        if drain(&mut kept, |buffer| receiver.try_read(buffer)) == Drained::Closed {
            return;
        }
    }
}

#[derive(PartialEq, Eq)]
enum Drained {
    Empty,
    Closed,
}

/// Reads all available bytes of a non-blocking pipe, and keeps the last ones.
fn drain(kept: &mut Vec<u8>, mut read: impl FnMut(&mut [u8]) -> std::io::Result<usize>) -> Drained {
    let mut buffer = [0; 8192];
    loop {
        match read(&mut buffer) {
            Ok(0) => return Drained::Closed,
            Ok(count) => kept.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Drained::Empty,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Drained::Closed,
        }
        if kept.len() > 2 * LIMIT {
            kept.drain(..kept.len() - LIMIT);
        }
    }
}
