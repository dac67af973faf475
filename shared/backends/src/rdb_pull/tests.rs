//! Pulls from real servers, and from one that answers as it is told.

use std::{path::Path, process::Command};

use policy::{Class, Failure};
use rdb::{Checksum, Type};
use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{Pull, Pulled};
use crate::{
    dial::Address,
    testing::{Files, RedisServer, eventually, programs},
};

const PASSWORD: &str = "one";

fn address(port: u16) -> Address<'static> {
    Address { host: "127.0.0.1", port, tls: false }
}

async fn begin(port: u16, username: &str, password: &str) -> Result<Pull, Failure> {
    Pull::begin("a", address(port), username, &SecretString::from(password.to_owned())).await
}

/// The whole file of a server, and what it is.
async fn pull(server: &RedisServer) -> (Vec<u8>, Pulled) {
    let mut pull = begin(server.port, "default", PASSWORD).await.unwrap();
    let mut file = Vec::new();
    while pull.receive(&mut file).await.unwrap() {}
    (file, pull.finish().unwrap())
}

/// Fills a server with one key or more of each type that every server has.
fn fill(server: &RedisServer) {
    let mut connection = server.log_in("default", PASSWORD).unwrap();
    let mut pipe = redis::pipe();
    for number in 0..200 {
        pipe.cmd("SET").arg(format!("string:{number}")).arg("compressible ".repeat(number)).ignore();
        pipe.cmd("SET").arg(format!("short:{number}")).arg(number).arg("EX").arg(1000).ignore();
        pipe.cmd("RPUSH").arg("list").arg(format!("{number}")).ignore();
        pipe.cmd("SADD").arg("set").arg(format!("member {number}")).ignore();
        pipe.cmd("SADD").arg("intset").arg(number).ignore();
        pipe.cmd("ZADD").arg("zset").arg(number).arg(format!("member {number}")).ignore();
        pipe.cmd("HSET").arg("hash").arg(format!("field {number}")).arg(number).ignore();
        pipe.cmd("XADD").arg("stream").arg("*").arg("field").arg(number).ignore();
    }
    pipe.cmd("SELECT").arg(7).ignore();
    pipe.cmd("SET").arg("elsewhere").arg("here").ignore();
    pipe.exec(&mut connection).unwrap();
}

/// Starts a server of the same program on this file.
fn restored(program: &Path, file: &[u8]) -> RedisServer {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("copy.rdb"), file).unwrap();
    let dir = format!("dir {}", folder.path().display());
    RedisServer::start_as(program, Files::Config, PASSWORD, &[&dir, "dbfilename copy.rdb"])
}

#[tokio::test]
async fn a_file_arrives_whole_in_both_framings_and_can_be_restored() {
    for program in programs() {
        for (diskless, compressed) in [("yes", "yes"), ("yes", "no"), ("no", "yes")] {
            let lines = [format!("repl-diskless-sync {diskless}"), format!("rdbcompression {compressed}")];
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let server = RedisServer::start_as(&program, Files::Config, PASSWORD, &lines);
            fill(&server);
            let (file, pulled) = pull(&server).await;
            let context = format!("{}, {lines:?}", program.display());
            let summary = pulled.contents.unwrap();
            assert_eq!((pulled.bytes, summary.bytes), (file.len() as u64, file.len() as u64), "{context}");
            assert_eq!(summary.checksum, Checksum::Matches, "{context}");
            let [here, elsewhere] = [0, 7].map(|number| summary.databases[&number].clone());
            assert_eq!((here.keys, here.expires, elsewhere.keys), (406, 200, 1), "{context}");
            assert_eq!((here.types[&Type::String], here.types[&Type::Set]), (400, 2), "{context}");
            let copy = restored(&program, &file);
            assert_eq!(copy.ask::<u64>(PASSWORD, "DBSIZE"), 406, "{context}");
            for question in ["GET string:150", "LRANGE list 0 -1", "ZRANGE zset 0 -1 WITHSCORES", "XLEN stream"] {
                let ask = |server: &RedisServer| server.ask::<redis::Value>(PASSWORD, question);
                assert_eq!(ask(&copy), ask(&server), "{context}: {question}");
            }
        }
    }
}

#[tokio::test]
async fn a_value_that_is_the_mark_of_the_server_is_kept() {
    for program in programs() {
        let server = RedisServer::start_as(&program, Files::Config, PASSWORD, &["repl-diskless-sync yes"]);
        fill(&server);
        let mut first = begin(server.port, "default", PASSWORD).await.unwrap();
        let mut file = Vec::new();
        while first.receive(&mut file).await.unwrap() {}
        let mark = String::from_utf8(first.mark().unwrap()).unwrap();
        let () = server.ask(PASSWORD, &format!("SET mark {mark}"));
        let (file, pulled) = pull(&server).await;
        assert!(file.windows(mark.len()).any(|bytes| bytes == mark.as_bytes()), "the value is in the file");
        assert_eq!(pulled.contents.unwrap().databases[&0].keys, 407);
        assert_eq!(restored(&program, &file).ask::<String>(PASSWORD, "GET mark"), mark);
    }
}

#[tokio::test]
async fn without_checksums_the_file_is_whole_and_says_so() {
    let server = RedisServer::start(Files::Config, PASSWORD, &["rdbchecksum no"]);
    fill(&server);
    assert_eq!(pull(&server).await.1.contents.unwrap().checksum, Checksum::SwitchedOff);
}

