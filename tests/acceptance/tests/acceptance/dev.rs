//! `./dev` refuses arguments that it does not take before it runs anything.

use std::process::{Command, Output};

const DEV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dev");

/// Runs `./dev` with functions of Bash in place of the programs that build and install, which end it at once.
fn dev(arguments: &[&str]) -> Output {
    let mut command = Command::new(DEV);
    for program in ["apt-get", "cargo", "sudo"] {
        command.env(format!("BASH_FUNC_{program}%%"), "() { exit 77; }");
    }
    command.args(arguments).output().unwrap()
}

#[test]
fn an_argument_that_a_command_does_not_take_is_refused_before_anything_is_run() {
    for (arguments, said) in [
        (&["test", "--foo"][..], "./dev test has only the option --all"),
        (&["test", "--help", "--foo"], "./dev test has only the option --all"),
        (&["test", "--all", "--foo"], "./dev test has only the option --all"),
        (&["check", "--all"], "./dev check takes no arguments"),
        (&["deploy"], "unknown command: deploy"),
        (&["--foo"], "unknown command: --foo"),
    ] {
        let refused = dev(arguments);
        let stderr = String::from_utf8(refused.stderr).unwrap();
        let messages: Vec<_> = stderr.lines().filter_map(|line| line.strip_prefix("==> ")?.split_once("] ")).collect();
        let [(_, message)] = messages[..] else { panic!("{arguments:?}: {stderr}") };
        assert_eq!((message, refused.status.code()), (&*format!("FAILED: {said}"), Some(1)), "{arguments:?}");
    }
}

#[test]
fn the_commands_are_listed_on_request_and_after_an_unknown_one() {
    let usage = |arguments| String::from_utf8(dev(arguments).stdout).unwrap();
    let listed = usage(&["help"]);
    for command in ["demo", "test", "check", "simulate", "sandbox"] {
        assert!(listed.contains(&format!("\n./dev {command}")) || listed.starts_with(&format!("./dev {command}")));
    }
    for arguments in [&[][..], &["-h"], &["--help"], &["test", "--help"], &["check", "-h"]] {
        assert_eq!(usage(arguments), listed, "{arguments:?}");
    }
    assert!(String::from_utf8(dev(&["deploy"]).stderr).unwrap().starts_with(&listed));
}

#[test]
fn a_command_with_arguments_that_it_takes_goes_on_to_cargo() {
    assert_eq!(dev(&["check"]).status.code(), Some(77));
}
