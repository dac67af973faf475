//! Logging in, with and without a password.

use super::{FILE, scripts};

scripts! {
    a_client_that_has_not_logged_in_may_only_log_in in FILE => r#"
        a: PING
        a: SET k v
        a: ACL WHOAMI
        a: GET
        a: AUTH
        a: AUTH a b c
        a: HELLO
        a: HELLO 3
        a: AUTH one
        a: PING
        a: PING hello
        a: PING a b
        a: ECHO x
        a: SELECT 0
        a: TIME
        a: DBSIZE
    "#

    a_refused_login_leaves_a_connection_as_it_was in FILE => r#"
        a: AUTH one
        a: AUTH two
        a: ACL WHOAMI
        a: AUTH nobody one
        a: ACL WHOAMI
        a: HELLO 2 AUTH default two
        a: PING
        b: Auth default two
        b: PING
    "#

    a_client_that_came_without_a_password_stays_when_one_is_required in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default nopass
        x: PING
        a: CONFIG SET requirepass two
        x: PING
        y: PING
        a: ACL SETUSER default nopass
        y: PING
        a: ACL SETUSER default resetpass
        y: PING
        x: PING
        x: RESET
        x: PING
    "#

    a_password_ends_nopass in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on nopass +@all
        b: AUTH app anything
        a: ACL SETUSER app >p
        c: AUTH app anything
        c: AUTH app p
        a: ACL GETUSER app
        a: ACL SETUSER app nopass
        a: ACL GETUSER app
    "#

    hello_wants_a_login_even_if_no_other_command_does in FILE => r#"
        x: PING
        a: AUTH one
        a: ACL SETUSER default nopass
        x: PING
        x: HELLO
        x: HELLO 3
        x: HELLO 3 AUTH default anything
        y: HELLO
    "#

    hello_logs_in_and_chooses_the_protocol in FILE => r#"
        a: HELLO 4
        a: HELLO x
        a: HELLO 3 AUTH default two
        a: HELLO 3 AUTH default
        a: HELLO 3 BOGUS
        a: HELLO 3 AUTH default one SETNAME me
        a: HELLO
        a: ACL GETUSER default
        a: ACL GETUSER nobody
        a: ACL LOG
        a: CONFIG GET requirepass
        a: INFO replication
        a: CLIENT INFO
        a: CLIENT GETNAME
        a: GET nothing
        a: ROLE
        a: HELLO 2
        a: ACL GETUSER default
        a: HELLO 3
        a: RESET
        a: HELLO 2 AUTH default one
    "#
}
