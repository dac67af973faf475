//! Logging in, and the state of a connection: `AUTH`, `HELLO`, `RESET`, `QUIT`, `PING`, `ECHO`, `SELECT`.

use super::spec::{CONNECTION, Call, Spec};
use crate::{DEFAULT_USER, Reply, Version, acl_log::Reason, client::Protocol, replication::Role};

pub(super) const COMMANDS: &[Spec] = &[
    Spec { without_login: true, in_sentinel: true, ..Spec::new("auth", -2, CONNECTION, auth) },
    Spec { without_login: true, ..Spec::new("hello", -1, CONNECTION, hello) },
    Spec { without_login: true, runs_in_transaction: true, ..Spec::new("reset", 1, CONNECTION, reset) },
    Spec {
        without_login: true,
        runs_in_transaction: true,
        in_sentinel: true,
        ..Spec::new("quit", -1, CONNECTION, quit)
    },
    Spec { in_sentinel: true, ..Spec::new("ping", -1, CONNECTION, ping) },
    Spec::new("echo", 2, CONNECTION, echo),
    Spec::new("select", 2, CONNECTION, select),
];

fn auth(call: &mut Call<'_>) -> Reply {
    match call.words {
        [_, _] if call.node.users[DEFAULT_USER].passwordless => Reply::error(
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration \
             is correct?",
        ),
        [_, password] => log_in(call, DEFAULT_USER, password).map_or_else(|refusal| refusal, |()| Reply::ok()),
        [_, user, password] => {
            let user = String::from_utf8_lossy(user);
            log_in(call, &user, password).map_or_else(|refusal| refusal, |()| Reply::ok())
        }
        _ => Reply::error("ERR syntax error"),
    }
}

/// Logs a client in. A refusal leaves it as it was.
fn log_in(call: &mut Call<'_>, user: &str, password: &[u8]) -> Result<(), Reply> {
    if !call.node.users.get(user).is_some_and(|user| user.accepts(password)) {
        let command = call.word(0);
        call.log_for(Reason::Login, &command, user.to_owned());
        return Err(Reply::error("WRONGPASS invalid username-password pair or user is disabled."));
    }
    let client = call.client();
    user.clone_into(&mut client.user);
    client.authenticated = true;
    Ok(())
}

/// What the options of `HELLO` ask for.
#[derive(Default)]
struct Options<'a> {
    login: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    fn read(mut words: &'a [Vec<u8>]) -> Result<Self, Reply> {
        let mut options = Self::default();
        while let [option, arguments @ ..] = words {
            let name = String::from_utf8_lossy(option);
            words = match (name.to_ascii_lowercase().as_str(), arguments) {
                ("auth", [user, password, rest @ ..]) => {
                    options.login = Some((user, password));
                    rest
                }
                ("setname", [name, rest @ ..]) => {
                    options.name = Some(name);
                    rest
                }
                _ => return Err(Reply::error(format!("ERR Syntax error in HELLO option '{name}'"))),
            };
        }
        Ok(options)
    }
}

fn hello(call: &mut Call<'_>) -> Reply {
    try_hello(call).unwrap_or_else(|refusal| refusal)
}

fn try_hello(call: &mut Call<'_>) -> Result<Reply, Reply> {
    let protocol = match call.words.get(1).map(|word| String::from_utf8_lossy(word).parse::<i64>()) {
        None => None,
        Some(Ok(2)) => Some(Protocol::Resp2),
        Some(Ok(3)) => Some(Protocol::Resp3),
        Some(Ok(_)) => return Err(Reply::error("NOPROTO unsupported protocol version")),
        Some(Err(_)) => return Err(Reply::error("ERR Protocol version is not an integer or out of range")),
    };
    let words = call.words;
    let options = Options::read(words.get(2..).unwrap_or_default())?;
    if let Some((user, password)) = options.login {
        log_in(call, &String::from_utf8_lossy(user), password)?;
    }
    // A connection that was opened before `default` became open may call commands, and yet not this one.
    if !call.client().authenticated {
        let option = if call.node.version == Version::Redis7 { "HELLO AUTH" } else { "HELLO <proto> AUTH" };
        return Err(Reply::error(format!(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the {option} <user> <pass> option \
             can be used to authenticate the client and select the RESP protocol version at the same time"
        )));
    }
    if let Some(name) = options.name {
        call.client().name = super::client::checked_name(name)?;
    }
    if let Some(protocol) = protocol {
        call.client().protocol = protocol;
    }
    Ok(greeting(call))
}

fn greeting(call: &mut Call<'_>) -> Reply {
    let version = call.node.version;
    let role = if call.node.role == Role::Primary { "master" } else { "replica" };
    let id = i64::try_from(call.id).unwrap_or(i64::MAX);
    let protocol = if call.client().protocol == Protocol::Resp3 { 3 } else { 2 };
    Reply::map([
        ("server", Reply::bulk(version.server())),
        ("version", Reply::bulk(version.number())),
        ("proto", Reply::Integer(protocol)),
        ("id", Reply::Integer(id)),
        ("mode", Reply::bulk("standalone")),
        ("role", Reply::bulk(role)),
        ("modules", Reply::Array(Vec::new())),
    ])
}

fn reset(call: &mut Call<'_>) -> Reply {
    let default = call.node.users[DEFAULT_USER].clone();
    call.client().reset(&default);
    Reply::Status("RESET".to_owned())
}

fn quit(call: &mut Call<'_>) -> Reply {
    call.client().closing = true;
    Reply::ok()
}

fn ping(call: &mut Call<'_>) -> Reply {
    match call.words {
        [_] => Reply::Status("PONG".to_owned()),
        [_, message] => Reply::Bulk(message.clone()),
        _ => Reply::error("ERR wrong number of arguments for 'ping' command"),
    }
}

fn echo(call: &mut Call<'_>) -> Reply {
    Reply::Bulk(call.words[1].clone())
}

fn select(call: &mut Call<'_>) -> Reply {
    match call.word(1).as_str() {
        "0" => Reply::ok(),
        database => Reply::not_simulated(&format!("SELECT {database}")),
    }
}
