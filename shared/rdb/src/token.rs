//! A token that may be split between chunks.

use crate::error::{Error, ErrorKind};

/// What a parser makes of the bytes so far: a value and how many bytes it takes; `None` if more are needed.
pub(crate) type Parsed<T> = Result<Option<(T, usize)>, ErrorKind>;

/// The position in the file, and the beginning of a token whose rest has not arrived.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The offset of the next byte.
    offset: u64,
    /// The offset of the token read last.
    token: u64,
    /// The first bytes of a token. It stays short: every parser decides within 19 bytes.
    pending: Vec<u8>,
}

impl Source {
    /// The offset of the next byte.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// An error at the token read last.
    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error { offset: self.token, kind }
    }

    /// Reads a token; `None` if its rest has not arrived.
    pub(crate) fn token<T>(
        &mut self,
        chunk: &mut &[u8],
        parse: impl Fn(&[u8]) -> Parsed<T>,
    ) -> Result<Option<T>, Error> {
        if self.pending.is_empty() {
            self.token = self.offset;
            if let Some((value, length)) = parse(chunk).map_err(|kind| self.error(kind))? {
                self.take(chunk, length);
                return Ok(Some(value));
            }
        }
        while !chunk.is_empty() {
            let byte = self.take(chunk, 1);
            self.pending.extend_from_slice(byte);
            if let Some((value, _)) = parse(&self.pending).map_err(|kind| self.error(kind))? {
                self.pending.clear();
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Takes up to so many bytes.
    pub(crate) fn take<'a>(&mut self, chunk: &mut &'a [u8], length: usize) -> &'a [u8] {
        let (taken, rest) = chunk.split_at(length.min(chunk.len()));
        *chunk = rest;
        self.offset = self.offset.saturating_add(taken.len() as u64);
        taken
    }
}

/// Reads one byte.
pub(crate) fn byte(bytes: &[u8]) -> Parsed<u8> {
    Ok(bytes.first().map(|byte| (*byte, 1)))
}

/// Reads a number of eight bytes.
pub(crate) fn eight_bytes(bytes: &[u8]) -> Parsed<u64> {
    Ok(bytes.first_chunk().map(|number| (u64::from_le_bytes(*number), 8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_same_however_it_is_split() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for split in 0..=8 {
            let mut source = Source::default();
            let (mut one, mut two) = bytes.split_at(split);
            let number = match source.token(&mut one, eight_bytes).unwrap() {
                Some(number) => number,
                None => source.token(&mut two, eight_bytes).unwrap().unwrap(),
            };
            assert_eq!(number, 0x0807_0605_0403_0201);
            assert_eq!((source.token, source.offset(), source.pending.len()), (0, 8, 0));
        }
    }
}
