//! The checksums of contents.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use base64::{Engine as _, prelude::BASE64_STANDARD};
use s3s::{
    S3Result,
    crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto::{ChecksumAlgorithm, ChecksumType},
    s3_error,
};

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(super) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// Its name in requests and responses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => ChecksumAlgorithm::CRC32,
            Self::Crc32c => ChecksumAlgorithm::CRC32C,
            Self::Crc64Nvme => ChecksumAlgorithm::CRC64NVME,
            Self::Sha1 => ChecksumAlgorithm::SHA1,
            Self::Sha256 => ChecksumAlgorithm::SHA256,
        }
    }

    /// The header with a checksum.
    pub(super) fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    /// The algorithm with this name.
    pub(super) fn named(name: &str) -> S3Result<Self> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.name() == name);
        found.ok_or_else(|| {
            s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
        })
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc32 => Crc32::checksum(bytes).to_vec(),
            Self::Crc32c => Crc32c::checksum(bytes).to_vec(),
            Self::Crc64Nvme => Crc64Nvme::checksum(bytes).to_vec(),
            Self::Sha1 => Sha1::checksum(bytes).to_vec(),
            Self::Sha256 => Sha256::checksum(bytes).to_vec(),
        }
    }

    /// Whether parts in an upload can be checked one by one, and the whole object at once.
    pub(super) fn allows(self, is_composite: bool) -> bool {
        match self {
            Self::Crc64Nvme => !is_composite,
            Self::Sha1 | Self::Sha256 => is_composite,
            Self::Crc32 | Self::Crc32c => true,
        }
    }
}

/// A checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) algorithm: Algorithm,
    /// In base64; that of the checksums of parts also ends in their number.
    pub(super) value: String,
    /// Whether it is that of the checksums of parts.
    pub(super) is_composite: bool,
}

impl Sum {
    /// The checksum of all contents.
    pub(super) fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self { algorithm, value: BASE64_STANDARD.encode(algorithm.digest(bytes)), is_composite: false }
    }

    /// The checksum of the checksums of parts.
    pub(super) fn composite<'a>(algorithm: Algorithm, parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let parts: Vec<_> = parts.into_iter().filter_map(|part| BASE64_STANDARD.decode(&part.value).ok()).collect();
        let whole = BASE64_STANDARD.encode(algorithm.digest(&parts.concat()));
        Self { algorithm, value: format!("{whole}-{}", parts.len()), is_composite: true }
    }

    /// What responses call it.
    pub(super) fn kind(&self) -> Option<ChecksumType> {
        Some(kind(self.is_composite))
    }

    /// Refuses what a request says, if it is another.
    pub(super) fn check(&self, claimed: Option<&str>) -> S3Result<()> {
        let Some(claimed) = claimed else { return Ok(()) };
        let (raw, name) = (claimed.split('-').next().unwrap_or_default(), self.algorithm.name());
        let length = BASE64_STANDARD.decode(raw).map(|raw| raw.len());
        if length != Ok(self.algorithm.digest(&[]).len()) {
            return Err(s3_error!(InvalidRequest, "Value for {} header is invalid.", self.algorithm.header()));
        }
        match claimed == self.value {
            true => Ok(()),
            false => Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum.")),
        }
    }
}

/// What responses call a checksum.
pub(super) fn kind(is_composite: bool) -> ChecksumType {
    ChecksumType::from_static(if is_composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT })
}

/// The checksum that a request names, of any algorithm.
pub(super) fn one(claims: Vec<(Algorithm, String)>) -> S3Result<Option<(Algorithm, String)>> {
    match claims.len() {
        0 | 1 => Ok(claims.into_iter().next()),
        _ => Err(s3_error!(
            InvalidRequest,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )),
    }
}

pub(super) fn md5(bytes: &[u8]) -> Vec<u8> {
    Md5::checksum(bytes).as_ref().to_vec()
}

/// Refuses contents of another MD5.
pub(super) fn check_md5(bytes: &[u8], claimed: Option<&str>) -> S3Result<()> {
    let Some(claimed) = claimed else { return Ok(()) };
    match BASE64_STANDARD.decode(claimed) {
        Ok(claimed) if claimed == md5(bytes) => Ok(()),
        Ok(claimed) if claimed.len() == 16 => {
            Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid.")),
    }
}

/// The checksums in the fields of a request or of a part.
macro_rules! claims {
    ($fields:expr) => {{
        use $crate::services::s3::checksums::Algorithm;
        let claims = [
            (Algorithm::Crc32, $fields.checksum_crc32.clone()),
            (Algorithm::Crc32c, $fields.checksum_crc32c.clone()),
            (Algorithm::Crc64Nvme, $fields.checksum_crc64nvme.clone()),
            (Algorithm::Sha1, $fields.checksum_sha1.clone()),
            (Algorithm::Sha256, $fields.checksum_sha256.clone()),
        ];
        claims.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect::<Vec<_>>()
    }};
}

/// Writes a checksum into the field of its algorithm.
macro_rules! show {
    ($fields:expr, $sum:expr) => {{
        use $crate::services::s3::checksums::Algorithm;
        let value = Some($sum.value.clone());
        match $sum.algorithm {
            Algorithm::Crc32 => $fields.checksum_crc32 = value,
            Algorithm::Crc32c => $fields.checksum_crc32c = value,
            Algorithm::Crc64Nvme => $fields.checksum_crc64nvme = value,
            Algorithm::Sha1 => $fields.checksum_sha1 = value,
            Algorithm::Sha256 => $fields.checksum_sha256 = value,
        }
    }};
}

pub(super) use {claims, show};
