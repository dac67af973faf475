//! One script for each behaviour that the product or its tests rely on.

use crate::{
    both::run,
    script::{SetUp, steps},
};

/// A test for each script: it runs with these set-ups.
macro_rules! scripts {
    ($($name:ident in $set_ups:expr => $script:literal)*) => {$(
        #[test]
        fn $name() {
            for set_up in $set_ups {
                run(set_up, &steps($script)).unwrap_or_else(|difference| panic!("{difference}"));
            }
        }
    )*};
}

const FILE: [SetUp; 1] = [SetUp::ConfigFile];
const ACL: [SetUp; 1] = [SetUp::AclFile];
const SENTINEL: [SetUp; 1] = [SetUp::Sentinel];
const ALL: [SetUp; 3] = [SetUp::ConfigFile, SetUp::AclFile, SetUp::CommandLine];

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
        a: ACL SETUSER ops on >p +ping +info +time +multi +exec +client|setname +acl|setuser +acl|getuser +acl|save +acl|log +config|get +config|set +config|rewrite
        o: AUTH ops p
        o: PING
        o: CLIENT SETNAME redis-lifecycle
        o: INFO
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
        a: SENTINEL GET-MASTER-ADDR-BY-NAME main
        a: SENTINEL GET-MASTER-ADDR-BY-NAME nosuch
        restart
        a: SENTINEL GET-MASTER-ADDR-BY-NAME main
    "#
}
