//! What a server sends after it accepted PSYNC: a header, an RDB file, and in one of two framings the mark at its end.
//!
//! It does no IO. The reader of RDB files knows where the file ends, so a value that contains the mark does no harm: a server uses
//! the same mark for every transfer until it restarts.

use rdb::{Error as RdbError, ErrorKind, Reader, Summary};

/// How long a mark is.
const MARK_LEN: usize = 40;

/// The longest header: `$EOF:` and a mark, with the end of the line.
const MOST_HEADER: usize = 64;

/// A transfer that is under way.
#[derive(Debug)]
pub struct Transfer {
    framing: Option<Framing>,
    header: Vec<u8>,
    file: File,
    /// How many bytes of the file have arrived.
    bytes: u64,
    /// What followed the file: the mark. Of a file that cannot be read, what may be the mark.
    tail: Vec<u8>,
}

/// How a server says where the file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// By its length, which comes first. The server has saved the file to its disk before.
    Length(u64),
    /// By a mark that follows it.
    Mark([u8; MARK_LEN]),
}

/// The file, as far as it can be read.
#[derive(Debug)]
enum File {
    Read(Box<Reader>),
    /// Its version cannot be read, so that the framing alone says where it ends.
    Unread(String),
}

/// What has arrived completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// How many bytes the file has.
    pub bytes: u64,
    /// What it holds, or its version if that cannot be read.
    pub contents: Result<Summary, String>,
}

/// Why a transfer is not what it should be. The message has no data of keys and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It ended in the middle: the node's child was killed, or the connection broke.
    #[error("the transfer ended in the middle, after {0} bytes")]
    Truncated(u64),
    /// The server refused to send the file after it had agreed to.
    #[error("the node gave the transfer up")]
    Refused,
    /// It does not begin as a transfer does.
    #[error("the answer is not the header of a transfer")]
    NoHeader,
    /// The file is damaged.
    #[error("the RDB file is damaged at {0}")]
    Damaged(RdbError),
    /// The length or the mark is not where the file ends.
    #[error("the RDB file ends after {file} bytes, and the transfer does not")]
    Framing {
        /// Where the file ends.
        file: u64,
    },
}

impl Transfer {
    /// A transfer of which nothing has arrived.
    pub fn new() -> Self {
        Self { framing: None, header: Vec::new(), file: File::Read(Box::default()), bytes: 0, tail: Vec::new() }
    }

    /// Takes the next bytes from the server, and appends to `file` those that belong to the file.
    ///
    /// # Errors
    /// The transfer is broken. What was appended before must not be used.
    pub fn feed(&mut self, mut chunk: &[u8], file: &mut Vec<u8>) -> Result<(), Broken> {
        while self.framing.is_none() {
            let Some((first, rest)) = chunk.split_first() else { return Ok(()) };
            self.header_byte(*first)?;
            chunk = rest;
        }
        if let File::Read(reader) = &mut self.file {
            match reader.feed(chunk) {
                Ok(length) => {
                    let (of_file, after) = chunk.split_at(length);
                    self.append(of_file, file);
                    return self.after_file(after);
                }
                Err(RdbError { kind: ErrorKind::UnknownVersion(version), .. }) => self.file = File::Unread(version),
                Err(error) => return Err(Broken::Damaged(error)),
            }
        }
        self.unread(chunk, file)
    }

    /// The mark, if that is the framing.
    #[cfg(test)]
    pub(super) fn mark(&self) -> Option<Vec<u8>> {
        match self.framing {
            Some(Framing::Mark(mark)) => Some(mark.to_vec()),
            _ => None,
        }
    }

    /// Whether everything has arrived, so that nothing more has to be waited for. Of a file that cannot be read, only the end of
    /// the connection shows where it ends, unless its length is known.
    pub fn is_complete(&self) -> bool {
        match (&self.file, self.framing) {
            (File::Read(reader), Some(Framing::Mark(mark))) => reader.is_complete() && self.tail == mark,
            (File::Read(reader), Some(Framing::Length(_))) => reader.is_complete(),
            (File::Unread(_), Some(Framing::Length(length))) => self.bytes == length,
            _ => false,
        }
    }

