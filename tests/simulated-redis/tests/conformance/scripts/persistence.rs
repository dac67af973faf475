//! Settings and users, and what a restart finds of them.

use super::{ACL, ALL, FILE, scripts};

scripts! {
    settings_that_are_read_and_set in ALL => r#"
        a: AUTH one
        a: CONFIG GET requirepass
        a: CONFIG GET masteruser
        a: CONFIG GET masterauth
        a: CONFIG GET MasterAuth aclfile
        a: CONFIG SET masterauth "a b" masteruser u
        a: CONFIG GET masterauth masteruser
        a: CONFIG SET aclfile x
        a: CONFIG SET masterauth
        a: CONFIG SET masterauth x masteruser
        a: CONFIG SET
        a: CONFIG GET
        a: INFO
        a: INFO server
        a: ROLE
    "#

    a_restart_forgets_what_was_not_saved in ALL => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: ACL SETUSER new on >n +@all
        a: CONFIG SET masterauth two masteruser new
        restart
        a: AUTH two
        a: AUTH one
        b: AUTH new n
        a: CONFIG GET masterauth masteruser requirepass
        a: ACL LIST
        a: ACL LOG
    "#

    a_restart_finds_what_config_rewrite_saved in ALL => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: ACL SETUSER new on >n ~x +@all
        a: CONFIG SET masterauth two masteruser new
        a: CONFIG REWRITE
        restart
        a: AUTH two
        b: AUTH one
        c: AUTH new n
        a: CONFIG GET masterauth masteruser requirepass
        b: ACL LIST
    "#

    a_restart_finds_what_acl_save_saved in ALL => r#"
        a: AUTH one
        a: ACL SETUSER default >two
        a: ACL SETUSER new on >n ~x +@all
        a: ACL DELUSER app
        a: ACL SAVE
        restart
        a: AUTH two
        b: AUTH one
        c: AUTH new n
        b: ACL LIST
    "#

    loading_an_acl_file_closes_the_connections_of_users_that_changed in ACL => r#"
        a: AUTH one
        d: AUTH one
        p: AUTH app p
        a: ACL LOAD
        a: ACL WHOAMI
        d: PING
        p: PING
        a: ACL SETUSER app >q
        a: ACL SETUSER new on nopass +@all
        q: AUTH app q
        n: AUTH new x
        a: ACL LOAD
        q: PING
        n: PING
        r: AUTH app q
        a: ACL LIST
        a: ACL SETUSER default off
        a: ACL LOAD
        s: AUTH one
        t: AUTH app p
        t: ACL LOAD
        t: PING
    "#

    acl_files_need_a_server_that_has_one in FILE => r#"
        a: AUTH one
        a: ACL SAVE
        a: ACL LOAD
        a: ACL LOAD x
    "#
}
