//! Errors of logins and commands, classified as a client library does.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use super::topology::Address;

/// Why a command has no correct answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The login was refused, with this error code.
    Refused(String),
    /// Another node serves the slot.
    Moved(Address),
    /// A retry may succeed: there is no connection, the node is loading, or a failover is in progress.
    Transient(String),
    /// The answer is wrong, and a retry would not change it.
    Permanent(String),
}

impl CommandError {
    /// Returns the reason. It has codes and kinds only: a server's message may repeat what was sent to it.
    pub fn reason(&self) -> String {
        match self {
            Self::Refused(code) => format!("the login was refused: {code}"),
            Self::Moved(address) => format!("redirected to {address} until the client gave up"),
            Self::Transient(what) => format!("retried until the client gave up: {what}"),
            Self::Permanent(what) => what.clone(),
        }
    }

    /// Classifies the error of `AUTH`.
    pub fn of_login(error: &RedisError) -> Self {
        match (error.code(), error.detail()) {
            // Redis answers so if no password is set: the client's credential is not this node's.
            (Some("ERR"), Some(detail)) if detail.contains("without any password configured") => {
                Self::Refused("no password is set".to_owned())
            }
            _ => Self::of_command(error),
        }
    }

    /// Classifies the error of a command.
    pub fn of_command(error: &RedisError) -> Self {
        if let (ErrorKind::Server(ServerErrorKind::Moved), Some((address, _slot))) =
            (error.kind(), error.redirect_node())
        {
            return match address.rsplit_once(':').map(|(host, port)| (host, port.parse())) {
                Some((host, Ok(port))) if !host.is_empty() => {
                    Self::Moved(Address { host: host.to_owned(), port, tls: true })
                }
                _ => Self::Transient("MOVED, without an address".to_owned()),
            };
        }
        match (error.kind(), error.code()) {
            (_, Some(code @ ("WRONGPASS" | "NOAUTH" | "NOPERM"))) => Self::Refused(code.to_owned()),
            (ErrorKind::AuthenticationFailed, _) => Self::Refused("AuthenticationFailed".to_owned()),
            (
                ErrorKind::Server(
                    ServerErrorKind::BusyLoading
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::ReadOnly
                    | ServerErrorKind::Ask,
                ),
                Some(code),
            ) => Self::Transient(code.to_owned()),
            (_, Some("ERR")) if error.detail().is_some_and(|detail| detail.contains("max number of clients")) => {
                Self::Transient("max number of clients".to_owned())
            }
            (_, Some(code)) => Self::Permanent(format!("answered {code}")),
            (ErrorKind::Io | ErrorKind::Parse, None) => Self::Transient(error.category().to_owned()),
            (_, None) => Self::Permanent(error.category().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use redis::RedisError;

    use super::{Address, CommandError};

    fn answered(line: &str) -> RedisError {
        redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn a_refused_login_is_not_a_transient_error() {
        let class = |line| CommandError::of_login(&answered(line));
        assert_eq!(class("WRONGPASS invalid username-password pair"), CommandError::Refused("WRONGPASS".to_owned()));
        assert_eq!(class("NOAUTH Authentication required."), CommandError::Refused("NOAUTH".to_owned()));
        assert_eq!(class("LOADING Redis is loading the dataset"), CommandError::Transient("LOADING".to_owned()));
        assert_eq!(class("READONLY You can't write"), CommandError::Transient("READONLY".to_owned()));
        assert_eq!(class("OOM command not allowed"), CommandError::Permanent("answered OOM".to_owned()));
        let unset = class("ERR AUTH <password> called without any password configured for the default user.");
        assert_eq!(unset, CommandError::Refused("no password is set".to_owned()));
    }

    #[test]
    fn a_redirection_names_the_next_node() {
        let moved = CommandError::of_command(&answered("MOVED 866 127.77.0.3:6379"));
        assert_eq!(moved, CommandError::Moved(Address { host: "127.77.0.3".to_owned(), port: 6379, tls: true }));
    }

    #[test]
    fn a_dropped_connection_is_transient() {
        let dropped = RedisError::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        assert!(matches!(CommandError::of_command(&dropped), CommandError::Transient(_)));
    }
}
