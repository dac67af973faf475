//! An object, read from its beginning to its end.

use std::io::{self, Write};

use cloud::s3::objects::Reading;
use policy::{Failure, snapshot::Digest, target::Compression};
use rdb::{ErrorKind, Reader, Summary};
use zstd::stream::write::Decoder;

use super::pipeline::Measured;

/// What an object is.
#[derive(Debug)]
pub(super) enum ReadBack {
    /// An RDB file, whole.
    Whole(Box<Whole>),
    /// Not an RDB file, for this reason.
    Damaged(String),
}

/// An object that is an RDB file.
#[derive(Debug)]
pub(super) struct Whole {
    /// The file.
    pub(super) raw: Digest,
    /// The object.
    pub(super) stored: Digest,
    /// What it holds, or its version if that cannot be read.
    pub(super) contents: Result<Summary, String>,
}

/// Reads an object in constant memory.
///
/// # Errors
/// Retryable if it could not be read to its end.
pub(super) async fn run(mut reading: Reading, compression: Compression) -> Result<ReadBack, Failure> {
    let mut stored = Measured::default();
    let mut unpacked = match unpack(compression) {
        Ok(unpacked) => unpacked,
        Err(error) => return Err(Failure::permanent("the object cannot be decompressed").because(error)),
    };
    while let Some(bytes) = reading.next().await? {
        stored.update(bytes.as_ref());
        if unpacked.write_all(bytes.as_ref()).is_err() {
            return Ok(ReadBack::Damaged(unpacked.why()));
        }
    }
    if unpacked.flush().is_err() {
        return Ok(ReadBack::Damaged(unpacked.why()));
    }
    let File { raw, contents } = unpacked.into_file();
    Ok(match contents.finish() {
        Ok(contents) => ReadBack::Whole(Box::new(Whole { raw: raw.digest(), stored: stored.digest(), contents })),
        Err(why) => ReadBack::Damaged(why),
    })
}

/// What the bytes of the object are written to.
enum Unpacked {
    Compressed(Box<Decoder<'static, File>>),
    Plain(File),
}

fn unpack(compression: Compression) -> io::Result<Unpacked> {
    Ok(match compression {
        Compression::None => Unpacked::Plain(File::default()),
        Compression::Zstd => Unpacked::Compressed(Box::new(Decoder::new(File::default())?)),
    })
}

impl Unpacked {
    fn why(&self) -> String {
        let file = match self {
            Self::Compressed(decoder) => decoder.get_ref(),
            Self::Plain(file) => file,
        };
        file.contents.why().unwrap_or_else(|| "it cannot be decompressed".to_owned())
    }

    fn into_file(self) -> File {
        match self {
            Self::Compressed(decoder) => decoder.into_inner(),
            Self::Plain(file) => file,
        }
    }
}

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Compressed(decoder) => decoder.write(bytes),
            Self::Plain(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Compressed(decoder) => decoder.flush(),
            Self::Plain(file) => file.flush(),
        }
    }
}

/// An RDB file on its way.
#[derive(Default)]
struct File {
    raw: Measured,
    contents: Contents,
}

/// What is known of an RDB file so far.
enum Contents {
    Read(Box<Reader>),
    Unread(String),
    Damaged(String),
}

impl Default for Contents {
    fn default() -> Self {
        Self::Read(Box::default())
    }
}

impl Contents {
    fn feed(&mut self, bytes: &[u8]) {
        let Self::Read(reader) = self else { return };
        match reader.feed(bytes) {
            Ok(length) if length == bytes.len() => {}
            Ok(_) => *self = Self::Damaged("more bytes follow the RDB file".to_owned()),
            Err(rdb::Error { kind: ErrorKind::UnknownVersion(version), .. }) => *self = Self::Unread(version),
            Err(error) => *self = Self::Damaged(error.to_string()),
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::Damaged(why) => Some(why.clone()),
            Self::Read(_) | Self::Unread(_) => None,
        }
    }

    fn finish(self) -> Result<Result<Summary, String>, String> {
        match self {
            Self::Read(reader) => reader.finish().map(Ok).map_err(|error| error.to_string()),
            Self::Unread(version) => Ok(Err(version)),
            Self::Damaged(why) => Err(why),
        }
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.raw.update(bytes);
        self.contents.feed(bytes);
        match &self.contents {
            Contents::Damaged(why) => Err(io::Error::other(why.clone())),
            Contents::Read(_) | Contents::Unread(_) => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
