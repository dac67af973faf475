//! The RDB of a node, taken over the replication protocol.
//!
//! Not by `SAVE`: a node that is restarted would load the file.
//!
//! <https://redis.io/docs/latest/operate/oss_and_stack/management/replication/>

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use secrecy::ExposeSecret;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    time::timeout,
};

use super::{access::ADMINISTRATOR, admin::Admin, body::Body, node::Node};

/// How long a dump may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The RDB of a node without data: the header, the end and the CRC64. Nodes in memory have this one.
const EMPTY: &[u8] = b"REDIS0009\xff\x9a\xac\x7a\xbc\xfb\x0f\xad\x74";

impl Node {
    /// The RDB of its data at this moment.
    ///
    /// # Errors
    /// The node does not run, or it does not answer in time.
    pub(crate) async fn dump(&self) -> anyhow::Result<Bytes> {
        match &self.body {
            Body::Process(server) => {
                timeout(PATIENCE, server.admin.dump()).await.context("the node sends its RDB too slowly")?
            }
            Body::Memory(_) if self.is_running().await => Ok(empty()),
            Body::Memory(_) => anyhow::bail!("the node does not run"),
        }
    }
}

/// The RDB of a node without data.
pub(crate) fn empty() -> Bytes {
    Bytes::from_static(EMPTY)
}

impl Admin {
    /// Synchronises as a replica does that wants the RDB only: the server closes the connection after it.
    async fn dump(&self) -> anyhow::Result<Bytes> {
        let mut stream = BufReader::new(UnixStream::connect(&self.socket).await?);
        let login = format!("AUTH {ADMINISTRATOR} {}\r\n", self.password.expose_secret());
        for command in [login.as_str(), "REPLCONF capa eof\r\n", "REPLCONF rdb-only 1\r\n"] {
            stream.write_all(command.as_bytes()).await?;
            let answer = line(&mut stream).await?;
            anyhow::ensure!(answer == "+OK", "the node refuses to be replicated: {answer}");
        }
        stream.write_all(b"SYNC\r\n").await?;
        let header = loop {
            // Empty lines keep the connection alive until the RDB begins.
            match line(&mut stream).await? {
                empty if empty.is_empty() => {}
                header => break header,
            }
        };
        let mark = header.strip_prefix("$EOF:").with_context(|| format!("no RDB follows {header:?}"))?;
        let mut rdb = Vec::new();
        stream.read_to_end(&mut rdb).await?;
        let rdb = rdb.strip_suffix(mark.as_bytes()).context("the RDB is cut off")?;
        Ok(Bytes::copy_from_slice(rdb))
    }
}

/// One line, without its end.
async fn line(stream: &mut BufReader<UnixStream>) -> anyhow::Result<String> {
    let mut line = String::new();
    anyhow::ensure!(stream.read_line(&mut line).await? > 0, "the node closes the connection");
    Ok(line.trim_end().to_owned())
}
