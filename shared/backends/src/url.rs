//! A login with a URL, as clients do it.

use policy::Failure;
use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisResult, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    dial::{Address, dial},
    session::{code, describe, is_connection_trouble, is_not_ready},
};

/// Connects with a URL and nothing else, and sends a PING. A login that is refused is an error here: what is about to be
/// published does not work.
///
/// # Errors
/// - Retryable if the server cannot be reached, or does not serve clients now.
/// - `NeedsHuman` if it refuses the login.
/// - Permanent if the text is not a URL.
pub async fn log_in(url: &SecretString, what: &str) -> Result<(), Failure> {
    // The parser's own error is left out: it may quote the URL.
    let unreadable = || Failure::permanent(format!("{what} is not a URL that a client can read"));
    let info = url.expose_secret().into_connection_info().map_err(|_| unreadable())?;
    let address = match info.addr() {
        ConnectionAddr::Tcp(host, port) => Address { host, port: *port, tls: false },
        ConnectionAddr::TcpTls { host, port, .. } => Address { host, port: *port, tls: true },
        _ => return Err(unreadable()),
    };
    let settings = info.redis_settings();
    let answer = async {
        let mut connection = dial(address, &RedisConnectionInfo::default()).await?;
        let redis = &mut connection.redis;
        // The login that the client library makes when it connects replaces what the server says by words of its own.
        if let Some(password) = settings.password() {
            authenticate(redis, settings.username(), password).await?;
        }
        if settings.protocol().supports_resp3() {
            redis::cmd("HELLO").arg(3).query_async::<()>(redis).await?;
        }
        if settings.db() != 0 {
            redis::cmd("SELECT").arg(settings.db()).query_async::<()>(redis).await?;
        }
        match redis::cmd("PING").query_async::<()>(redis).await {
            // A user without the right to PING is logged in too.
            Err(error) if error.code() == Some("NOPERM") => Ok(()),
            answer => answer,
        }
    };
    match answer.await {
        Ok(()) => Ok(()),
        Err(error) if is_not_ready(&error) || is_connection_trouble(&error) => {
            Err(Failure::retryable(format!("cannot connect with {what}: {}", describe(&error))))
        }
        Err(error) => Err(Failure::needs_human(format!("the login with {what} was refused ({})", code(&error)))
            .with_next_step("Check whether AWSCURRENT is the credential of this Redis and of its user")),
    }
}

/// Sends `AUTH`, and again without the user if the server is older than Redis 6, which knows no users: clients do the same.
async fn authenticate(redis: &mut MultiplexedConnection, username: Option<&str>, password: &str) -> RedisResult<()> {
    let answer = redis::cmd("AUTH").arg(username).arg(password).query_async::<()>(redis).await;
    match answer {
        Err(error) if username.is_some() && error.to_string().contains("wrong number of arguments for 'auth'") => {
            redis::cmd("AUTH").arg(password).query_async::<()>(redis).await
        }
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use policy::Class;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Logs in with a URL to a node that answers this command with this, and every other command with `OK`.
    async fn answered(command: &'static str, answer: &'static str) -> Result<(), Failure> {
        answered_with("/1", command, answer).await
    }

    /// The same with this end of the URL.
    async fn answered_with(end: &str, command: &'static str, answer: &'static str) -> Result<(), Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let node = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = [0; 1024];
            while let Ok(count @ 1..) = stream.read(&mut heard).await {
                let said = String::from_utf8_lossy(&heard[..count]).into_owned();
                let commands = said.matches('*').count();
                let answers = if said.contains(command) { answer.to_owned() } else { "+OK\r\n".repeat(commands) };
                stream.write_all(answers.as_bytes()).await.unwrap();
            }
        });
        let url = SecretString::from(format!("redis://app:hunter2@127.0.0.1:{port}{end}"));
        let answered = log_in(&url, "the url of `outputs[0]`").await;
        node.abort();
        answered
    }

    #[tokio::test]
    async fn a_refused_login_says_the_code_of_the_server_and_has_its_class() {
        for (answer, code, class) in [
            ("-WRONGPASS invalid username-password pair\r\n", "(WRONGPASS)", Class::NeedsHuman),
            ("-ERR hunter2\r\n", "(ERR)", Class::NeedsHuman),
            ("-ERR max number of clients reached\r\n", ": ERR", Class::Retryable),
            ("-LOADING Redis is loading the dataset in memory\r\n", ": LOADING", Class::Retryable),
        ] {
            let failure = answered("AUTH", answer).await.unwrap_err();
            assert_eq!(failure.class(), class, "{answer}");
            assert!(failure.to_string().contains(code), "{failure}");
            assert!(!failure.chain().contains("hunter2"), "{failure}");
        }
    }

    #[tokio::test]
    async fn a_server_that_knows_no_users_is_sent_the_password_alone() {
        answered("app", "-ERR wrong number of arguments for 'auth' command\r\n").await.unwrap();
        answered("app", "-ERR something else\r\n").await.unwrap_err();
    }

    #[tokio::test]
    async fn a_url_that_asks_for_resp3_needs_a_server_that_speaks_it() {
        let unknown = "-ERR unknown command `HELLO`\r\n";
        answered_with("/?protocol=resp3", "HELLO", unknown).await.unwrap_err();
        answered_with("/?protocol=resp3", "nothing", unknown).await.unwrap();
        answered_with("/", "HELLO", unknown).await.unwrap();
    }

    #[tokio::test]
    async fn a_user_may_lack_the_right_to_ping_and_not_the_right_to_the_database() {
        let denied = "-NOPERM this user has no permissions to run this command\r\n";
        answered("PING", denied).await.unwrap();
        let failure = answered("SELECT", denied).await.unwrap_err();
        assert_eq!(failure.class(), Class::NeedsHuman);
        assert!(failure.to_string().contains("(NOPERM)"), "{failure}");
    }
}
