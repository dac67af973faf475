//! Whether a node can send its data now.

use std::time::Duration;

use super::facts::{Info, Node, Server, Version};
use crate::Failure;

/// The first version that can send an RDB file alone: without it, the changes of clients follow the file and pile up on the server.
///
/// <https://github.com/redis/redis/blob/6.2/00-RELEASENOTES>
const FIRST: Version = Version { major: 6, minor: 2, patch: 0 };

/// How many bytes of data a second arrive at least: a third below the slowest that was measured, which is a server that writes its
/// file to a disk first and compresses it.
const BYTES_A_SECOND: u64 = 25 * 1024 * 1024;

/// The time that a pull takes for no data at all: a server waits 5 seconds for other replicas (`repl-diskless-sync-delay`), and
/// storing the file takes a few calls.
const FIXED: Duration = Duration::from_secs(10);

/// What a fork may need, in percent of the memory that the process has: every page that a client changes while the file is sent is
/// copied.
///
/// <https://redis.io/docs/latest/operate/oss_and_stack/management/admin/#linux>
const FORK_PERCENT: u64 = 15;

/// Says what to wait for; `None` if the node can send its data now.
///
/// # Errors
/// As the table of [`super::decide`] says.
pub(super) fn check(node: &Node, info: &Info, time_left: Duration) -> Result<Option<String>, Failure> {
    let id = &node.id;
    if info.server == Server::Redis && info.version < FIRST {
        return Err(Failure::permanent(format!(
            "the node {id} runs Redis {}, which cannot send an RDB file alone; Redis {}.{} is the first that can",
            info.version, FIRST.major, FIRST.minor
        ))
        .with_next_step(format!("Upgrade {id}, or remove `snapshots` from the target's settings")));
    }
    if let Some(doing) = info.child {
        return Ok(Some(format!("the node {id} {doing}")));
    }
    check_memory(id, info)?;
    check_time(id, info, time_left)?;
    Ok(None)
}

fn check_memory(id: &str, info: &Info) -> Result<(), Failure> {
    let Some(machine) = info.machine_bytes else { return Ok(()) };
    let needed = info.resident_bytes.saturating_mul(FORK_PERCENT) / 100;
    let free = machine.saturating_sub(info.resident_bytes);
    if free >= needed {
        return Ok(());
    }
    Err(Failure::permanent(format!(
        "the node {id} has {} MiB of memory beside the {} MiB of Redis, and to send its data it forks, which may need {} MiB",
        mib(free),
        mib(info.resident_bytes),
        mib(needed)
    ))
    .with_next_step(format!("Give {id} more memory, add a replica, or delete data")))
}

fn check_time(id: &str, info: &Info, time_left: Duration) -> Result<(), Failure> {
    let needed = FIXED + Duration::from_secs(info.data_bytes / BYTES_A_SECOND);
    if needed <= time_left {
        return Ok(());
    }
    Err(Failure::permanent(format!(
        "the node {id} has {} MiB of data, which may take {} s to pull, and {} s are left",
        mib(info.data_bytes),
        needed.as_secs(),
        time_left.as_secs()
    ))
    .with_next_step("Raise the timeout of the function, which can be 900 s, or save this Redis in another way"))
}

fn mib(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}
