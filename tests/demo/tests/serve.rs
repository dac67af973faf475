//! The program `sandbox serve`, from its first line to SIGTERM.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
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

/// The program, ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended by itself, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn serve_says_how_to_reach_it_and_ends_on_sigterm() {
    let child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["serve", "--port", "0"])
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
    // The variables come in alphabetical order; the file of the authority is the last.
    while exports.last().is_none_or(|line: &String| !line.starts_with("export SSL_CERT_FILE=")) {
        exports.push(lines.recv_timeout(LIMIT.saturating_sub(began.elapsed())).unwrap());
    }
    assert!(exports.iter().all(|line| line.starts_with("export ")), "{exports:?}");
    let endpoint = exports.iter().find_map(|line| line.strip_prefix("export AWS_ENDPOINT_URL='http://")).unwrap();
    TcpStream::connect(endpoint.trim_end_matches('\'')).unwrap();

    kill(Pid::from_raw(program.0.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    let status = loop {
        match program.0.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > LIMIT => panic!("it goes on after SIGTERM"),
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let mut stderr = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(status.success(), "{status}: {stderr}");
    assert!(stderr.contains("aws sts get-caller-identity") && stderr.ends_with("Stopping.\n"), "{stderr}");
}