#[tokio::test]
async fn a_user_with_four_rights_and_no_keys_can_pull() {
    let server = RedisServer::start(Files::Config, PASSWORD, &[]);
    fill(&server);
    let rights = "resetkeys resetchannels -@all +ping +info +replconf +psync";
    let () = server.ask(PASSWORD, &format!("ACL SETUSER backup on >two {rights}"));
    let mut pull = begin(server.port, "backup", "two").await.unwrap();
    let mut file = Vec::new();
    while pull.receive(&mut file).await.unwrap() {}
    assert_eq!(pull.finish().unwrap().contents.unwrap().databases[&0].keys, 406);
    for right in ["psync", "replconf"] {
        let () = server.ask(PASSWORD, &format!("ACL SETUSER backup -{right}"));
        let refused = begin(server.port, "backup", "two").await.err().unwrap();
        assert_eq!(refused.class(), Class::Permanent);
        assert!(refused.chain().contains(&format!("right `+{right}`")), "{}", refused.chain());
        let () = server.ask(PASSWORD, &format!("ACL SETUSER backup +{right}"));
    }
    assert_eq!(begin(server.port, "backup", "wrong").await.err().unwrap().class(), Class::Retryable);
}

/// A server whose file takes longer to send than sockets and pipes hold.
fn large() -> RedisServer {
    let server = RedisServer::start(
        Files::Config,
        PASSWORD,
        &["repl-diskless-sync yes", "rdbcompression no", "repl-timeout 60"],
    );
    let mut connection = server.log_in("default", PASSWORD).unwrap();
    let mut pipe = redis::pipe();
    let value = "x".repeat(1024 * 1024);
    for number in 0..40 {
        pipe.cmd("SET").arg(number).arg(&value).ignore();
    }
    pipe.exec(&mut connection).unwrap();
    server
}

#[tokio::test]
async fn a_child_that_is_killed_leaves_nothing_that_looks_whole() {
    let server = large();
    let mut pull = begin(server.port, "default", PASSWORD).await.unwrap();
    let mut file = Vec::new();
    assert!(pull.receive(&mut file).await.unwrap());
    let child = server.child().expect("the server has a child");
    assert!(Command::new("kill").args(["-KILL", &child.to_string()]).status().unwrap().success());
    let broken = loop {
        match pull.receive(&mut file).await {
            Ok(true) => {}
            Ok(false) => break pull.finish().unwrap_err(),
            Err(failure) => break failure,
        }
    };
    assert_eq!(broken.class(), Class::Retryable, "{}", broken.chain());
}

#[tokio::test]
async fn a_pull_that_is_given_up_does_not_keep_the_server_from_saving() {
    let server = large();
    let mut pull = begin(server.port, "default", PASSWORD).await.unwrap();
    assert!(pull.receive(&mut Vec::new()).await.unwrap());
    assert!(server.child().is_some());
    drop(pull);
    eventually("the server has no child", || server.child().is_none());
    let _: String = server.ask(PASSWORD, "BGSAVE");
}

/// A server that answers each command with the next of these lines, and is silent after the last.
async fn told(lines: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for line in lines {
            let mut command = [0; 4096];
            if stream.read(&mut command).await.unwrap() == 0 {
                return;
            }
            stream.write_all(line.as_bytes()).await.unwrap();
        }
        let _ = stream.read(&mut [0; 4096]).await;
    });
    port
}

#[tokio::test]
async fn each_answer_has_its_class_and_names_what_to_do() {
    const LOGGED_IN: [&str; 2] = ["+OK\r\n", "+OK\r\n"];
    /// The answers to the commands before PSYNC.
    macro_rules! after {
        ($($line:literal),+) => { &[LOGGED_IN[0], LOGGED_IN[1], $($line),+] };
    }
    let cases: [(&'static [&'static str], Class, &str); 8] = [
        (&["-WRONGPASS invalid username-password pair\r\n"], Class::Retryable, "does not accept AWSCURRENT"),
        (after!("-NOPERM no\r\n"), Class::Permanent, "`+replconf`"),
        (after!("+OK\r\n", "-ERR Unrecognized REPLCONF option: rdb-only\r\n"), Class::Permanent, "Upgrade the node"),
        (after!("+OK\r\n", "+OK\r\n", "-NOPERM no\r\n"), Class::Permanent, "`+psync`"),
        (after!("+OK\r\n", "+OK\r\n", "-LOADING Redis is loading\r\n"), Class::Retryable, "LOADING"),
        (
            after!("+OK\r\n", "+OK\r\n", "-NOMASTERLINK Can't SYNC while not connected with my master\r\n"),
            Class::Retryable,
            "NOMASTERLINK",
        ),
        (after!("+OK\r\n", "+OK\r\n", "-ERR unknown command 'PSYNC'\r\n"), Class::Permanent, "under that name"),
        (after!("+OK\r\n", "+OK\r\n", "+CONTINUE\r\n"), Class::Retryable, "did not answer PSYNC as a server"),
    ];
    for (lines, class, named) in cases {
        let failure = begin(told(lines).await, "default", PASSWORD).await.err().unwrap();
        assert_eq!(failure.class(), class, "{}", failure.chain());
        assert!(failure.chain().contains(named), "{}", failure.chain());
        assert!(!failure.chain().contains("WRONGPASS"), "{}", failure.chain());
    }
}

#[tokio::test]
async fn empty_lines_before_an_answer_are_patience() {
    let lines = &["+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n", "\n\n+FULLRESYNC 8371b4fb 7\r\n"];
    let pull = begin(told(lines).await, "default", PASSWORD).await.unwrap();
    assert_eq!((pull.replication_id(), pull.replication_offset()), ("8371b4fb", 7));
}
