//! The configuration files and the command line of a server.

use std::{
    ffi::OsString,
    fmt::{self, Write},
    fs::Permissions,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::options::{HostOptions, SetUp};
use crate::redis::{DIRECT_PORT, PORT, write_private};

/// The user of clients that send no user name.
const DEFAULT: &str = "default";
/// The user for monitoring, which may run `INFO` and `PING` only.
pub(super) const MONITOR: &str = "monitor";

/// The folders of a host, and the arguments of its server.
#[derive(Debug)]
pub(super) struct Files {
    set_up: SetUp,
    /// The folder in which `CONFIG REWRITE` and `ACL SAVE` write.
    settings: PathBuf,
    arguments: Arguments,
}

/// The arguments of a server. They may contain a password, so `Debug` shows only their number.
#[derive(Clone)]
pub(super) struct Arguments(pub(super) Vec<OsString>);

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arguments({})", self.0.len())
    }
}

/// One directive of `redis.conf`, which is also an option of the command line: its name and its arguments.
type Directive = (&'static str, Vec<String>);

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
            directives.push(("replicaof", vec![primary.to_string(), PORT.to_string()]));
            directives.extend(replication_login(&username, password.as_ref()));
        }
        let users = users(&username, password.as_ref(), monitor);
        let config = settings.join("redis.conf");
        let arguments = match set_up {
            SetUp::ConfigFile => {
                directives.extend(default_password(&username, password.as_ref()));
                directives.extend(other_users(users));
                write_private(&config, &text(&directives))?;
                vec![config.into()]
            }
            SetUp::AclFile => {
                let acl = settings.join("users.acl");
                let lines: String = users.iter().map(|user| format!("user {}\n", user.join(" "))).collect();
                write_private(&acl, &lines)?;
                directives.push(("aclfile", vec![acl.display().to_string()]));
                write_private(&config, &text(&directives))?;
                vec![config.into()]
            }
            SetUp::Neither => {
                directives.extend(default_password(&username, password.as_ref()));
                directives.extend(other_users(users));
                command_line(&directives)
            }
        };
        Ok(Self { set_up, settings, arguments: Arguments(arguments) })
    }

    /// The server's arguments.
    pub(super) fn arguments(&self) -> Arguments {
        self.arguments.clone()
    }

    /// The current content of `redis.conf`, if there is one.
    pub(super) fn config_text(&self) -> Option<String> {
        self.read("redis.conf")
    }

    /// The current content of `users.acl`, if there is one.
    pub(super) fn acl_text(&self) -> Option<String> {
        (self.set_up == SetUp::AclFile).then(|| self.read("users.acl")).flatten()
    }

    /// Makes the folder of the server's settings writable or read-only.
    pub(super) fn set_writable(&self, writable: bool) -> std::io::Result<()> {
        set_writable(&self.settings, writable)
    }

    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.settings.join(name)).ok()
    }
}

/// Makes a folder of settings writable or read-only.
///
/// Redis writes a new file and renames it, so the mode of the folder decides, not that of the file.
pub(super) fn set_writable(folder: &Path, writable: bool) -> std::io::Result<()> {
    let mode = if writable { 0o700 } else { 0o500 };
    std::fs::set_permissions(folder, Permissions::from_mode(mode))
}

/// The directives of every server: both kinds of persistence, and the address that it announces.
fn server(address: Ipv4Addr, data: &Path) -> Vec<Directive> {
    let (address, folder) = (address.to_string(), data.display().to_string());
    let log = data.join("redis.log").display().to_string();
    let (port, public_port) = (DIRECT_PORT.to_string(), PORT.to_string());
    [
        ("bind", &*address),
        ("bind-source-addr", &address),
        ("port", &port),
        ("protected-mode", "no"),
        ("daemonize", "no"),
        ("dir", &folder),
        ("logfile", &log),
        ("appendonly", "yes"),
        ("replica-announce-ip", &address),
        ("replica-announce-port", &public_port),
        ("repl-diskless-sync-delay", "0"),
        ("repl-ping-replica-period", "1"),
    ]
    .map(|(name, value)| (name, vec![value.to_owned()]))
    .into_iter()
    .chain([("save", vec!["60".to_owned(), "1".to_owned()])])
    .collect()
}

/// The credential with which a replica logs in to its primary.
fn replication_login(username: &str, password: Option<&SecretString>) -> Vec<Directive> {
    let Some(password) = password else { return Vec::new() };
    let mut directives = vec![("masterauth", vec![password.expose_secret().to_owned()])];
    if username != DEFAULT {
        directives.push(("masteruser", vec![username.to_owned()]));
    }
    directives
}

/// The users, as rules of an ACL file.
fn users(username: &str, password: Option<&SecretString>, monitor: &SecretString) -> Vec<Vec<String>> {
    let key = password.map_or_else(|| "nopass".to_owned(), hash);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut users = vec![words(&[username, "on", &key, "~*", "&*", "+@all"])];
    if username != DEFAULT {
        users.push(words(&[DEFAULT, "off"]));
    }
    users.push(words(&[MONITOR, "on", &hash(monitor), "resetchannels", "-@all", "+info", "+ping"]));
    users
}

/// The users other than `default`, as directives of `redis.conf`.
fn other_users(users: Vec<Vec<String>>) -> impl Iterator<Item = Directive> {
    users.into_iter().filter(|words| words[0] != DEFAULT).map(|words| ("user", words))
}

/// The `default` user as a directive of `redis.conf`: with a password, off, or unchanged.
fn default_password(username: &str, password: Option<&SecretString>) -> Option<Directive> {
    match password {
        _ if username != DEFAULT => Some(("user", vec![DEFAULT.to_owned(), "off".to_owned()])),
        Some(password) => Some(("requirepass", vec![password.expose_secret().to_owned()])),
        None => None,
    }
}

fn hash(password: &SecretString) -> String {
    let digest = Sha256::digest(password.expose_secret().as_bytes());
    digest.iter().fold("#".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

/// Quotes an argument for a configuration file, where necessary.
pub(super) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    let byte = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("\\x{byte:02x}") };
    format!("\"{}\"", word.bytes().map(byte).collect::<String>())
}

/// Renders a configuration file.
fn text(directives: &[Directive]) -> String {
    let line = |(name, words): &Directive| {
        let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        format!("{name} {}\n", words.join(" "))
    };
    directives.iter().map(line).collect()
}

/// Renders the directives as a command line. Redis quotes each argument itself.
///
/// Valkey does not escape what it quotes: an argument of its command line cannot contain `"` or `\`.
fn command_line(directives: &[Directive]) -> Vec<OsString> {
    let option = |(name, words): &Directive| {
        std::iter::once(format!("--{name}")).chain(words.iter().cloned()).map(OsString::from).collect::<Vec<_>>()
    };
    directives.iter().flat_map(option).collect()
}
