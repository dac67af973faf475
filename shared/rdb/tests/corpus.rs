//! Real RDB files of other projects: what is read from each.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot continue panics, and one that is skipped says so"
)]

use std::{env, fs, path::PathBuf};

use rdb::{Error, ErrorKind, Reader, Summary};
use serde_json::{Value, json};

/// The environment variable with the folder of the corpus. CI sets it.
const CORPUS: &str = "RDB_CORPUS";

/// One file of the corpus, and what must be read from it.
struct File {
    name: String,
    bytes: Vec<u8>,
    want: Value,
}

fn corpus() -> Vec<File> {
    let Some(folder) = env::var_os(CORPUS).map(PathBuf::from) else {
        eprintln!("skipped: {CORPUS} is not set; .ci/run sets it");
        return Vec::new();
    };
    let expected = fs::read(folder.join("expected.json")).unwrap();
    let Value::Object(expected) = serde_json::from_slice(&expected).unwrap() else { panic!("{CORPUS}: no object") };
    let read = |name: &String| fs::read(folder.join("files").join(name)).unwrap();
    let files: Vec<_> = expected.into_iter().map(|(name, want)| File { bytes: read(&name), name, want }).collect();
    assert!(files.len() >= 40, "{CORPUS} has only {} files", files.len());
    files
}

fn read(bytes: &[u8]) -> Result<Summary, Error> {
    let mut reader = Reader::new();
    reader.feed(bytes)?;
    reader.finish()
}

/// A summary with the names of `expected.json`.
fn as_expected(summary: &Summary, file: &File) -> Value {
    let mut summary_of = json!(summary);
    let checksum = match summary_of["checksum"].as_str().unwrap() {
        "matches" => "ok",
        "switched_off" => "zero",
        _ => "none",
    };
    let written_by = summary.aux.valkey_version.as_ref().or(summary.aux.redis_version.as_ref());
    json!({
        "rdb_version": summary.format.version,
        "crc": checksum,
        "trailing_bytes": file.bytes.len() as u64 - summary.bytes,
        "databases": summary_of["databases"].take(),
        "functions": summary.functions,
        "module_aux": summary.module_aux,
        "written_by": written_by,
    })
}

#[test]
fn every_file_is_read_or_refused_as_it_must_be() {
    for file in corpus() {
        let verdict = file.want["expect"].as_str().unwrap();
        match (verdict, read(&file.bytes)) {
            ("accept" | "accept-or-name-version" | "either", Ok(summary)) => {
                let read = as_expected(&summary, &file);
                for (key, value) in read.as_object().unwrap() {
                    assert_eq!(value, &file.want[key], "{key} of {}", file.name);
                }
            }
            ("reject", Err(_)) => {}
            (_, outcome) => panic!("{} must be: {verdict}. It is: {outcome:?}", file.name),
        }
    }
}

#[test]
fn a_refused_file_is_refused_for_what_is_wrong_with_it() {
    let wrong = [
        ("broken__one_bit.rdb", 700, ErrorKind::Expected("a string that LZF can decompress")),
        ("broken__truncated_in_a_value.rdb", 900, ErrorKind::Truncated("the rest of a key and its value")),
        ("broken__truncated_in_the_trailer.rdb", 2_289, ErrorKind::Truncated("a checksum")),
        ("librdb__future_v19.rdb", 0, ErrorKind::UnknownVersion("REDIS0099".to_owned())),
        ("librdb__redis_ent_opcode_ram_lru.rdb", 280, ErrorKind::UnknownOpcode(107)),
    ];
    let files = corpus();
    for (name, offset, kind) in wrong {
        let Some(file) = files.iter().find(|file| file.name == name) else { continue };
        assert_eq!(read(&file.bytes), Err(Error { offset, kind }), "{name}");
    }
    let Some(file) = files.iter().find(|file| file.name == "librdb__invalid_chksum_v8.rdb") else { return };
    let error = read(&file.bytes).unwrap_err();
    assert_eq!(error.offset, 201, "{error}");
    assert!(matches!(error.kind, ErrorKind::Checksum { .. }), "{error}");
}
