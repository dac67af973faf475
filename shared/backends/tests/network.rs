//! A network that replaces TCP and TLS. It is set once a process, so this program has no other tests.

use std::io;

use backends::{Address, Stream, replace_network, url};
use futures::{FutureExt, future::BoxFuture};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

/// A node in memory that answers each read with OK, as long as commands come one at a time.
fn in_memory(address: Address<'_>) -> BoxFuture<'static, io::Result<Stream>> {
    let found = (address.host == "redis.in-memory", address.port, address.tls) == (true, 6380, true);
    async move {
        if !found {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let (client, mut node) = duplex(1024);
        tokio::spawn(async move {
            let mut heard = [0; 1024];
            while let Ok(1..) = node.read(&mut heard).await {
                // A pipeline of setup commands gets an answer each.
                let commands = heard.iter().filter(|byte| **byte == b'*').count();
                let _ = node.write_all("+OK\r\n".repeat(commands).as_bytes()).await;
                heard.fill(0);
            }
        });
        Ok(Box::new(client) as Stream)
    }
    .boxed()
}

#[tokio::test]
async fn every_connection_is_opened_through_the_network_that_was_set_first() {
    replace_network(in_memory);
    replace_network(|_| async { Err(io::Error::from(io::ErrorKind::ConnectionRefused)) }.boxed());
    let log_in = |text: &str| {
        let url = SecretString::from(text);
        async move { url::log_in(&url, "the URL").await.map_err(|failure| failure.chain()) }
    };
    assert_eq!(log_in("rediss://:secret@redis.in-memory:6380").await, Ok(()));
    assert!(log_in("redis://:secret@redis.in-memory:6380").await.is_err(), "the network sees that TLS is not used");
}
