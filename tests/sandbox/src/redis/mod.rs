//! Real Redis processes on loopback addresses of their own.

use std::{path::Path, sync::Arc};

use crate::{faults::Faults, journal::Journal};

/// Every Redis process of one sandbox, with the addresses and the certificate authority they share.
#[derive(Debug)]
pub struct Fleet {
    faults: Arc<Faults>,
    journal: Arc<Journal>,
}

impl Fleet {
    /// An empty fleet that keeps its files under `home`.
    ///
    /// # Errors
    /// No `redis-server` can be run, or no loopback network is free.
    pub(crate) fn new(home: &Path, faults: Arc<Faults>, journal: Arc<Journal>) -> anyhow::Result<Self> {
        let _ = home;
        Ok(Self { faults, journal })
    }

    /// The certificate authority's certificate, PEM: what clients must trust.
    pub fn authority_pem(&self) -> &str {
        ""
    }

    /// Ends every process and waits for it.
    pub(crate) async fn stop(&self) {}
}
