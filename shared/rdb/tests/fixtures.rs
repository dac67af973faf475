//! Files of real servers: they are read as the server counted them, however they arrive, and damage is found.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{fs, path::Path};

use proptest::prelude::*;
use rdb::{Checksum, Error, ErrorKind, Family, Reader, Summary};
use serde_json::{Value, json};

const WITH_CHECKSUM: [&str; 3] = ["redis-7.0", "redis-8.0", "valkey-8.1"];
const WITHOUT_CHECKSUM: &str = "redis-7.0-without-checksum";
/// The mark of a transfer. In each file, a value ends like a file with this mark behind it.
const MARK: &[u8; 40] = b"f3a91c07d2b85e6410fa7c3d9e26b584ad0713c9";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    fixture(&format!("{name}.rdb"))
}

/// Reads chunks up to the end of the file. Returns how many bytes belong to it, as the reader said.
fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<(Summary, u64), Error> {
    let mut reader = Reader::new();
    let mut bytes = 0;
    for chunk in chunks {
        bytes += reader.feed(chunk)? as u64;
    }
    Ok((reader.finish()?, bytes))
}

fn read_whole(bytes: &[u8]) -> Result<Summary, Error> {
    read([bytes]).map(|(summary, _)| summary)
}

#[test]
fn keys_are_counted_as_the_server_counted_them() {
    for name in WITH_CHECKSUM.into_iter().chain([WITHOUT_CHECKSUM]) {
        let summary = read_whole(&file(name)).unwrap();
        let counted: Value = serde_json::from_slice(&fixture(&format!("{name}.json"))).unwrap();
        assert_eq!(json!({ "databases": summary.databases, "functions": summary.functions }), counted, "{name}");
        assert_eq!(summary.bytes, file(name).len() as u64);
    }
}

#[test]
fn what_the_writer_says_is_reported() {
    let summary = read_whole(&file("redis-7.0")).unwrap();
    assert_eq!((summary.format.family, summary.format.version), (Family::Redis, 10));
    assert_eq!(summary.checksum, Checksum::Matches);
    assert_eq!(summary.aux.redis_version.as_deref(), Some("7.0.15"));
    assert!(summary.aux.created_s.is_some_and(|created| created > 1_700_000_000));
    assert!(summary.aux.used_memory.is_some_and(|bytes| bytes > 100_000));
    assert_eq!(summary.aux.is_aof_base, Some(false));

    let summary = read_whole(&file("valkey-8.1")).unwrap();
    assert_eq!((summary.format.family, summary.format.version), (Family::Redis, 11));
    assert_eq!(summary.aux.valkey_version.as_deref(), Some("8.1.1"));
}

#[test]
fn a_checksum_of_zeros_is_not_a_match() {
    assert_eq!(read_whole(&file(WITHOUT_CHECKSUM)).unwrap().checksum, Checksum::SwitchedOff);
}

#[test]
fn a_file_is_read_byte_by_byte_as_in_one_piece() {
    for name in WITH_CHECKSUM {
        let bytes = file(name);
        let (summary, belonging) = read(bytes.chunks(1)).unwrap();
        assert_eq!(summary, read_whole(&bytes).unwrap());
        assert_eq!(belonging, bytes.len() as u64);
    }
}

#[test]
fn the_mark_of_a_transfer_belongs_to_the_caller_even_if_a_value_contains_it() {
    for name in WITH_CHECKSUM {
        let bytes = file(name);
        assert!(bytes.windows(MARK.len()).any(|window| window == MARK), "{name} has no value with the mark");
        let stream = [&bytes[..], MARK].concat();
        for size in [1, 7, 40, stream.len()] {
            let (summary, belonging) = read(stream.chunks(size)).unwrap();
            assert_eq!((summary.bytes, belonging), (bytes.len() as u64, bytes.len() as u64));
        }
    }
}

#[test]
fn a_file_that_ends_early_is_truncated_wherever_it_ends() {
    for name in WITH_CHECKSUM {
        let bytes = file(name);
        for end in 0..bytes.len() {
            let error = read_whole(&bytes[..end]).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::Truncated(_)), "{name} up to {end}: {error}");
            assert_eq!(error.offset, end as u64);
        }
    }
}

#[test]
fn a_file_with_a_changed_bit_never_matches_its_checksum() {
    let bytes = file("redis-8.0");
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        // It may become a version without checksums.
        let matches = read_whole(&changed).is_ok_and(|summary| summary.checksum == Checksum::Matches);
        assert!(!matches, "byte {at}");
    }
}

#[test]
fn an_error_stays_and_tells_nothing_of_the_data() {
    let mut bytes = b"REDIS0011\xfe\x00\x00\x06secret\xc4secret".to_vec();
    let mut reader = Reader::new();
    let error = reader.feed(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "byte 19: expected a string");
    bytes.clear();
    assert_eq!(reader.feed(b"\xff"), Err(error.clone()));
    assert_eq!(reader.finish(), Err(error));
}

proptest! {
    #[test]
    fn the_result_does_not_depend_on_the_chunks(
        name in proptest::sample::select(&WITH_CHECKSUM[..]),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3),
        sizes in proptest::collection::vec(0_usize..600, 1..40),
        tail in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut bytes = file(name);
        for (index, byte) in changes {
            *index.get_mut(&mut bytes) = byte;
        }
        bytes.extend(tail);
        let mut rest = &bytes[..];
        let mut chunks: Vec<&[u8]> = Vec::new();
        for size in sizes {
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        prop_assert_eq!(read(chunks), read([&bytes[..]]));
    }

    #[test]
    fn no_bytes_make_it_panic(
        magic in proptest::sample::select(&["REDIS0009", "REDIS0014", "VALKEY080", ""][..]),
        bytes in proptest::collection::vec(prop_oneof![0..30_u8, 0xf3..=0xff_u8, any::<u8>()], 0..400),
    ) {
        let bytes = [magic.as_bytes(), &bytes].concat();
        if let Ok((summary, belonging)) = read(bytes.chunks(3)) {
            prop_assert_eq!(summary.bytes, belonging);
            prop_assert_eq!(summary.checksum, Checksum::SwitchedOff);
        }
    }
}
