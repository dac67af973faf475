//! Real Redis processes for the tests of this crate.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{Client, Connection, FromRedisValue, RedisResult};
use tempfile::TempDir;

/// How long a server may take to start, or to do what is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a server is given to keep its users in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Files {
    /// A configuration file.
    Config,
    /// A configuration file that names an ACL file.
    Acl,
    /// Neither: everything is on the command line.
    None,
}

impl Files {
    pub(crate) const ALL: [Self; 3] = [Self::Config, Self::Acl, Self::None];
}

/// One server, which ends with this value.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    program: PathBuf,
    arguments: Vec<String>,
    process: Child,
}

impl RedisServer {
    /// Starts a server whose user `default` has this password, and that follows with it.
    pub(crate) fn start(files: Files, password: &str, lines: &[&str]) -> Self {
        Self::start_as(&program(), files, password, lines)
    }

    /// As [`RedisServer::start`], with this program.
    pub(crate) fn start_as(program: &Path, files: Files, password: &str, lines: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut config = vec![
            format!("port {port}"),
            "bind 127.0.0.1".to_owned(),
            format!("dir {}", folder.path().display()),
            "save ''".to_owned(),
            format!("requirepass {password}"),
            format!("masterauth {password}"),
            "repl-diskless-sync-delay 0".to_owned(),
        ];
        config.extend(lines.iter().map(|line| (*line).to_owned()));
        if files == Files::Acl {
            let users = folder.path().join("users.acl");
            std::fs::write(&users, format!("user default on >{password} ~* &* +@all\n")).unwrap();
            config.push(format!("aclfile {}", users.display()));
        }
        let arguments = match files {
            Files::None => config.iter().flat_map(|line| argument(line)).collect(),
            Files::Config | Files::Acl => vec![write(&folder, &config)],
        };
        Self::run(program.to_owned(), folder, port, arguments)
    }

    /// Starts a Sentinel that watches a primary as `main`, and logs in to it with this password.
    pub(crate) fn sentinel(primary: u16, password: &str, lines: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut config = vec![
            format!("port {port}"),
            "bind 127.0.0.1".to_owned(),
            format!("dir {}", folder.path().display()),
            format!("sentinel monitor main 127.0.0.1 {primary} 1"),
            "sentinel down-after-milliseconds main 1500".to_owned(),
            format!("sentinel auth-pass main {password}"),
        ];
        config.extend(lines.iter().map(|line| (*line).to_owned()));
        let file = write(&folder, &config);
        Self::run(program(), folder, port, vec![file, "--sentinel".to_owned()])
    }

    fn run(program: PathBuf, folder: TempDir, port: u16, arguments: Vec<String>) -> Self {
        let process = spawn(&program, &arguments, &folder);
        let server = Self { port, folder, program, arguments, process };
        server.wait_until_it_answers();
        server
    }

    /// Kills the server and starts it again.
    pub(crate) fn restart(&mut self) {
        self.end();
        self.process = spawn(&self.program, &self.arguments, &self.folder);
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&self) {
        eventually("the server answers", || Client::open(("127.0.0.1", self.port)).unwrap().get_connection().is_ok());
    }

    fn end(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// A connection that is logged in with this.
    pub(crate) fn log_in(&self, username: &str, password: &str) -> RedisResult<Connection> {
        let mut connection = Client::open(("127.0.0.1", self.port))?.get_connection()?;
        redis::cmd("AUTH").arg(username).arg(password).exec(&mut connection)?;
        Ok(connection)
    }

    /// Whether this logs in.
    pub(crate) fn accepts(&self, password: &str) -> bool {
        self.log_in("default", password).is_ok()
    }

    /// What a command answers, words parted by spaces.
    pub(crate) fn ask<T: FromRedisValue>(&self, password: &str, command: &str) -> T {
        let mut connection = self.log_in("default", password).unwrap();
        self.command(command).query(&mut connection).unwrap()
    }

    /// What a command answers to somebody who has not logged in.
    pub(crate) fn ask_openly<T: FromRedisValue>(&self, command: &str) -> RedisResult<T> {
        self.command(command).query(&mut Client::open(("127.0.0.1", self.port))?.get_connection()?)
    }

    fn command(&self, text: &str) -> redis::Cmd {
        let mut command = redis::Cmd::new();
        for word in text.split(' ') {
            command.arg(word);
        }
        command
    }

    /// The process that saves or sends its data, if there is one.
    pub(crate) fn child(&self) -> Option<u32> {
        let id = self.process.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        children.split_whitespace().next().map(|id| id.parse().unwrap())
    }

    /// The configuration file.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.folder.path().join("redis.conf")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits until something holds, and fails where it does not come.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn write(folder: &TempDir, lines: &[String]) -> String {
    let file = folder.path().join("redis.conf");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    file.display().to_string()
}

/// A line of a configuration file, as arguments.
fn argument(line: &str) -> Vec<String> {
    let mut words = line.split(' ');
    let option = format!("--{}", words.next().unwrap());
    std::iter::once(option).chain(words.map(|word| word.trim_matches('\'').to_owned())).collect()
}

/// The server of most tests.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into()).into()
}

/// That one, and Redis 8 and Valkey 8 where they are installed.
pub(crate) fn programs() -> Vec<PathBuf> {
    let redis_8 = std::env::var_os("REDIS8_SERVER").map(PathBuf::from);
    let valkey = redis_8.as_ref().map(|redis_8| redis_8.with_file_name("valkey-server"));
    let installed = [redis_8, valkey].into_iter().flatten().filter(|program| program.is_file());
    std::iter::once(program()).chain(installed).collect()
}

fn spawn(program: &Path, arguments: &[String], folder: &TempDir) -> Child {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.path().join("log")).unwrap();
    Command::new(program).args(arguments).stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).spawn().unwrap()
}

/// A port on which nothing listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
