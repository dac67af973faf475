//! Files that cannot be written.

use redis::Value;

use crate::{
    both::Both,
    real::Servers,
    script::{SetUp, words},
};

/// What both sides answer to a command that writes a file which cannot be written, without the system's reason.
fn refused(set_up: SetUp, command: &str) {
    for (version, program) in Servers::found() {
        let Both { mut real, mut simulated, .. } = Both::start(*version, program, set_up);
        let (greeting, answer) = match set_up {
            SetUp::Sentinel => ("PING", Value::SimpleString("PONG".to_owned())),
            _ => ("AUTH one", Value::Okay),
        };
        assert_eq!(real.call("a", &words(greeting)), Some(answer.clone()));
        assert_eq!(simulated.call("a", &words(greeting)), Some(answer));
        real.lose_files();
        simulated.node.set_files_writable(false);
        let before_reason = |reply: Option<Value>| {
            let Some(Value::ServerError(error)) = reply else { panic!("{command} was not refused: {reply:?}") };
            (error.code().to_owned(), error.details().unwrap_or_default().split(':').next().map(str::to_owned))
        };
        let (real, simulated) = (real.call("a", &words(command)), simulated.call("a", &words(command)));
        assert_eq!(before_reason(real), before_reason(simulated), "{version:?}");
    }
}

#[test]
fn a_configuration_file_that_cannot_be_written_is_not_rewritten() {
    refused(SetUp::ConfigFile, "CONFIG REWRITE");
}

#[test]
fn an_acl_file_that_cannot_be_written_is_not_saved() {
    refused(SetUp::AclFile, "ACL SAVE");
}

#[test]
fn a_sentinel_that_cannot_write_its_file_says_so() {
    refused(SetUp::Sentinel, "SENTINEL SET main auth-pass two");
}
