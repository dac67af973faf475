//! What becomes of a request that meets a fault.

use std::future::Future;

use tokio::time::sleep;

use crate::{
    faults::{Faults, What},
    journal::{CallResult, Entry, Journal},
};

/// The connection is dropped without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
pub(crate) enum Dropped {
    /// The caller continues.
    Reset,
    /// The caller is killed.
    Killed,
}

/// The faults and the journal that every request passes through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) faults: &'a Faults,
    pub(crate) journal: &'a Journal,
}

impl Surroundings<'_> {
    /// Carries out a request, unless its fault comes before that, and records what became of it.
    ///
    /// `entry` is the record, whose result is still open. `refuse` is the response of a server that fails. `act` carries the request
    /// out; it also returns the code of a refusal.
    ///
    /// # Errors
    /// There is no response: the connection is dropped, or the caller is killed.
    pub(crate) async fn meet<R>(
        self,
        fault: Option<What>,
        entry: Entry,
        refuse: impl FnOnce(What) -> R,
        act: impl Future<Output = (R, Option<String>)>,
    ) -> Result<R, Dropped> {
        let write = |result| self.journal.record(Entry { result, ..entry.clone() });
        let kill = || entry.invocation.iter().for_each(|place| self.faults.kill(place));
        match fault {
            Some(what @ (What::KillBefore | What::Reset | What::Throttle | What::InternalError | What::Quote)) => {
                write(CallResult::FaultedBefore(format!("{what:?}")));
                return match what {
                    What::KillBefore => {
                        kill();
                        Err(Dropped::Killed)
                    }
                    What::Reset => Err(Dropped::Reset),
                    what => Ok(refuse(what)),
                };
            }
            Some(What::Delay(time)) => sleep(time).await,
            Some(What::Hold) => self.faults.held().await,
            Some(What::LoseAnswer | What::KillAfter) | None => {}
        }
        let (response, refused) = act.await;
        write(match (refused, fault) {
            (Some(code), _) => CallResult::Refused(code),
            (None, Some(what @ (What::LoseAnswer | What::KillAfter))) => CallResult::FaultedAfter(format!("{what:?}")),
            (None, _) => CallResult::Answered,
        });
        match fault {
            Some(What::KillAfter) => {
                kill();
                Err(Dropped::Killed)
            }
            Some(What::LoseAnswer) => Err(Dropped::Reset),
            _ => Ok(response),
        }
    }
}
