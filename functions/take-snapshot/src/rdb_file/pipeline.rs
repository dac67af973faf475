//! The bytes of a file on their way: digests, compression, parts.

use std::io::{self, Write};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use crc_fast::{CrcAlgorithm, Digest as Crc};
use policy::{Failure, snapshot::Digest, target::Compression};
use sha2::{Digest as _, Sha256};
use zstd::stream::write::Encoder;

/// The compression level: the default of Zstandard.
const LEVEL: i32 = 3;

/// Takes the bytes of an RDB file, and gives the parts of the object.
pub(super) struct Pipeline {
    raw: Measured,
    way: Way,
    part_bytes: usize,
}

/// What becomes of the bytes.
enum Way {
    Compressed(Box<Encoder<'static, Object>>),
    Plain(Box<Object>),
}

/// The bytes of the object that are in no part yet, and what all of them are.
struct Object {
    waiting: Vec<u8>,
    stored: Measured,
    checksum: Crc,
}

/// How many bytes there were, and their digest so far.
#[derive(Default)]
pub(super) struct Measured {
    bytes: u64,
    sha256: Sha256,
}

/// The end of an object, and what it is as a whole.
pub(super) struct End {
    /// The last part; empty if there is nothing left.
    pub(super) last: Vec<u8>,
    pub(super) raw: Digest,
    pub(super) stored: Digest,
    /// The CRC-64/NVME of the object, as S3 writes it.
    pub(super) checksum: String,
}

impl Pipeline {
    /// Parts have this many bytes, or a little more.
    pub(super) fn new(compression: Compression, part_bytes: usize) -> Result<Self, Failure> {
        let object =
            Object { waiting: Vec::new(), stored: Measured::default(), checksum: Crc::new(CrcAlgorithm::Crc64Nvme) };
        let way = match compression {
            Compression::None => Way::Plain(Box::new(object)),
            Compression::Zstd => Way::Compressed(Box::new(
                encoder(object)
                    .map_err(|error| Failure::permanent("the RDB file cannot be compressed").because(error))?,
            )),
        };
        Ok(Self { raw: Measured::default(), way, part_bytes })
    }

    /// Takes the next bytes of the file.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.raw.update(bytes);
        let written = match &mut self.way {
            Way::Compressed(encoder) => encoder.write_all(bytes),
            Way::Plain(object) => object.write_all(bytes),
        };
        written.map_err(|error| Failure::permanent("the RDB file cannot be compressed").because(error))
    }

    /// The next part, if enough bytes wait for it.
    pub(super) fn part(&mut self) -> Option<Vec<u8>> {
        let object = match &mut self.way {
            Way::Compressed(encoder) => encoder.get_mut(),
            Way::Plain(object) => object,
        };
        (object.waiting.len() >= self.part_bytes).then(|| std::mem::take(&mut object.waiting))
    }

    /// Ends the object.
    pub(super) fn finish(self) -> Result<End, Failure> {
        let Object { waiting, stored, checksum } = match self.way {
            Way::Plain(object) => *object,
            Way::Compressed(encoder) => encoder
                .finish()
                .map_err(|error| Failure::permanent("the RDB file cannot be compressed").because(error))?,
        };
        let checksum = BASE64_STANDARD.encode(checksum.finalize().to_be_bytes());
        Ok(End { last: waiting, raw: self.raw.digest(), stored: stored.digest(), checksum })
    }
}

/// With a checksum, so that `zstd -d` notices damage too.
fn encoder(object: Object) -> io::Result<Encoder<'static, Object>> {
    let mut encoder = Encoder::new(object, LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

impl Write for Object {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stored.update(bytes);
        self.checksum.update(bytes);
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Measured {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    pub(super) fn digest(self) -> Digest {
        let sha256 = self.sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Digest { bytes: self.bytes, sha256 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The object, and its end without the last part.
    fn object(compression: Compression, file: &[u8], chunk: usize, part_bytes: usize) -> (Vec<u8>, Vec<usize>, End) {
        let mut pipeline = Pipeline::new(compression, part_bytes).unwrap();
        let (mut object, mut parts) = (Vec::new(), Vec::new());
        for bytes in file.chunks(chunk) {
            pipeline.take(bytes).unwrap();
            if let Some(part) = pipeline.part() {
                parts.push(part.len());
                object.extend(part);
            }
        }
        let end = pipeline.finish().unwrap();
        object.extend(&end.last);
        (object, parts, end)
    }

    #[test]
    fn an_empty_file_has_an_object_too() {
        let (_, parts, end) = object(Compression::None, b"", 1, 10);
        assert_eq!((parts.len(), end.raw.bytes, end.raw.sha256.as_str()), (0, 0, EMPTY));
        assert_eq!(end.raw, end.stored);
    }

    /// The check value of CRC-64/NVME: <https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-nvme>
    #[test]
    fn the_checksum_is_the_one_that_s3_computes() {
        let (_, _, end) = object(Compression::None, b"123456789", 4, 100);
        assert_eq!(BASE64_STANDARD.decode(end.checksum).unwrap(), 0xae8b_1486_0a79_9888_u64.to_be_bytes());
    }

    proptest! {
        #[test]
        fn the_parts_are_the_file(
            file in proptest::collection::vec(any::<u8>(), 0..2000),
            chunk in 1_usize..300,
            part_bytes in 1_usize..500,
        ) {
            let (plain, parts, end) = object(Compression::None, &file, chunk, part_bytes);
            prop_assert_eq!(&plain, &file);
            prop_assert!(parts.iter().all(|part| *part >= part_bytes));
            prop_assert_eq!(end.raw, end.stored);
            let (compressed, _, end) = object(Compression::Zstd, &file, chunk, part_bytes);
            prop_assert_eq!(zstd::stream::decode_all(&compressed[..]).unwrap(), file);
            prop_assert_eq!(end.stored.bytes, compressed.len() as u64);
        }
    }
}
