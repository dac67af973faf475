//! Transactions.

use super::{FILE, scripts};

scripts! {
    a_transaction_does_all_that_it_can in FILE => r#"
        a: AUTH one
        a: EXEC
        a: DISCARD
        a: MULTI
        a: ACL SETUSER default >two
        a: ACL SETUSER default <three
        a: CONFIG SET requirepass four
        b: AUTH two
        a: EXEC
        a: EXEC
        b: AUTH four
        a: MULTI
        a: PING
        a: EXEC
        a: MULTI
        a: PING
        a: DISCARD
        a: MULTI
        a: EXEC
    "#

    a_transaction_with_a_refused_command_does_nothing in FILE => r#"
        a: AUTH one
        a: MULTI
        a: ACL SETUSER default >two
        a: GET
        a: EXEC
        b: AUTH two
        a: ACL SETUSER u on >p +multi +exec +get +ping ~k*
        u: AUTH u p
        u: MULTI
        u: SET x 1
        u: EXEC
        u: MULTI
        u: GET other
        u: EXEC
        u: MULTI
        u: GET k
        u: PING
        a: ACL SETUSER u -get
        u: EXEC
        u: MULTI
        u: GET k
        a: ACL SETUSER u +get resetkeys
        u: EXEC
        a: ACL LOG
        a: MULTI
        a: MULTI
        a: PING
        a: EXEC
        a: MULTI
        a: RESET
        a: EXEC
    "#

    a_user_that_deletes_itself_in_a_transaction_gets_its_replies in FILE => r#"
        a: AUTH one
        a: ACL SETUSER u on >p +@all
        u: AUTH u p
        u: MULTI
        u: ACL DELUSER u
        u: EXEC
        u: PING
        a: ACL USERS
    "#
}
