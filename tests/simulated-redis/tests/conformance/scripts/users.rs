//! Users and their passwords.

use super::{FILE, scripts};

scripts! {
    a_user_has_several_passwords_at_once in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: ACL SETUSER default >two
        a: ACL GETUSER default
        b: AUTH two
        c: AUTH default one
        a: ACL SETUSER default <one
        a: ACL SETUSER default <one
        c: PING
        d: AUTH one
        d: AUTH two
        a: ACL GETUSER default
        a: ACL LIST
    "#

    a_password_that_is_taken_away_keeps_connections in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p ~* +@all
        c: AUTH app p
        a: ACL SETUSER app <p
        c: PING
        c: SET k v
        a: ACL SETUSER app resetpass
        c: PING
        a: ACL SETUSER app off
        c: ACL WHOAMI
        c: GET k
        d: AUTH app p
    "#

    a_user_that_is_switched_off_cannot_log_in in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app off >p +@all
        c: AUTH app p
        a: ACL SETUSER app on
        c: AUTH app p
        a: ACL SETUSER default off
        a: PING
        d: PING
        d: AUTH one
    "#

    a_user_that_is_deleted_loses_its_connections in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p ~* +@all
        b: AUTH app p
        c: AUTH app p
        b: ACL DELUSER app nobody
        b: PING
        c: PING
        a: ACL DELUSER app
        a: ACL DELUSER default
        a: ACL USERS
        a: ACL GETUSER app
    "#

    setuser_applies_every_modifier_or_none in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p <nope
        a: ACL GETUSER app
        a: ACL SETUSER app on >p
        a: ACL SETUSER app off >q bogus
        a: ACL GETUSER app
        a: ACL SETUSER "a b" on
        a: ACL SETUSER app #abc
        a: ACL SETUSER app !abc
        a: ACL SETUSER app #7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
        a: ACL SETUSER app !7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
        a: ACL SETUSER app !7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
        a: ACL SETUSER app ""
        a: ACL SETUSER app ON OFF ResetPass
        a: ACL GETUSER app
        a: ACL SETUSER app ~x ~* &y
        a: ACL SETUSER app ~x
        a: ACL SETUSER app &* 
        a: ACL SETUSER app &y
        a: ACL GETUSER app
        a: ACL SETUSER app reset
        a: ACL GETUSER app
        a: ACL SETUSER
        a: ACL WHOAMI x
    "#
}
