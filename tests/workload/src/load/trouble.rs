//! What may go wrong with a command, as a client library classes it.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use super::topology::Address;

/// Why a command has no right answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The login was refused; the code says how.
    Refused(String),
    /// The slot is served by another node.
    Moved(Address),
    /// It may heal by itself: no connection, loading, a failover.
    Passing(String),
    /// The answer is wrong, and stays so.
    Wrong(String),
}

impl Trouble {
    /// The reason, for the record. Codes and kinds only: what a server says may repeat what it was sent.
    pub fn reason(&self) -> String {
        match self {
            Self::Refused(code) => format!("the login was refused: {code}"),
            Self::Moved(address) => format!("moved to {address}, again and again"),
            Self::Passing(what) => format!("did not heal in time: {what}"),
            Self::Wrong(what) => what.clone(),
        }
    }

    /// Classes what `AUTH` was answered with.
    pub fn of_login(error: &RedisError) -> Self {
        match (error.code(), error.detail()) {
            // What Redis says where no password is set: whoever logs in with one was told wrong.
            (Some("ERR"), Some(detail)) if detail.contains("without any password configured") => {
                Self::Refused("no password is set".to_owned())
            }
            _ => Self::of_command(error),
        }
    }

    /// Classes what a command was answered with.
    pub fn of_command(error: &RedisError) -> Self {
        if let (ErrorKind::Server(ServerErrorKind::Moved), Some((address, _slot))) =
            (error.kind(), error.redirect_node())
        {
            return match address.rsplit_once(':').map(|(host, port)| (host, port.parse())) {
                Some((host, Ok(port))) if !host.is_empty() => {
                    Self::Moved(Address { host: host.to_owned(), port, tls: true })
                }
                _ => Self::Passing("MOVED, without an address".to_owned()),
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
            ) => Self::Passing(code.to_owned()),
            (_, Some("ERR")) if error.detail().is_some_and(|detail| detail.contains("max number of clients")) => {
                Self::Passing("max number of clients".to_owned())
            }
            (_, Some(code)) => Self::Wrong(format!("answered {code}")),
            (ErrorKind::Io | ErrorKind::Parse, None) => Self::Passing(error.category().to_owned()),
            (_, None) => Self::Wrong(error.category().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use redis::RedisError;

    use super::{Address, Trouble};

    fn answered(line: &str) -> RedisError {
        redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn a_refused_login_is_told_from_a_passing_trouble() {
        let class = |line| Trouble::of_login(&answered(line));
        assert_eq!(class("WRONGPASS invalid username-password pair"), Trouble::Refused("WRONGPASS".to_owned()));
        assert_eq!(class("NOAUTH Authentication required."), Trouble::Refused("NOAUTH".to_owned()));
        assert_eq!(class("LOADING Redis is loading the dataset"), Trouble::Passing("LOADING".to_owned()));
        assert_eq!(class("READONLY You can't write"), Trouble::Passing("READONLY".to_owned()));
        assert_eq!(class("OOM command not allowed"), Trouble::Wrong("answered OOM".to_owned()));
        let unset = class("ERR AUTH <password> called without any password configured for the default user.");
        assert_eq!(unset, Trouble::Refused("no password is set".to_owned()));
    }

    #[test]
    fn a_redirection_names_the_node_to_go_to() {
        let moved = Trouble::of_command(&answered("MOVED 866 127.77.0.3:6379"));
        assert_eq!(moved, Trouble::Moved(Address { host: "127.77.0.3".to_owned(), port: 6379, tls: true }));
    }

    #[test]
    fn a_dropped_connection_may_heal() {
        let dropped = RedisError::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        assert!(matches!(Trouble::of_command(&dropped), Trouble::Passing(_)));
    }
}
