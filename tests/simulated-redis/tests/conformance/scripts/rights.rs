//! What users may do, and the log of what they may not.

use super::{FILE, scripts};

scripts! {
    a_user_may_do_what_its_rules_say in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p ~app:* ~shared:? +@read +@write +ping -del
        a: ACL GETUSER app
        a: ACL LIST
        c: AUTH app p
        c: SET app:1 x
        c: SET other x
        c: GET app:1
        c: GET shared:1
        c: GET shared:12
        c: EXISTS app:1 other
        c: DEL app:1
        c: INCR app:2
        c: PING
        c: ECHO x
        c: ACL WHOAMI
        c: ACL GETUSER app
        c: INFO
        c: CONFIG GET masterauth
        c: CLIENT SETNAME x
        c: AUTH app p
        c: QUIT
    "#

    the_last_rule_that_concerns_a_command_decides in FILE => r#"
        a: AUTH one
        a: ACL SETUSER app on >p ~* +@all -@dangerous +info -@write +set
        a: ACL GETUSER app
        c: AUTH app p
        c: INFO server
        c: ROLE
        c: CONFIG GET masterauth
        c: SET k v
        c: DEL k
        c: ACL WHOAMI
        a: ACL SETUSER app +acl -acl|whoami
        c: ACL WHOAMI
        c: ACL USERS
        a: ACL SETUSER app -acl
        c: ACL USERS
        a: ACL GETUSER app
        a: ACL SETUSER app +acl|users -@all +GET
        a: ACL GETUSER app
        c: GET k
        c: PING
        a: ACL SETUSER app nocommands
        c: GET k
        a: ACL SETUSER app allcommands resetkeys
        c: GET k
        c: PING
    "#

    the_rights_that_the_functions_need_are_enough in FILE => r#"
        a: AUTH one
        a: ACL SETUSER ops on >p +ping +info +time +multi +exec +client|setname +client|list +acl|setuser +acl|getuser +acl|save +acl|log +config|get +config|set +config|rewrite
        o: AUTH ops p
        o: PING
        o: CLIENT SETNAME redis-lifecycle
        o: INFO
        o: CLIENT LIST TYPE pubsub
        o: TIME
        o: CONFIG GET aclfile
        o: CONFIG GET masteruser
        o: ACL SETUSER ops >q >p
        o: CONFIG SET masterauth q
        o: CONFIG REWRITE
        o: MULTI
        o: ACL SETUSER ops <p
        o: CONFIG REWRITE
        o: EXEC
        o: ACL GETUSER ops
        o: ACL LOG 128
        o: ACL DELUSER ops
        o: ACL LIST
        o: GET k
    "#

    what_is_refused_is_logged in FILE => r#"
        a: AUTH two
        a: AUTH one
        a: ACL LOG
        b: AUTH two
        b: auth two
        b: Auth default three
        b: AUTH nobody x
        b: HELLO 3 AUTH default four
        a: ACL LOG
        a: ACL SETUSER app on >p ~k +get +multi +exec
        c: AUTH app p
        c: SET k v
        c: GET other
        c: GET other
        c: AUTH app q
        c: MULTI
        c: GET other
        a: ACL LOG 3
        a: ACL LOG 0
        a: ACL LOG -1
        a: ACL LOG x
        a: ACL LOG RESET
        a: ACL LOG
        c: DISCARD
        b: AUTH default again
        a: ACL LOG 128
    "#
}
