//! Known faults, each by its shortest story. A test fails when its fault is mended.

use std::time::Duration;

use simulation::{Act, Edit, Function, Plan, SetUp, What, rules::Rule, run};

use super::plans::{EDITED_KEY, acts, at_elasticache, breaks, broken_by, plan};

#[test]
fn a_person_who_edits_another_key_of_the_secret_orphans_the_previous_credential() {
    let report = run(&plan(&EDITED_KEY));
    assert!(breaks(&report, Rule::NothingElseIsAccepted), "it is mended:\n{}", report.story.join("\n"));
}

/// The group has the cancelled token and AWSCURRENT, and drops the older one.
#[test]
fn a_rotation_that_is_cancelled_after_its_rotate_makes_the_next_one_remove_the_current_token() {
    let acts = acts(&[(10, What::Rotate), (40, What::Person(Edit::CancelAndStrip))]);
    let report = run(&at_elasticache(SetUp::AuthToken, acts));
    assert!(
        broken_by(&report, Rule::CurrentIsAccepted, "rotate-auth ModifyReplicationGroup on AWSCURRENT"),
        "it is mended:\n{}",
        report.story.join("\n")
    );
}

/// Between the test of the password and its promotion, the user is modified again.
#[test]
fn a_password_is_promoted_while_a_person_puts_the_one_before_back() {
    let begins = acts(&[(10, What::Rotate)]);
    let shows = |at: u64| {
        let put = Act { at: Duration::from_millis(at), what: What::Person(Edit::PutFirstBack) };
        let report = run(&at_elasticache(SetUp::GroupUser, [begins.clone(), vec![put]].concat()));
        broken_by(&report, Rule::CurrentIsAccepted, "rotate-auth UpdateSecretVersionStage on AWSPENDING")
    };
    // The promotion is between the two, and takes a fraction of a second.
    assert!((116_000..119_000).step_by(40).any(shows), "it is mended");
}

/// The node refuses to remove what it does not accept any more. The function takes that for a file that cannot be written.
#[test]
fn a_previous_credential_that_a_person_removes_comes_back_while_the_next_rotation_removes_it() {
    // The world comes to rest after the last act, and is faster from then on.
    let rotations = acts(&[(10, What::Rotate), (400, What::Rotate), (600, What::Invoke(Function::Sync))]);
    let with = |acts| run(&Plan { acts, ..plan(&[]) });
    let story = with(rotations.clone()).story;
    let removal =
        story.iter().find(|line| line.contains("EXEC node-0")).expect("the second rotation removes AWSPREVIOUS");
    let seconds: f64 =
        removal.split_whitespace().next().and_then(|at| at.parse().ok()).expect("a line begins with its time");
    let shows = |before: u64| {
        let at = Duration::from_secs_f64(seconds) - Duration::from_millis(before);
        let remove = Act { at, what: What::Person(Edit::RemovePrevious) };
        let report = with([rotations.clone(), vec![remove]].concat());
        broken_by(&report, Rule::RemovedStaysRemoved, "rotate-auth ACL SETUSER on AWSPREVIOUS")
    };
    // The node says that it accepts AWSPREVIOUS some milliseconds before.
    assert!((0..300).step_by(5).any(shows), "it is mended:\n{}", story.join("\n"));
}
