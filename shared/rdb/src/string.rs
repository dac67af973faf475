//! The beginning of a string, which says how it is stored.

use crate::{error::ErrorKind, length, token::Parsed};

/// How a string is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// So many bytes follow.
    Plain(u64),
    /// A string compressed by LZF follows.
    Compressed {
        /// How many bytes follow.
        stored: u64,
        /// How many bytes it had before.
        original: u64,
    },
    /// The string is the decimal form of this number. Nothing follows.
    Number(i32),
}

/// Reads the beginning of a string: a length, or one of four encodings.
pub(crate) fn parse(bytes: &[u8]) -> Parsed<Header> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    let parsed = match first {
        0xc0 => rest.first_chunk().map(|number| (Header::Number(i8::from_le_bytes(*number).into()), 2)),
        0xc1 => rest.first_chunk().map(|number| (Header::Number(i16::from_le_bytes(*number).into()), 3)),
        0xc2 => rest.first_chunk().map(|number| (Header::Number(i32::from_le_bytes(*number)), 5)),
        0xc3 => return compressed(rest),
        0xc4.. => return Err(ErrorKind::Expected("a string")),
        _ => return Ok(length::parse(bytes)?.map(|(length, used)| (Header::Plain(length), used))),
    };
    Ok(parsed)
}

/// Reads the two lengths of a compressed string.
fn compressed(bytes: &[u8]) -> Parsed<Header> {
    let Some((stored, first)) = length::parse(bytes)? else { return Ok(None) };
    let Some((original, second)) = length::parse(&bytes[first..])? else { return Ok(None) };
    Ok(Some((Header::Compressed { stored, original }, 1 + first + second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_has_five_forms() {
        assert_eq!(parse(&[0x05, b'a']), Ok(Some((Header::Plain(5), 1))));
        assert_eq!(parse(&[0xc0, 0xff]), Ok(Some((Header::Number(-1), 2))));
        assert_eq!(parse(&[0xc1, 0x00, 0x01]), Ok(Some((Header::Number(256), 3))));
        assert_eq!(parse(&[0xc2, 0x00, 0x00, 0x01, 0x00]), Ok(Some((Header::Number(65_536), 5))));
        let compressed = Header::Compressed { stored: 9, original: 100 };
        assert_eq!(parse(&[0xc3, 0x09, 0x40, 0x64, 0x01]), Ok(Some((compressed, 4))));
    }

    #[test]
    fn an_unknown_encoding_is_refused() {
        for first in 0xc4..=0xff {
            assert_eq!(parse(&[first]), Err(ErrorKind::Expected("a string")), "{first:#x}");
        }
    }
}
