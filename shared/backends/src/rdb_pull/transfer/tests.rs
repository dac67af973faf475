//! Both framings, in every division into chunks, whole and broken.

use super::*;

const MARK: &[u8; 40] = b"0123456789abcdef0123456789abcdef01234567";

/// A file with one key in database 0, whose value is this. The server wrote no checksum.
fn file(value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap();
    assert!(length < 64, "one byte says the length");
    [b"REDIS0011\xfe\x00\x00\x03key", &[length][..], value, b"\xff\0\0\0\0\0\0\0\0"].concat()
}

/// A file that a server of the future wrote.
const FUTURE: &[u8] = b"REDIS0099 nobody knows what this is, and how long it is";

fn marked(file: &[u8]) -> Vec<u8> {
    [b"\n\n$EOF:", &MARK[..], b"\r\n", file, MARK].concat()
}

fn counted(file: &[u8]) -> Vec<u8> {
    [b"\n$", file.len().to_string().as_bytes(), b"\r\n", file].concat()
}

/// Feeds a stream in chunks of this many bytes, and then closes the connection.
fn received(stream: &[u8], chunk: usize) -> Result<(Vec<u8>, Arrived), Broken> {
    let (mut transfer, mut file) = (Transfer::new(), Vec::new());
    for chunk in stream.chunks(chunk) {
        transfer.feed(chunk, &mut file)?;
    }
    transfer.finish().map(|arrived| (file, arrived))
}

#[test]
fn the_file_arrives_without_header_and_mark_whatever_the_chunks() {
    for sent in [file(b"value"), file(b""), FUTURE.to_vec()] {
        for stream in [marked(&sent), counted(&sent)] {
            for chunk in 1..=stream.len() {
                let (file, arrived) = received(&stream, chunk).unwrap();
                assert_eq!(file, sent);
                assert_eq!(arrived.bytes, sent.len() as u64);
            }
        }
    }
}

#[test]
fn a_value_that_contains_the_mark_is_not_the_end() {
    let sent = file(MARK);
    for chunk in 1..=sent.len() {
        let (file, arrived) = received(&marked(&sent), chunk).unwrap();
        assert_eq!(file, sent);
        assert_eq!(arrived.contents.unwrap().databases[&0].keys, 1);
    }
}

#[test]
fn a_version_that_cannot_be_read_is_named() {
    for stream in [marked(FUTURE), counted(FUTURE)] {
        assert_eq!(received(&stream, 7).unwrap().1.contents, Err("REDIS0099".to_owned()));
    }
}

#[test]
fn a_transfer_that_ends_at_any_byte_is_not_complete() {
    for sent in [file(b"value"), FUTURE.to_vec()] {
        for stream in [marked(&sent), counted(&sent)] {
            for end in 0..stream.len() {
                let broken = received(&stream[..end], 16).unwrap_err();
                assert!(matches!(broken, Broken::Truncated(_)), "{end}: {broken}");
            }
        }
    }
}

#[test]
fn it_is_complete_as_soon_as_everything_has_arrived() {
    let sent = file(b"value");
    for stream in [marked(&sent), counted(&sent), counted(FUTURE)] {
        let (mut transfer, mut file) = (Transfer::new(), Vec::new());
        for (nth, byte) in stream.iter().enumerate() {
            assert!(!transfer.is_complete(), "byte {nth} of {}", stream.len());
            transfer.feed(&[*byte], &mut file).unwrap();
        }
        assert!(transfer.is_complete());
    }
}

#[test]
fn empty_lines_after_the_mark_mean_nothing() {
    let sent = file(b"value");
    let (file, _) = received(&[&marked(&sent)[..], b"\n\n"].concat(), 5).unwrap();
    assert_eq!(file, sent);
}

#[test]
fn what_is_damaged_or_framed_wrongly_is_refused() {
    let sent = file(b"value");
    let with_mark = |mark: &[u8]| [b"$EOF:", &MARK[..], b"\r\n", &sent, mark].concat();
    let longer = |length: usize| [b"$", length.to_string().as_bytes(), b"\r\n", &sent, b"rest"].concat();
    let mut damaged = sent.clone();
    damaged[12] = 200;
    for (stream, named) in [
        (with_mark(&[b'x'; 40]), "and the transfer does not"),
        (longer(sent.len() + 4), "and the transfer does not"),
        (longer(sent.len() - 1), "and the transfer does not"),
        (marked(&damaged), "the RDB file is damaged at byte"),
        (b"-ERR something went wrong\r\n".to_vec(), "the node gave the transfer up"),
        (b"+OK\r\n".to_vec(), "not the header of a transfer"),
        (b"$EOF:short\r\n".to_vec(), "not the header of a transfer"),
        (b"$-1\r\n".to_vec(), "not the header of a transfer"),
        (vec![b'a'; 1000], "not the header of a transfer"),
    ] {
        let broken = received(&stream, 16).unwrap_err().to_string();
        assert!(broken.contains(named), "{broken}");
    }
}
