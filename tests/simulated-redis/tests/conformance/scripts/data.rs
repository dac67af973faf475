//! Data.

use super::{FILE, scripts};

scripts! {
    strings_are_read_and_written in FILE => r#"
        a: AUTH one
        a: SET k v
        a: GET k
        a: GET nothing
        a: EXISTS k k nothing
        a: INCR k
        a: INCR n
        a: INCR n
        a: DBSIZE
        a: DEL k n nothing
        a: DBSIZE
        a: SET k
        a: DEL
        a: WAIT 0 10
    "#

    a_replica_refuses_writes in FILE => r#"
        a: AUTH one
        a: SET k v
        a: ROLE
        a: REPLICAOF 127.0.0.1 1
        a: ROLE
        a: INFO replication
        a: SET x 1
        a: GET x
        a: WAIT 0 10
        a: HELLO
        a: REPLICAOF 127.0.0.1 1
        a: REPLICAOF 127.0.0.1 x
        a: CONFIG REWRITE
        restart
        a: AUTH one
        a: ROLE
        a: REPLICAOF NO ONE
        a: REPLICAOF no one
        a: SET x 1
        a: CONFIG REWRITE
        restart
        a: AUTH one
        a: ROLE
        a: SLAVEOF NO
    "#
}
