//! Sentinels.

use super::{SENTINEL, scripts};

scripts! {
    a_sentinel_is_told_what_to_log_in_with in SENTINEL => r#"
        a: PING
        a: AUTH x
        a: CLIENT SETINFO lib-name x
        a: CLIENT SETNAME x
        a: SENTINEL SET main auth-pass two
        a: SENTINEL SET nosuch auth-pass two
        a: SENTINEL SET main auth-user u auth-pass three
        a: SENTINEL SET main auth-pass
        a: SENTINEL
        a: SENTINEL MYID
        a: SENTINEL MYID x
        a: SENTINEL GET-MASTER-ADDR-BY-NAME main
        a: SENTINEL GET-MASTER-ADDR-BY-NAME nosuch
        restart
        a: SENTINEL GET-MASTER-ADDR-BY-NAME main
    "#
}
