//! `requirepass` and the user `default`.

use super::{ACL, FILE, scripts};

scripts! {
    requirepass_replaces_every_password_of_the_default_user in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: CONFIG GET requirepass
        a: CONFIG SET requirepass three
        a: CONFIG GET requirepass
        a: ACL GETUSER default
        b: AUTH one
        b: AUTH two
        b: AUTH three
        a: CONFIG SET requirepass ""
        a: ACL GETUSER default
        c: PING
        c: AUTH foo
        c: AUTH default foo
    "#

    requirepass_that_is_set_already_changes_nothing in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: CONFIG SET requirepass one
        a: ACL GETUSER default
        a: ACL SETUSER default nopass
        a: CONFIG SET requirepass one
        b: PING
        b: AUTH one
        a: CONFIG SET requirepass three
        c: PING
        a: CONFIG SET requirepass ""
        a: ACL SETUSER default >four
        a: CONFIG SET requirepass ""
        a: ACL GETUSER default
    "#

    setuser_does_not_change_requirepass in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default resetpass
        a: CONFIG GET requirepass
        a: ACL SETUSER default nopass
        a: CONFIG GET requirepass
        a: ACL SETUSER default >two
        a: CONFIG GET requirepass
    "#

    requirepass_in_the_file_gives_way_to_a_user_line in FILE => r#"
        a: AUTH one
        a: ACL SETUSER default >two <one
        a: CONFIG REWRITE
        restart
        a: AUTH one
        a: AUTH two
        a: CONFIG GET requirepass
        a: CONFIG SET requirepass three
        a: CONFIG REWRITE
        restart
        a: AUTH three
        a: CONFIG GET requirepass
        a: CONFIG SET requirepass ""
        a: CONFIG REWRITE
        restart
        a: CONFIG GET requirepass
        a: ACL LIST
    "#

    requirepass_lasts_until_an_acl_file_is_loaded in ACL => r#"
        a: AUTH one
        a: CONFIG SET requirepass two
        a: CONFIG REWRITE
        b: AUTH two
        restart
        a: AUTH two
        a: AUTH one
        a: CONFIG GET requirepass
        a: CONFIG SET requirepass two
        a: ACL LOAD
        b: AUTH two
        b: AUTH one
    "#
}
