//! `SENTINEL`.

use super::spec::{ADMIN, Call, Spec};
use crate::Reply;

pub(super) const COMMANDS: &[Spec] = &[
    Spec { in_sentinel: true, ..Spec::new("sentinel|set", -5, ADMIN, set) },
    Spec { in_sentinel: true, ..Spec::new("sentinel|myid", 2, ADMIN, my_id) },
    Spec { in_sentinel: true, ..Spec::new("sentinel|get-master-addr-by-name", 3, ADMIN, address) },
];

/// Sets what a Sentinel logs in to a primary with. The setting is in force even if it cannot be saved.
fn set(call: &mut Call<'_>) -> Reply {
    let (name, options) = (call.word(2), call.words_from(3));
    let Some(sentinel) = &mut call.node.sentinel else { return Reply::not_simulated("SENTINEL") };
    let Some(master) = sentinel.masters.get_mut(&name) else {
        return Reply::error("ERR No such master with that name");
    };
    for option in options.chunks(2) {
        match option {
            [name, value] if name.eq_ignore_ascii_case("auth-pass") => master.auth_pass.clone_from(value),
            [name, value] if name.eq_ignore_ascii_case("auth-user") => master.auth_user.clone_from(value),
            _ => return Reply::not_simulated(&format!("SENTINEL SET {}", option.join(" "))),
        }
    }
    if !call.node.files_writable {
        return Reply::error("ERR Failed to save config file. Check server logs.");
    }
    sentinel.saved.clone_from(&sentinel.masters);
    Reply::ok()
}

/// An id of 40 hexadecimal digits, which begins with those of its address.
fn my_id(call: &mut Call<'_>) -> Reply {
    let digits: String = call.node.address.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
    Reply::bulk(format!("{digits:0<40.40}"))
}

fn address(call: &mut Call<'_>) -> Reply {
    let name = call.word(2);
    match call.node.master(&name) {
        Some(master) => Reply::bulks([master.address.host.clone(), master.address.port.to_string()]),
        None => Reply::Null,
    }
}
