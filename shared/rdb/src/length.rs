//! A length: a number in one to nine bytes.

use crate::{error::ErrorKind, token::Parsed};

/// Reads a length.
///
/// | first byte | length |
/// |---|---|
/// | `00xxxxxx` | these six bits |
/// | `01xxxxxx` | these six bits and the next byte |
/// | `10000000` | the next 4 bytes, in network order |
/// | `10000001` | the next 8 bytes, in network order |
pub(crate) fn parse(bytes: &[u8]) -> Parsed<u64> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    let low = u64::from(first & 0x3f);
    let parsed = match first {
        0x00..=0x3f => Some((low, 1)),
        0x40..=0x7f => rest.first().map(|next| (low << 8 | u64::from(*next), 2)),
        0x80 => rest.first_chunk().map(|number| (u64::from(u32::from_be_bytes(*number)), 5)),
        0x81 => rest.first_chunk().map(|number| (u64::from_be_bytes(*number), 9)),
        _ => return Err(ErrorKind::Expected("a length")),
    };
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_four_forms() {
        assert_eq!(parse(&[0x3f, 9]), Ok(Some((63, 1))));
        assert_eq!(parse(&[0x41, 2, 9]), Ok(Some((258, 2))));
        assert_eq!(parse(&[0x80, 0, 1, 0, 0, 9]), Ok(Some((65_536, 5))));
        assert_eq!(parse(&[0x81, 0x80, 0, 0, 0, 0, 0, 0, 0]), Ok(Some((1 << 63, 9))));
    }

    #[test]
    fn a_length_waits_for_its_last_byte() {
        for part in [&[][..], &[0x41], &[0x80, 0, 0, 0], &[0x81, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(parse(part), Ok(None));
        }
    }

    #[test]
    fn any_other_first_byte_is_refused() {
        for first in 0x82..=0xff {
            assert_eq!(parse(&[first]), Err(ErrorKind::Expected("a length")), "{first:#x}");
        }
    }
}
