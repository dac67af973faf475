//! `ACL LOG`.

use crate::{Reply, commands::spec::Call};

/// How many entries are printed unless told otherwise.
const ENTRIES: usize = 10;

pub(super) fn log(call: &mut Call<'_>) -> Reply {
    let entries = match call.words.len() {
        2 => Ok(ENTRIES),
        3 if call.word(2).eq_ignore_ascii_case("reset") => {
            call.node.acl_log.clear();
            return Reply::ok();
        }
        3 => call.word(2).parse::<i64>().map(|most| usize::try_from(most).unwrap_or(0)),
        _ => return Reply::not_simulated("ACL LOG with more than one argument"),
    };
    match entries {
        Ok(most) => call.node.acl_log.print(most, call.node.version, call.now),
        Err(_) => Reply::error("ERR value is not an integer or out of range"),
    }
}
