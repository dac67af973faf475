//! What an instance writes to stdout and stderr, in the order it wrote it.

use std::{
    io::{ErrorKind, PipeReader, PipeWriter, Read},
    os::fd::OwnedFd,
    sync::{Arc, Mutex},
};

use tokio::{net::unix::pipe::Receiver, task::JoinHandle};

/// How much is kept of one invocation: the end of it.
const LIMIT: usize = 256 * 1024;

/// The reading end of an instance's output.
#[derive(Debug)]
pub(super) struct Logs {
    kept: Arc<Mutex<Vec<u8>>>,
    pipe: PipeReader,
    pump: JoinHandle<()>,
}

impl Logs {
    /// Opens a pipe, and reads it from now on so that a function never blocks on writing.
    pub(super) fn open() -> std::io::Result<(Self, PipeWriter)> {
        let (pipe, writer) = std::io::pipe()?;
        let receiver = Receiver::from_owned_fd(OwnedFd::from(pipe.try_clone()?))?;
        let kept = Arc::default();
        let pump = tokio::spawn(pump(receiver, Arc::clone(&kept)));
        Ok((Self { kept, pipe, pump }, writer))
    }

    /// Takes what was written so far, down to the last byte.
    ///
    /// The pipe itself is asked, not the event loop: what a function wrote just before it answered is in the pipe when
    /// its answer arrives, whether or not the event loop has heard of it.
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
        // Read under the lock, so that the order of the bytes is that of the pipe.
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

/// Reads until there is nothing more, and keeps the end of it. The pipe is non-blocking.
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
