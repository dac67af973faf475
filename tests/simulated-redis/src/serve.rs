//! A node at the other end of a stream in memory.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::BytesMut;
use redis::ValueCodec;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_util::codec::Decoder;

use crate::{Address, Closed, Node, Reply, Session, resp};

/// A node that several connections share.
pub type Shared = Arc<Mutex<Node>>;

/// What happens to one command on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is carried out and answered.
    Answer,
    /// It is not carried out, and answered with this.
    Refuse(Reply),
    /// The connection is cut before it is carried out.
    CutBefore,
    /// The connection is cut after it is carried out: the answer is lost.
    CutAfter,
    /// It is neither carried out nor answered, and the connection stays open.
    Ignore,
}

/// What surrounds a served connection: the clock, and what happens to each command.
pub trait Surroundings: Send {
    /// The time, since the Unix epoch.
    fn now(&self) -> Duration;

    /// Waits as long as the command takes to arrive, and tells what happens to it.
    fn arrives(&mut self, words: &[Vec<u8>]) -> impl Future<Output = Fate> + Send;

    /// Is told of each command that took effect or was refused, before anything else happens. Its answer may still be lost.
    fn carried_out(&mut self, words: &[Vec<u8>], reply: &Reply);

    /// Waits as long as the answer takes to arrive.
    fn answered(&mut self, words: &[Vec<u8>], reply: &Reply) -> impl Future<Output = ()> + Send;
}

/// Serves one connection until the client or the node closes it, or a fault cuts it.
///
/// A connection that the node closes between two commands ends at the next command.
pub async fn serve<S>(mut stream: S, from: Address, node: Shared, mut surroundings: impl Surroundings)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let session = lock(&node).connect(from, surroundings.now());
    // Every way to end it is a closed connection.
    let _ = talk(&mut stream, &session, &node, &mut surroundings).await;
    session.close(&mut lock(&node));
}

async fn talk<S>(
    stream: &mut S,
    session: &Session,
    node: &Shared,
    surroundings: &mut impl Surroundings,
) -> Result<(), Closed>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let (mut codec, mut buffer) = (ValueCodec::default(), BytesMut::new());
    loop {
        let words = request(stream, &mut codec, &mut buffer).await?;
        let fate = surroundings.arrives(&words).await;
        let lost = fate == Fate::CutAfter;
        let refusal = match fate {
            Fate::CutBefore => return Err(Closed),
            Fate::Ignore => continue,
            Fate::Refuse(reply) => Some(reply),
            Fate::Answer | Fate::CutAfter => None,
        };
        let (reply, bytes) = {
            let mut node = lock(node);
            let reply = match refusal {
                Some(refusal) => session.refuse(&mut node, &words, refusal, surroundings.now())?,
                None => session.call(&mut node, &words, surroundings.now())?,
            };
            let bytes = session.encode(&node, &reply);
            (reply, bytes)
        };
        surroundings.carried_out(&words, &reply);
        if lost {
            return Err(Closed);
        }
        surroundings.answered(&words, &reply).await;
        stream.write_all(&bytes).await.map_err(|_| Closed)?;
        if !session.is_open(&lock(node)) {
            return Err(Closed);
        }
    }
}

/// The words of the next request.
async fn request<S: AsyncRead + Unpin>(
    stream: &mut S,
    codec: &mut ValueCodec,
    buffer: &mut BytesMut,
) -> Result<Vec<Vec<u8>>, Closed> {
    loop {
        if let Some(value) = codec.decode(buffer).map_err(|_| Closed)? {
            return resp::arguments(value).ok_or(Closed);
        }
        if stream.read_buf(buffer).await.map_err(|_| Closed)? == 0 {
            return Err(Closed);
        }
    }
}

fn lock(node: &Shared) -> MutexGuard<'_, Node> {
    node.lock().unwrap_or_else(PoisonError::into_inner)
}
