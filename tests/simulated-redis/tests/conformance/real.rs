//! The real side of a script: `redis-server` processes on loopback.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    net::TcpListener,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use redis::{Parser, Value};
use simulated_redis::Version;
use tempfile::TempDir;

use crate::script::SetUp;

/// How long a server may take to start, and to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a server is started before it counts as one that does not start.
const ATTEMPTS: usize = 5;
/// The socket that its clients connect to, in the server's folder.
const SOCKET: &str = "socket";

/// The servers that this machine has: `REDIS_SERVER` or `redis-server`, `REDIS8_SERVER`, and `VALKEY8_SERVER` or the
/// `valkey-server` that is beside Redis 8.
pub(crate) struct Servers;

impl Servers {
    /// Each version once.
    ///
    /// # Panics
    /// There is none at all, or `REDIS8=required` is set and there is no Redis 8.
    pub(crate) fn found() -> &'static [(Version, Program)] {
        static FOUND: LazyLock<Vec<(Version, Program)>> = LazyLock::new(|| {
            let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
            let first = set("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
            let redis_8 = set("REDIS8_SERVER");
            let beside = redis_8.as_ref().map(|path| path.with_file_name("valkey-server"));
            let paths = [Some(first), redis_8, set("VALKEY8_SERVER").or(beside)];
            let mut found = Vec::new();
            for path in paths.into_iter().flatten() {
                if let Some(version) = version(&path).filter(|version| found.iter().all(|(known, _)| known != version))
                {
                    found.push((version, Program(path)));
                }
            }
            assert!(!found.is_empty(), "there is no server of a version that is simulated");
            let required = std::env::var("REDIS8").is_ok_and(|wanted| wanted == "required");
            assert!(!required || found.iter().any(|(version, _)| *version == Version::Redis8), "there is no Redis 8");
            found
        });
        &FOUND
    }
}

/// Which of the simulated versions a program is.
fn version(path: &Path) -> Option<Version> {
    let output = Command::new(path).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.split_whitespace().find_map(|word| word.strip_prefix("v="))? {
        number if text.starts_with("Valkey") && number.starts_with("8.") => Some(Version::Valkey8),
        number if text.starts_with("Redis") && number.starts_with("8.0.") => Some(Version::Redis8),
        number if text.starts_with("Redis") && number.starts_with("7.0.") => Some(Version::Redis7),
        _ => None,
    }
}

/// A server program.
#[derive(Debug)]
pub(crate) struct Program(PathBuf);

/// A running server and its clients. It ends with this value.
pub(crate) struct Server<'a> {
    program: &'a Program,
    /// Where replicas connect.
    pub(crate) port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    process: Child,
    clients: HashMap<String, Client>,
}

/// A client, which speaks to the server and nothing else: the client library would add commands of its own.
struct Client {
    stream: UnixStream,
    parser: Parser,
}

impl Program {
    pub(crate) fn start(&self, set_up: SetUp) -> Server<'_> {
        // Between the choice of a port and its use another process can take it: then the server ends at once.
        for _ in 0..ATTEMPTS {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let folder = tempfile::tempdir().unwrap();
            let arguments = write(&folder, port, set_up);
            let process = self.spawn(&arguments);
            let mut server = Server { program: self, port, folder, arguments, process, clients: HashMap::new() };
            if server.answers() {
                return server;
            }
        }
        panic!("{self:?} does not start");
    }

    /// Starts the program so that it ends with the thread that starts it, if the machine has util-linux's `setpriv`: a test
    /// that is killed leaves no server behind.
    fn spawn(&self, arguments: &[String]) -> Child {
        static SETPRIV: LazyLock<bool> = LazyLock::new(|| Command::new("setpriv").arg("--version").output().is_ok());
        let mut command = match *SETPRIV {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--pdeathsig", "KILL", "--"]).arg(&self.0);
                command
            }
            false => Command::new(&self.0),
        };
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

impl Server<'_> {
    /// What the server answers to a client; `None` if the connection is closed: the client connects anew the next time.
    pub(crate) fn call(&mut self, client: &str, words: &[String]) -> Option<Value> {
        let socket = self.folder.path().join(SOCKET);
        let reply = self.clients.entry(client.to_owned()).or_insert_with(|| Client::connect(&socket)).call(words);
        if reply.is_none() {
            self.clients.remove(client);
        }
        reply
    }

    /// Kills it and starts it again.
    pub(crate) fn restart(&mut self) {
        self.clients.clear();
        for _ in 0..ATTEMPTS {
            self.end();
            let _ = fs::remove_file(self.folder.path().join(SOCKET));
            self.process = self.program.spawn(&self.arguments);
            if self.answers() {
                return;
            }
        }
        panic!("{:?} does not start again", self.program);
    }

    /// Takes away the folder of its files: it cannot write them any more.
    pub(crate) fn lose_files(&self) {
        fs::remove_dir_all(self.folder.path()).unwrap();
    }

    /// Waits until it answers; `false` if it has ended instead.
    fn answers(&mut self) -> bool {
        let began = Instant::now();
        while UnixStream::connect(self.folder.path().join(SOCKET)).is_err() {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "{:?} does not answer", self.program);
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    fn end(&mut self) {
        // The only error is that it has ended already.
        let _ = self.process.kill();
        self.process.wait().unwrap();
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

impl Client {
    fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, parser: Parser::new() }
    }

    fn call(&mut self, words: &[String]) -> Option<Value> {
        let mut command = redis::Cmd::new();
        command.arg(words);
        self.stream.write_all(&command.get_packed_command()).ok()?;
        match self.parser.parse_value(&mut self.stream) {
            Ok(reply) => Some(reply),
            Err(error) if error.is_io_error() && !error.is_timeout() => None,
            Err(error) => panic!("{words:?} is answered with {error}"),
        }
    }
}

/// Writes the files of a server; returns its arguments.
fn write(folder: &TempDir, port: u16, set_up: SetUp) -> Vec<String> {
    let at = folder.path().display();
    let mut config = vec![
        format!("port {port}"),
        "bind 127.0.0.1".to_owned(),
        format!("unixsocket {at}/{SOCKET}"),
        format!("dir {at}"),
        "save ''".to_owned(),
        "requirepass one".to_owned(),
        "masterauth one".to_owned(),
        "repl-diskless-sync-delay 0".to_owned(),
    ];
    if set_up == SetUp::Sentinel {
        config.retain(|line| !line.contains("pass ") && !line.contains("auth ") && !line.starts_with("repl"));
        config.extend(["sentinel monitor main 127.0.0.1 1 1", "sentinel auth-pass main one"].map(str::to_owned));
    }
    if set_up == SetUp::AclFile {
        let users = "user default on >one ~* &* +@all\nuser app on >p ~* &* +@all\n";
        fs::write(folder.path().join("users.acl"), users).unwrap();
        config.push(format!("aclfile {at}/users.acl"));
    }
    if set_up == SetUp::CommandLine {
        return config.iter().flat_map(|line| arguments(line)).collect();
    }
    fs::write(folder.path().join("redis.conf"), config.join("\n") + "\n").unwrap();
    let mode = (set_up == SetUp::Sentinel).then(|| "--sentinel".to_owned());
    std::iter::once(format!("{at}/redis.conf")).chain(mode).collect()
}

fn arguments(line: &str) -> [String; 2] {
    let (option, value) = line.split_once(' ').unwrap();
    [format!("--{option}"), value.trim_matches('\'').to_owned()]
}
