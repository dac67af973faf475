//! A string compressed by LZF, which is checked without decompressing it.

use crate::{error::ErrorKind, token::Parsed};

/// One instruction of LZF: it copies bytes that follow it, or repeats bytes from further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// How many bytes it has itself.
    size: u64,
    /// How many bytes follow it.
    follow: u64,
    /// How many bytes it makes.
    makes: u64,
    /// How far back it reaches.
    distance: u64,
}

/// Reads an instruction.
///
/// | bytes | instruction |
/// |---|---|
/// | `000xxxxx` | copy the next x + 1 bytes |
/// | `xxxyyyyy`, z | repeat x + 2 bytes from yz + 1 bytes back |
/// | `111yyyyy`, x, z | repeat x + 9 bytes from yz + 1 bytes back |
pub(crate) fn parse(bytes: &[u8]) -> Parsed<Instruction> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
    let (high, low) = (u64::from(first >> 5), u64::from(first & 0x1f));
    let distance = |last: u8| (low << 8 | u64::from(last)) + 1;
    let instruction = match (high, rest) {
        (0, _) => Instruction { size: 1, follow: low + 1, makes: low + 1, distance: 0 },
        (1..7, [last, ..]) => Instruction { size: 2, follow: 0, makes: high + 2, distance: distance(*last) },
        (7, [more, last, ..]) => {
            Instruction { size: 3, follow: 0, makes: u64::from(*more) + 9, distance: distance(*last) }
        }
        _ => return Ok(None),
    };
    Ok(Some((instruction, instruction.size as usize)))
}

/// A compressed string that is being read.
#[derive(Debug)]
pub(crate) struct Compressed {
    /// How many bytes of it are left.
    left: u64,
    /// How many bytes its instructions have made.
    made: u64,
    /// How many bytes they must make.
    original: u64,
}

impl Compressed {
    pub(crate) fn new(stored: u64, original: u64) -> Self {
        Self { left: stored, made: 0, original }
    }

    /// Whether it has been read.
    pub(crate) fn is_complete(&self) -> bool {
        self.left == 0
    }

    /// Counts an instruction. Returns how many bytes follow it.
    ///
    /// It refuses what a server refuses: an instruction that reaches before the beginning or beyond the end, and another
    /// length than the string states.
    pub(crate) fn count(&mut self, instruction: Instruction) -> Result<u64, ErrorKind> {
        let Instruction { size, follow, makes, distance } = instruction;
        let made = self.made.saturating_add(makes);
        match self.left.checked_sub(size + follow) {
            Some(left) if distance <= self.made && (made == self.original || (made < self.original && left > 0)) => {
                (self.left, self.made) = (left, made);
                Ok(follow)
            }
            _ => Err(ErrorKind::Expected("a string that LZF can decompress")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a whole string.
    fn read(mut bytes: &[u8], original: u64) -> Result<(), ErrorKind> {
        let mut string = Compressed::new(bytes.len() as u64, original);
        while !string.is_complete() {
            let (instruction, size) = parse(bytes)?.ok_or(ErrorKind::Truncated("an instruction"))?;
            let follow = string.count(instruction)? as usize;
            bytes = &bytes[size + follow..];
        }
        Ok(())
    }

    #[test]
    fn a_string_makes_as_many_bytes_as_it_states() {
        // 3 bytes; 3 from 3 back; 9 + 5 from 1 back; 1 byte.
        let bytes = b"\x02abc\x20\x02\xe0\x05\x00\x00d";
        assert_eq!(read(bytes, 21), Ok(()));
        for original in [0, 3, 20, 22, u64::MAX] {
            assert!(read(bytes, original).is_err(), "{original}");
        }
    }

    #[test]
    fn an_instruction_stays_within_the_string() {
        assert!(read(b"\x00a\x20\x01", 4).is_err(), "before its beginning");
        assert!(read(b"\x02ab", 3).is_err(), "beyond its end");
        assert!(read(b"\x00a\x20", 4).is_err(), "in an instruction");
    }
}
