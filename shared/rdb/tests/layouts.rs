//! Layouts that no server here writes, and sizes that no file has: bytes by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use rdb::{Error, ErrorKind, Reader, Summary, Type};

/// The time and ID that values below need: 8 and 16 bytes.
const TIME: &[u8] = &[1; 8];
const ID: &[u8] = &[2; 16];

/// Reads a file with this body and without a checksum.
fn read(magic: &str, body: &[&[u8]]) -> Result<Summary, Error> {
    let bytes = [magic.as_bytes(), &body.concat(), b"\xff\0\0\0\0\0\0\0\0"].concat();
    let mut reader = Reader::new();
    reader.feed(&bytes)?;
    let summary = reader.finish()?;
    assert_eq!(summary.bytes, bytes.len() as u64, "the file ended before its end");
    Ok(summary)
}

/// Reads a file with one key. Returns its type.
fn type_of(magic: &str, number: u8, value: &[&[u8]]) -> Result<Type, Error> {
    let summary = read(magic, &[&[number], b"\x03key", &value.concat()])?;
    Ok(*summary.databases[&0].types.first_key_value().unwrap().0)
}

#[test]
fn a_stream_of_version_14_has_producers_and_entries_that_were_given_back() {
    let entries: &[&[u8]] = &[b"\x01\x10", ID, b"\x03lst", b"\x01\x01\x02", b"\x01\x02\x03\x04\x05"];
    let groups: &[&[u8]] =
        &[b"\x01\x05group\x01\x02\x03", b"\x01", ID, TIME, b"\x01", b"\x01\x08consumer", TIME, TIME, b"\x01", ID];
    let given_back: &[&[u8]] = &[b"\x02", ID, ID];
    let producers: &[&[u8]] = &[b"\x0a\x0b\x01\x08producer\x01\x02id\x01\x02\x05\x06"];
    assert_eq!(type_of("REDIS0013", 26, &[entries, groups, producers].concat()), Ok(Type::Stream));
    assert_eq!(type_of("REDIS0014", 27, &[entries, groups, given_back, producers].concat()), Ok(Type::Stream));
}

#[test]
fn an_array_has_elements_of_four_kinds_and_perhaps_an_index() {
    let elements: &[&[u8]] = &[b"\x00\x00\x01a", b"\x01\x01", TIME, b"\x02\x02", TIME, b"\x09\x03\x02bc"];
    assert_eq!(type_of("REDIS0014", 28, &[&[&b"\x04\x00"[..]], elements].concat()), Ok(Type::Array));
    assert_eq!(type_of("REDIS0014", 28, &[&[&b"\x04\x01\x0a"[..]], elements].concat()), Ok(Type::Array));
    let error = type_of("REDIS0014", 28, &[b"\x01\x00\x00\x04"]).unwrap_err();
    assert_eq!(error, Error { offset: 17, kind: ErrorKind::Expected("the tag of an array element, 0 to 3") });
}

#[test]
fn type_22_is_a_hash_of_its_own_in_valkey_9() {
    let valkey: &[&[u8]] = &[b"\x02\x01a\x01b", TIME, b"\x01c\x01d", TIME];
    assert_eq!(type_of("VALKEY080", 22, valkey), Ok(Type::Hash));
    let redis: &[&[u8]] = &[b"\x02\x00\x01a\x01b\x05\x01c\x01d"];
    assert_eq!(type_of("REDIS0012", 22, redis), Ok(Type::Hash));
    assert!(type_of("REDIS0012", 22, valkey).is_err());
    assert_eq!(type_of("VALKEY080", 28, &[]).unwrap_err().kind, ErrorKind::UnknownOpcode(28));
}

#[test]
fn opcode_243_is_about_slots_in_valkey_9_and_about_the_next_key_in_redis() {
    let key = b"\x00\x03key\x05value";
    let slots = b"\xf3\x03job\x02\x00\x09\x40\x64\x40\xff";
    assert_eq!(read("VALKEY080", &[slots, key]).unwrap().databases[&0].keys, 1);
    let metadata: &[&[u8]] = &[b"\xf3\x02", b"spec\x02\x07\x00", b"spec\x05\x04text\x00", key];
    assert_eq!(read("REDIS0013", metadata).unwrap().databases[&0].keys, 1);
    assert_eq!(read("REDIS0012", metadata).unwrap_err().kind, ErrorKind::UnknownOpcode(243));
}