    /// Ends the transfer: the server has closed the connection, or everything has arrived.
    ///
    /// # Errors
    /// Something is missing, or the framing is not that of the file.
    pub fn finish(self) -> Result<Arrived, Broken> {
        let Self { framing, header: _, file, bytes, tail } = self;
        let contents = match file {
            File::Unread(version) => Err(version),
            File::Read(reader) if reader.is_complete() => Ok(reader.finish().map_err(Broken::Damaged)?),
            File::Read(_) => return Err(Broken::Truncated(bytes)),
        };
        match framing {
            None => Err(Broken::Truncated(0)),
            Some(Framing::Length(length)) if bytes == length => Ok(Arrived { bytes, contents }),
            Some(Framing::Mark(mark)) if tail == mark => Ok(Arrived { bytes, contents }),
            Some(_) if contents.is_err() => Err(Broken::Truncated(bytes)),
            Some(Framing::Length(_)) => Err(Broken::Framing { file: bytes }),
            Some(Framing::Mark(_)) => Err(Broken::Truncated(bytes)),
        }
    }

    /// Reads the header. Empty lines before it keep the connection alive while the server prepares the file.
    fn header_byte(&mut self, byte: u8) -> Result<(), Broken> {
        match byte {
            b'\n' if self.header.is_empty() => return Ok(()),
            b'\n' => {
                self.framing = Some(framing(self.header.trim_ascii_end())?);
            }
            _ if self.header.len() == MOST_HEADER => return Err(Broken::NoHeader),
            _ => self.header.push(byte),
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8], file: &mut Vec<u8>) {
        file.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// Takes what follows the file. After the mark, some servers send empty lines, which mean nothing.
    fn after_file(&mut self, after: &[u8]) -> Result<(), Broken> {
        let framing = || Broken::Framing { file: self.bytes };
        match self.framing {
            Some(Framing::Length(length)) if self.bytes > length || !after.is_empty() && self.bytes < length => {
                Err(framing())
            }
            Some(Framing::Mark(mark)) => {
                let missing = MARK_LEN - self.tail.len();
                let of_mark = &after[..after.len().min(missing)];
                if !mark[self.tail.len()..].starts_with(of_mark) {
                    return Err(framing());
                }
                self.tail.extend_from_slice(of_mark);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes bytes of a file that cannot be read: up to its length, or all but the last, which may be the mark.
    fn unread(&mut self, chunk: &[u8], file: &mut Vec<u8>) -> Result<(), Broken> {
        match self.framing {
            Some(Framing::Length(length)) => {
                let missing = usize::try_from(length.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
                self.append(&chunk[..chunk.len().min(missing)], file);
            }
            _ => {
                self.tail.extend_from_slice(chunk);
                let of_file = self.tail.len().saturating_sub(MARK_LEN);
                let of_file: Vec<u8> = self.tail.drain(..of_file).collect();
                self.append(&of_file, file);
            }
        }
        Ok(())
    }
}

impl Default for Transfer {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads `$EOF:` and a mark, or `$` and a length.
fn framing(header: &[u8]) -> Result<Framing, Broken> {
    let rest = match header.split_first() {
        Some((b'$', rest)) => rest,
        Some((b'-', _)) => return Err(Broken::Refused),
        _ => return Err(Broken::NoHeader),
    };
    if let Some(mark) = rest.strip_prefix(b"EOF:") {
        return Ok(Framing::Mark(mark.try_into().map_err(|_| Broken::NoHeader)?));
    }
    let length = std::str::from_utf8(rest).ok().and_then(|digits| digits.parse().ok());
    length.map(Framing::Length).ok_or(Broken::NoHeader)
}

#[cfg(test)]
mod tests;
