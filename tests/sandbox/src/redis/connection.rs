//! One connection through a gate, and the fault that it meets.

mod commands;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
    time::{Instant, sleep, sleep_until},
};

use super::gate::{Shared, Upstream};
use crate::{
    clock,
    faults::What,
    journal::{CallResult, Entry, Place},
};

/// How long a function lives on after its connection, where it is to be killed after the effect.
const KILL_AFTER: Duration = Duration::from_millis(50);
/// How long a client's bytes still reach the server after its first command, where the answer is to be lost.
const LOSE_AFTER: Duration = Duration::from_millis(100);
/// How long the first command may take after a TLS handshake: the machine may be busy.
const FIRST_COMMAND_WITHIN: Duration = Duration::from_secs(5);

/// Serves one connection to its end.
pub(crate) async fn serve(client: TcpStream, peer: SocketAddr, gate: Arc<Shared>) {
    // Replicas of a cluster or of a host, and Sentinels, reach nodes through their gates: nobody's call, and nothing
    // closes that way but a link that is cut.
    if gate.surroundings.network.contains(peer.ip()) {
        return between_nodes(client, peer, &gate).await;
    }
    let (place, fault) = gate.surroundings.faults.on_unsigned("Connect");
    let note = |result| record(&gate, "Connect", place.as_ref(), result);
    let kill = || place.iter().for_each(|place| gate.surroundings.faults.kill(place));
    match fault {
        Some(what @ What::KillBefore) => {
            note(CallResult::FaultedBefore(format!("{what:?}")));
            return kill();
        }
        Some(what @ (What::Reset | What::Throttle | What::InternalError | What::Quote)) => {
            return note(CallResult::FaultedBefore(format!("{what:?}")));
        }
        Some(What::Delay(time)) => sleep(time).await,
        Some(What::Hold) => gate.surroundings.faults.held().await,
        Some(What::LoseAnswer | What::KillAfter) | None => {}
    }
    let mut ending = gate.ending();
    let Some((upstream, server)) = connect(&gate).await else {
        return note(CallResult::Refused("Unreachable".to_owned()));
    };
    note(match fault {
        Some(what @ (What::LoseAnswer | What::KillAfter)) => CallResult::FaultedAfter(format!("{what:?}")),
        _ => CallResult::Answered,
    });
    // The load of other clients has no commands that are calls, and is not to be slowed down.
    let relay = async |client: TcpStream, server: TcpStream| match &place {
        Some(_) => {
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            commands::relay(client, server, &gate).await.unwrap_or_default();
        }
        None => copy(client, server).await,
    };
    let forward = async {
        match fault {
            Some(What::LoseAnswer) => lose_answer(client, server).await,
            Some(What::KillAfter) => {
                tokio::select! { () = relay(client, server) => {}, () = sleep(KILL_AFTER) => {} }
                kill();
            }
            _ => relay(client, server).await,
        }
    };
    tokio::select! {
        () = forward => {}
        () = upstream.closed() => {}
        _ = ending.changed() => {}
    }
}

async fn between_nodes(node: TcpStream, peer: SocketAddr, gate: &Shared) {
    let mut ending = gate.ending();
    let Some(other) = gate.owner() else { return };
    let forward = async {
        if let Ok(server) = TcpStream::connect(other.address).await {
            copy(node, server).await;
        }
    };
    tokio::select! {
        biased;
        () = gate.surroundings.network.is_cut_off(peer.ip()) => {}
        _ = ending.changed() => {}
        () = forward => {}
    }
}

async fn connect(gate: &Shared) -> Option<(Arc<Upstream>, TcpStream)> {
    let upstream = gate.next()?;
    let server = TcpStream::connect(upstream.address).await.ok()?;
    Some((upstream, server))
}

async fn copy(mut client: TcpStream, mut server: TcpStream) {
    // Latency matters to a load of small commands; a socket that refuses the option still works.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    // However it ends, it has ended.
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

/// Lets the client finish its TLS handshake and send its commands, and delivers none of the answers.
///
/// In TLS 1.3 all that a client needs from the server comes in the server's first flight. What the client sends after
/// that is forwarded to the server until shortly after its first command; what the server sends is dropped, and then both
/// connections.
async fn lose_answer(mut client: TcpStream, mut server: TcpStream) {
    let (mut from_client, mut from_server) = ([0; 16 * 1024], [0; 16 * 1024]);
    let mut server_spoke = false;
    let mut deadline: Option<Instant> = None;
    let mut sent = Vec::new();
    loop {
        let until = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(60));
        tokio::select! {
            () = sleep_until(until) => return,
            read = client.read(&mut from_client) => match read {
                Ok(count @ 1..) if server.write_all(&from_client[..count]).await.is_ok() => {
                    if server_spoke {
                        sent.extend_from_slice(&from_client[..count]);
                        let time = if has_command(&sent) { LOSE_AFTER } else { FIRST_COMMAND_WITHIN };
                        let until = Instant::now() + time;
                        deadline = Some(deadline.map_or(until, |deadline| deadline.min(until)));
                    }
                }
                _ => return,
            },
            read = server.read(&mut from_server) => match read {
                Ok(count @ 1..) => {
                    server_spoke = true;
                    if deadline.is_none() && client.write_all(&from_server[..count]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Whether a client has sent a command. Over TLS 1.3 the first record of application data is the end of the handshake.
///
/// <https://datatracker.ietf.org/doc/html/rfc8446#section-5.1>
fn has_command(mut sent: &[u8]) -> bool {
    let mut records = 0;
    while let [kind @ 20..=23, _, _, high, low, rest @ ..] = sent {
        let Some((_, next)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))) else { break };
        records += usize::from(*kind == 23);
        sent = next;
    }
    let is_tls = matches!(sent.first(), None | Some(20..=23));
    records > 1 || !is_tls
}

/// Writes a connection or a command on it down where it is an invocation's; the load of other clients would fill the journal.
fn record(gate: &Shared, operation: &str, place: Option<&Place>, result: CallResult) {
    if let Some(place) = place {
        gate.surroundings.journal.record(Entry {
            at: clock::now(),
            principal: String::new(),
            invocation: Some(place.clone()),
            service: "redis".to_owned(),
            operation: operation.to_owned(),
            subject: Some(gate.address.ip().to_string()),
            result,
        });
    }
}

#[cfg(test)]
mod tests;