#[test]
fn data_of_modules_is_skipped_without_the_module() {
    let data = [&b"\x01\x07\x02\x80\0\0\0\x09\x03ffff\x04"[..], TIME, b"\x05\x04text\x00"].concat();
    assert_eq!(type_of("REDIS0009", 7, &[&[0x81], TIME, &data]), Ok(Type::Module));
    let summary = read("REDIS0009", &[b"\xf7\x81", TIME, b"\x02\x01", &data]).unwrap();
    assert_eq!((summary.module_aux, summary.databases.len()), (1, 0));
    let error = read("REDIS0009", &[b"\xf7\x01\x02\x01\x06"]).unwrap_err();
    assert_eq!(error, Error { offset: 13, kind: ErrorKind::Expected("an opcode of a module, 0 to 5") });
    assert_eq!(type_of("REDIS0009", 6, &[]).unwrap_err().kind, ErrorKind::UnknownOpcode(6));
}

#[test]
fn a_score_in_decimal_has_three_values_without_digits() {
    let scores: &[&[u8]] = &[b"\x04\x01a\x031.5", b"\x01b\xfd", b"\x01c\xfe", b"\x01d\xff"];
    assert_eq!(type_of("REDIS0006", 3, scores), Ok(Type::Zset));
}

#[test]
fn a_time_to_live_counts_for_the_next_key_only() {
    let summary = read(
        "REDIS0011",
        &[b"\xfd\x01\x01\x01\x01\xf8\x05\x00\x01a\x01b", b"\x00\x01c\x01d", b"\xfe\x02\xfc", TIME, b"\x00\x01a\x01b"],
    )
    .unwrap();
    assert_eq!((summary.databases[&0].keys, summary.databases[&0].expires), (2, 1));
    assert_eq!((summary.databases[&2].keys, summary.databases[&2].expires), (1, 1));
}

#[test]
fn replication_fields_are_reported_and_long_ones_are_not_kept() {
    let id = b"\xfa\x07repl-id\x280123456789abcdef0123456789abcdef01234567";
    let long = [&b"\xfa\x09redis-ver\x40\x41"[..], &[b'7'; 65]].concat();
    let summary = read("REDIS0011", &[id, b"\xfa\x0brepl-offset\xc1\x00\x01", &long]).unwrap();
    assert_eq!(summary.aux.replication_id.as_deref(), Some("0123456789abcdef0123456789abcdef01234567"));
    assert_eq!(summary.aux.replication_offset, Some(256));
    assert_eq!(summary.aux.redis_version, None);
}

#[test]
fn a_size_that_no_file_has_is_waited_for() {
    let huge = [&[0x81][..], &u64::MAX.to_be_bytes()].concat();
    for (number, value) in [(0, vec![]), (1, b"\x01a".to_vec()), (5, vec![]), (15, vec![]), (14, vec![0xc3, 1, 1])] {
        let mut reader = Reader::new();
        reader.feed(&[b"REDIS0011", &[number][..], b"\x03key", &huge, &value].concat()).unwrap();
        let error = reader.finish().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Truncated("the rest of a key and its value"), "type {number}");
    }
}

#[test]
fn more_databases_than_are_counted_are_refused() {
    let database = |number: u16| [&b"\xfe\x80\x00\x00"[..], &number.to_be_bytes(), b"\x00\x01a\x01b"].concat();
    let body: Vec<Vec<u8>> = (0..16_384).map(database).collect();
    let mut body: Vec<&[u8]> = body.iter().map(Vec::as_slice).collect();
    assert_eq!(read("REDIS0011", &body).unwrap().databases.len(), 16_384);
    let one_more = database(16_384);
    body.push(&one_more);
    assert_eq!(read("REDIS0011", &body).unwrap_err().kind, ErrorKind::TooManyDatabases(16_384));
}
