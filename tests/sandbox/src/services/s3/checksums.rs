//! What contents are checked against.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use crc_fast::{CrcAlgorithm, checksum};
use s3s::{S3Result, s3_error};
use sha2::{Digest, Sha256};

/// An `ETag`. That of S3 is an MD5 of what it stores, which no client may rely on.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
pub(super) fn etag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The CRC-64/NVME, in base64.
pub(super) fn crc64nvme(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(checksum(CrcAlgorithm::Crc64Nvme, bytes).to_be_bytes())
}

/// The checksums that a request names.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    pub(super) crc32: Option<String>,
    pub(super) crc32c: Option<String>,
    pub(super) crc64nvme: Option<String>,
    pub(super) sha256: Option<String>,
}

impl Claimed {
    /// Refuses contents that are not what a request says.
    pub(super) fn check(&self, bytes: &[u8]) -> S3Result<()> {
        let four = |algorithm| {
            let sum = u32::try_from(checksum(algorithm, bytes)).unwrap_or_default();
            BASE64_STANDARD.encode(sum.to_be_bytes())
        };
        let claims = [
            ("CRC32", &self.crc32, four(CrcAlgorithm::Crc32IsoHdlc)),
            ("CRC32C", &self.crc32c, four(CrcAlgorithm::Crc32Iscsi)),
            ("CRC64NVME", &self.crc64nvme, crc64nvme(bytes)),
            ("SHA256", &self.sha256, BASE64_STANDARD.encode(Sha256::digest(bytes))),
        ];
        for (name, claimed, computed) in claims {
            if claimed.as_ref().is_some_and(|claimed| *claimed != computed) {
                return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
            }
        }
        Ok(())
    }
}
