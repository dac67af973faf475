//! The checksum of a file, and its verdict.

use crc_fast::{CrcAlgorithm, Digest};
use serde::Serialize;

use crate::error::ErrorKind;

/// What the checksum of a file tells. One that does not match is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Checksum {
    /// The file is as it was written.
    Matches,
    /// The server wrote zeros (`rdbchecksum no`): it tells nothing.
    SwitchedOff,
    /// Versions before 5 have none.
    Absent,
}

/// The checksum of the bytes so far: CRC-64 with the polynomial of Redis.
#[derive(Debug)]
pub(crate) struct Running(Digest);

impl Running {
    pub(crate) fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc64Redis))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Compares it with the one in the file.
    pub(crate) fn verdict(&self, stored: u64) -> Result<Checksum, ErrorKind> {
        match self.0.finalize() {
            _ if stored == 0 => Ok(Checksum::SwitchedOff),
            computed if computed == stored => Ok(Checksum::Matches),
            computed => Err(ErrorKind::Checksum { stored, computed }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_redis_and_any_other_is_an_error() {
        let mut running = Running::new();
        running.update(b"1234");
        running.update(b"56789");
        // The check value in https://github.com/redis/redis/blob/unstable/src/crc64.c.
        assert_eq!(running.verdict(0xe9c6_d914_c4b8_d9ca), Ok(Checksum::Matches));
        assert_eq!(running.verdict(0), Ok(Checksum::SwitchedOff));
        let error = ErrorKind::Checksum { stored: 1, computed: 0xe9c6_d914_c4b8_d9ca };
        assert_eq!(running.verdict(1), Err(error));
    }
}
