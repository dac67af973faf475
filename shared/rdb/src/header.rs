//! The header: the family and the version of the format.

use serde::Serialize;

use crate::{error::ErrorKind, token::Parsed};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Format {
    /// The family, by the letters that the file starts with. Valkey wrote the format of Redis before its version 9.
    pub family: Family,
    /// The version of the format, which is not the version of the server.
    pub version: u16,
}

/// A family of formats. The same number means different things in the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// `REDIS` and four digits.
    Redis,
    /// `VALKEY` and three digits.
    Valkey,
}

/// How many bytes a header has.
const LENGTH: usize = 9;

impl Format {
    /// Whether the file ends with a checksum.
    pub(crate) fn has_checksum(self) -> bool {
        self.version >= 5
    }

    /// Whether this version can be read.
    fn is_known(self) -> bool {
        match self.family {
            Family::Redis => (1..=14).contains(&self.version),
            Family::Valkey => self.version == 80,
        }
    }
}

/// Reads the header.
pub(crate) fn parse(bytes: &[u8]) -> Parsed<Format> {
    let header = &bytes[..bytes.len().min(LENGTH)];
    let families = [(Family::Redis, "REDIS"), (Family::Valkey, "VALKEY")];
    let starts = |magic: &str| magic.bytes().zip(header).all(|(letter, byte)| letter == *byte);
    let (family, magic) = families.into_iter().find(|(_, magic)| starts(magic)).ok_or(ErrorKind::NotRdb)?;
    let digits = header.get(magic.len()..).unwrap_or_default();
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(ErrorKind::NotRdb);
    }
    if header.len() < LENGTH {
        return Ok(None);
    }
    let version = digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    let format = Format { family, version };
    if !format.is_known() {
        return Err(ErrorKind::UnknownVersion(String::from_utf8_lossy(header).into_owned()));
    }
    Ok(Some((format, LENGTH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_decide_the_family() {
        let redis = Format { family: Family::Redis, version: 14 };
        assert_eq!(parse(b"REDIS0014\xfa"), Ok(Some((redis, 9))));
        let valkey = Format { family: Family::Valkey, version: 80 };
        assert_eq!(parse(b"VALKEY080"), Ok(Some((valkey, 9))));
    }

    #[test]
    fn an_unknown_version_is_named() {
        for magic in ["REDIS0000", "REDIS0015", "REDIS0080", "REDIS9999", "VALKEY011", "VALKEY081"] {
            assert_eq!(parse(magic.as_bytes()), Err(ErrorKind::UnknownVersion(magic.to_owned())));
        }
    }

    #[test]
    fn anything_else_is_refused_at_the_first_wrong_byte() {
        assert_eq!(parse(b"REDIS001"), Ok(None));
        assert_eq!(parse(b""), Ok(None));
        for bytes in [&b"P"[..], b"REDIX", b"REDIS00a", b"VALKEY+80", b"$12345\r\n"] {
            assert_eq!(parse(bytes), Err(ErrorKind::NotRdb));
        }
    }
}
