//! The program `sandbox serve`, from its first output to the signal that stops it.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const LIMIT: Duration = Duration::from_secs(20);

/// The running program; killed when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn serve_prints_how_to_use_it_and_stops_on_sigterm() {
    let stderr = serve_until(Signal::SIGTERM, &[]);
    assert!(stderr.contains("aws sts get-caller-identity") && stderr.ends_with("Stopping.\n"), "{stderr}");
}

#[test]
fn an_example_prints_its_commands_and_stops_on_sighup() {
    let stderr = serve_until(Signal::SIGHUP, &["--example", "koneksi"]);
    for said in [
        "The target koneksi-prod is ready.",
        "aws secretsmanager rotate-secret --secret-id koneksi/prod/redis/auth-token",
        "aws lambda invoke --function-name sync-connection --payload '{\"target\":\"koneksi-prod\"}' /dev/stdout",
        "--names /koneksi/prod/redis/url /koneksi/prod/redis/reader-url",
        "aws lambda invoke --function-name retire-credential",
    ] {
        assert!(stderr.contains(said), "{said} is not in {stderr}");
    }
    assert!(stderr.ends_with("Stopping.\n"), "{stderr}");
}

/// Starts the program, checks that it accepts connections, stops it with this signal, and returns its standard error.
///
/// Also checks that no process that it started is left.
fn serve_until(signal: Signal, arguments: &[&str]) -> String {
    let child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["serve", "--port", "0"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut program = Program(child.unwrap());
    let (said, lines) = mpsc::channel();
    let stdout = BufReader::new(program.0.stdout.take().unwrap());
    thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
    let began = Instant::now();
    let mut exports = Vec::new();
    // The variables are in alphabetical order, and this is one of the last.
    while exports.last().is_none_or(|line: &String| !line.starts_with("export SSL_CERT_FILE=")) {
        exports.push(lines.recv_timeout(LIMIT.saturating_sub(began.elapsed())).unwrap());
    }
    assert!(exports.iter().all(|line| line.starts_with("export ")), "{exports:?}");
    let endpoint = exports.iter().find_map(|line| line.strip_prefix("export AWS_ENDPOINT_URL='http://")).unwrap();
    TcpStream::connect(endpoint.trim_end_matches('\'')).unwrap();

    let started = children(program.0.id());
    assert!(arguments.is_empty() || !started.is_empty(), "the example has no Redis process");
    kill(Pid::from_raw(program.0.id().try_into().unwrap()), signal).unwrap();
    let status = loop {
        match program.0.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > LIMIT => panic!("it is still running after {signal}"),
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let mut stderr = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(status.success(), "{status}: {stderr}");
    let left: Vec<_> = started.into_iter().filter(|pid| Path::new(&format!("/proc/{pid}")).exists()).collect();
    assert!(left.is_empty(), "{left:?} are left");
    stderr
}

/// Returns the child processes of a process.
fn children(parent: u32) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // After the name, in parentheses: the state, then the parent.
        stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)) == Some(parent.to_string().as_str())
    };
    pids.filter(is_child).collect()
}
