//! Connections.

use super::{FILE, scripts};

scripts! {
    clients_have_names in FILE => r#"
        a: CLIENT SETNAME x
        a: AUTH one
        a: CLIENT GETNAME
        a: CLIENT SETNAME foo
        a: CLIENT GETNAME
        a: CLIENT SETNAME "foo bar"
        a: CLIENT INFO
        a: CLIENT ID
        a: CLIENT SETNAME ""
        a: CLIENT GETNAME
        a: CLIENT SETINFO lib-name redis-rs
        a: CLIENT SETINFO LIB-VER "1 2"
        a: CLIENT SETINFO bogus 1
        a: CLIENT SETINFO lib-name
        a: HELLO 2 SETNAME foo
        a: HELLO 2 SETNAME "foo bar"
        a: CLIENT INFO
        a: RESET
        a: AUTH one
        a: CLIENT GETNAME
    "#

    clients_can_be_killed in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p +@all
        b: AUTH app p
        c: AUTH app p
        a: CLIENT KILL USER app
        b: PING
        c: PING
        a: CLIENT KILL USER default
        a: PING
        a: CLIENT KILL USER nobody
        a: CLIENT KILL TYPE bogus
        a: CLIENT KILL TYPE replica
        a: CLIENT KILL ID 99999
        a: CLIENT KILL
        d: AUTH one
        a: CLIENT KILL TYPE normal
        d: PING
        a: QUIT
        a: PING
    "#
}
