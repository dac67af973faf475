//! What the functions log, for each thread.
//!
//! All worlds of a process share one subscriber. With one for each world, tracing would rebuild its cache of what is logged
//! while another world runs; the SDK draws a random number for each of its spans that is logged, and the same seed would not be
//! the same run.

use std::{cell::RefCell, io, sync::Once};

use tracing_subscriber::fmt::MakeWriter;

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Begins an empty log for this thread.
pub(crate) fn begin() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        let subscriber = tracing_subscriber::fmt().json().with_writer(Log).with_ansi(false).finish();
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
    });
    LOGGED.take();
}

/// Takes what was logged on this thread since it began.
pub(crate) fn taken() -> String {
    String::from_utf8_lossy(&LOGGED.take()).into_owned()
}

/// Appends to the log of the thread.
#[derive(Clone, Copy, Debug)]
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_on_a_thread_is_taken_once_and_by_that_thread() {
        begin();
        tracing::info!(target = "orders", "waiting");
        assert_eq!(std::thread::spawn(taken).join().unwrap(), "");
        let logged = taken();
        assert!(logged.contains("waiting") && logged.contains("orders"), "{logged}");
        assert_eq!(taken(), "");
    }
}
