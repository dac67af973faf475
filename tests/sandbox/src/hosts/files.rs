//! What is in the files of a host, and on its command line.

use std::{
    ffi::OsString,
    fmt::Write,
    fs::Permissions,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::options::{HostOptions, SetUp};
use crate::redis::{DIRECT_PORT, PORT, write_private};

/// The user that may read `INFO` and nothing else.
pub(super) const MONITOR: &str = "monitor";

/// The folders of a host, and how its server is started.
#[derive(Debug)]
pub(super) struct Files {
    set_up: SetUp,
    /// The folder that `CONFIG REWRITE` and `ACL SAVE` write to.
    settings: PathBuf,
    arguments: Vec<OsString>,
}

/// One directive of `redis.conf`, or one option of the command line, which are the same.
type Directive = (&'static str, String);

impl Files {
    /// Writes the files of a new host.
    pub(super) fn write(
        folder: &Path,
        address: Ipv4Addr,
        options: HostOptions,
        monitor: &SecretString,
    ) -> std::io::Result<Self> {
        let HostOptions { set_up, username, password, replica_of } = options;
        let (settings, data) = (folder.join("etc"), folder.join("data"));
        std::fs::create_dir_all(&settings)?;
        std::fs::create_dir_all(&data)?;
        let mut directives = server(address, &data);
        if let Some(primary) = replica_of {
            directives.push(("replicaof", format!("{primary} {PORT}")));
            directives.extend(replication_login(&username, password.as_ref()));
        }
        let users = users(&username, password.as_ref(), monitor);
        let config = settings.join("redis.conf");
        let arguments = match set_up {
            SetUp::ConfigFile => {
                directives.extend(default_password(&username, password.as_ref()));
                directives.extend(users.into_iter().filter(|user| !is_default(user)).map(|user| ("user", user)));
                write_private(&config, &text(&directives))?;
                vec![config.into()]
            }
            SetUp::AclFile => {
                let acl = settings.join("users.acl");
                let lines: String = users.iter().map(|user| format!("user {user}\n")).collect();
                write_private(&acl, &lines)?;
                directives.push(("aclfile", acl.display().to_string()));
                write_private(&config, &text(&directives))?;
                vec![config.into()]
            }
            SetUp::Neither => {
                directives.extend(default_password(&username, password.as_ref()));
                directives.extend(users.into_iter().filter(|user| !is_default(user)).map(|user| ("user", user)));
                command_line(&directives)
            }
        };
        Ok(Self { set_up, settings, arguments })
    }

    /// The server's arguments.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        self.arguments.clone()
    }

    /// `redis.conf` as it is now, where there is one.
    pub(super) fn config_text(&self) -> Option<String> {
        self.read("redis.conf")
    }

    /// `users.acl` as it is now, where there is one.
    pub(super) fn acl_text(&self) -> Option<String> {
        (self.set_up == SetUp::AclFile).then(|| self.read("users.acl")).flatten()
    }

    /// Forbids the server to write its settings, or allows it again.
    ///
    /// Redis writes a new file beside the old one and renames it, so it is the folder that counts.
    pub(super) fn set_writable(&self, writable: bool) -> std::io::Result<()> {
        let mode = if writable { 0o700 } else { 0o500 };
        std::fs::set_permissions(&self.settings, Permissions::from_mode(mode))
    }

    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.settings.join(name)).ok()
    }
}

/// What every Redis of an owner has: both ways of keeping data, and the name that it goes by outside its host.
fn server(address: Ipv4Addr, data: &Path) -> Vec<Directive> {
    let log = data.join("redis.log").display().to_string();
    let text = |name, value: &str| (name, value.to_owned());
    vec![
        ("bind", address.to_string()),
        ("bind-source-addr", address.to_string()),
        ("port", DIRECT_PORT.to_string()),
        text("protected-mode", "no"),
        text("daemonize", "no"),
        ("dir", data.display().to_string()),
        ("logfile", log),
        text("save", "60 1"),
        text("appendonly", "yes"),
        ("replica-announce-ip", address.to_string()),
        ("replica-announce-port", PORT.to_string()),
        text("repl-diskless-sync-delay", "0"),
        text("repl-ping-replica-period", "1"),
    ]
}

/// What a replica logs in to its primary with.
fn replication_login(username: &str, password: Option<&SecretString>) -> Vec<Directive> {
    let Some(password) = password else { return Vec::new() };
    let mut directives = vec![("masterauth", quoted(password.expose_secret()))];
    if username != "default" {
        directives.push(("masteruser", username.to_owned()));
    }
    directives
}

/// Who may log in, as the lines of an ACL file have it.
fn users(username: &str, password: Option<&SecretString>, monitor: &SecretString) -> Vec<String> {
    let key = password.map_or_else(|| "nopass".to_owned(), hash);
    let mut users = vec![format!("{username} on {key} ~* &* +@all")];
    if username != "default" {
        users.push("default off".to_owned());
    }
    users.push(format!("{MONITOR} on {} resetchannels -@all +info +ping", hash(monitor)));
    users
}

/// The `default` user outside an ACL file: a password, off, or open as it is by itself.
fn default_password(username: &str, password: Option<&SecretString>) -> Option<Directive> {
    match password {
        _ if username != "default" => Some(("user", "default off".to_owned())),
        Some(password) => Some(("requirepass", quoted(password.expose_secret()))),
        None => None,
    }
}

fn is_default(user: &str) -> bool {
    user.starts_with("default ")
}

fn hash(password: &SecretString) -> String {
    let digest = Sha256::digest(password.expose_secret().as_bytes());
    digest.iter().fold("#".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

/// A value as Redis reads it between quotes, whatever it holds.
pub(super) fn quoted(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let byte = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("\\x{byte:02x}") };
    format!("\"{}\"", value.bytes().map(byte).collect::<String>())
}

/// A configuration file.
fn text(directives: &[Directive]) -> String {
    directives.iter().map(|(name, value)| format!("{name} {value}\n")).collect()
}

/// The same on a command line. Redis reads what follows an option as the rest of its line, quotes included.
fn command_line(directives: &[Directive]) -> Vec<OsString> {
    directives.iter().flat_map(|(name, value)| [format!("--{name}").into(), value.into()]).collect()
}
