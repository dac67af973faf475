//! Worlds with chosen acts, which break no rule.

use std::time::Duration;

use simulation::{Consumer, Edit, Event, Function, Plan, SetUp, What, run};

use super::plans::{acts, at_elasticache, at_upstash, plan};

#[test]
fn a_retirement_that_begins_before_the_new_version_has_a_value_breaks_no_rule() {
    // The first rotation is not retired: the overlap is over when the next one begins.
    let acts = acts(&[(10, What::Rotate), (900, What::RotateAndRetire)]);
    let mut retired = 0;
    for set_up in [SetUp::AuthToken, SetUp::GroupUser, SetUp::ServerlessUser] {
        for seed in 0..12 {
            let plan = Plan { seed, ..at_elasticache(set_up, acts.clone()) };
            let report = run(&plan);
            let story = report.story.join("\n");
            assert!(report.violations.is_empty(), "{set_up:?}, seed {seed}\n{story}");
            retired += usize::from(story.contains("remove-previous"));
        }
    }
    assert!(retired > 0, "no run of retire-credential came in between");
}

#[test]
fn a_group_that_fails_over_while_its_credential_rotates_breaks_no_rule() {
    for set_up in [SetUp::AuthToken, SetUp::GroupUser, SetUp::ClusterAuthToken] {
        let failover = What::Person(Edit::TestFailover);
        let restart = What::Node(1, Event::Restart);
        let mut plan = at_elasticache(set_up, acts(&[(5, failover), (40, What::Rotate), (60, restart)]));
        plan.estate.nodes = 2;
        let report = run(&plan);
        assert!(report.violations.is_empty(), "{set_up:?}\n{}", report.story.join("\n"));
        assert!(
            report.story.iter().any(|line| line.contains("previous k0")),
            "it rotates:\n{}",
            report.story.join("\n")
        );
    }
}

#[test]
fn a_task_that_ends_at_any_moment_of_a_rotation_breaks_no_rule() {
    let mut ends = 0;
    for second in (10..40).step_by(2) {
        let mut plan = plan(&[(10, What::Rotate), (second, What::Node(0, Event::Restart))]);
        (plan.seed, plan.estate.set_up) = (second, SetUp::Fargate);
        let report = run(&plan);
        let story = report.story.join("\n");
        assert!(report.violations.is_empty(), "second {second}\n{story}");
        ends += story.matches("StopContainer").count();
    }
    assert_eq!(ends, 15, "each ends once");
}

#[test]
fn a_credential_is_not_retired_while_a_task_of_a_consumer_uses_it() {
    let retire = |second| (second, What::Invoke(Function::Retire));
    let acts: Vec<_> = std::iter::once((10, What::Rotate)).chain((20..140).step_by(5).map(retire)).collect();
    let mut plan = plan(&acts);
    (plan.estate.overlap, plan.estate.consumer) = (Duration::ZERO, Some(Consumer::Service));
    let report = run(&plan);
    let story = report.story.join("\n");
    assert!(report.violations.is_empty(), "{story}");
    for seen in ["nodes k0+k1 | published k1 | used k0+k1", "retired k0 | nodes k1 | published k1 | used k1"] {
        assert!(story.contains(seen), "{seen} is not in\n{story}");
    }
}

#[test]
fn a_serverless_cache_whose_nodes_fail_while_its_credential_rotates_breaks_no_rule() {
    // The first is the primary, which fails before the change reaches the nodes. The other one fails while it does.
    let (first, second) = (What::Node(0, Event::Restart), What::Node(1, Event::Restart));
    let list = [(10, What::Rotate), (20, first), (108, second), (400, What::Rotate), (420, second), (480, first)];
    let report = run(&at_elasticache(SetUp::ServerlessUser, acts(&list)));
    let story = report.story.join("\n");
    assert!(report.violations.is_empty(), "{story}");
    assert!(story.contains("previous k1"), "it rotates twice:\n{story}");
}

#[test]
fn a_database_of_upstash_that_is_silent_while_its_token_rotates_breaks_no_rule() {
    for set_up in [SetUp::UpstashAcl, SetUp::UpstashReset] {
        let acts = [(10, What::Rotate), (11, What::Node(0, Event::Silence)), (60, What::Invoke(Function::Sync))];
        let report = run(&at_upstash(set_up, &acts));
        assert!(report.violations.is_empty(), "{set_up:?}\n{}", report.story.join("\n"));
        let rotates = report.story.iter().any(|line| line.contains("previous k0") && line.contains("published k1"));
        assert!(rotates, "it rotates:\n{}", report.story.join("\n"));
    }
}

#[test]
fn a_password_that_a_person_resets_at_upstash_is_taken_over_and_not_reset_again() {
    let report = run(&at_upstash(SetUp::UpstashReset, &[(10, What::Person(Edit::ResetPassword))]));
    assert!(report.violations.is_empty(), "{}", report.story.join("\n"));
    let lines = |words: &str| report.story.iter().filter(|line| line.contains(words)).count();
    assert_eq!(lines("ResetPassword"), 0, "{}", report.story.join("\n"));
    assert!(lines("current k1, pending k1, previous k0") > 0, "it rotates:\n{}", report.story.join("\n"));
}

#[test]
fn a_replica_that_joins_or_leaves_a_group_at_any_moment_of_a_rotation_and_a_retirement_breaks_no_rule() {
    let rotation = [(200, What::Rotate), (600, What::Invoke(Function::Sync)), (900, What::Invoke(Function::Retire))];
    let (mut joins, mut leaves, mut removals) = (0, 0, 0);
    for set_up in [SetUp::AuthToken, SetUp::GroupUser, SetUp::ClusterAuthToken] {
        for second in (60..1000).step_by(60) {
            for edit in [Edit::IncreaseReplicaCount, Edit::DecreaseReplicaCount] {
                let change = (second, What::Person(edit));
                let mut plan = at_elasticache(set_up, acts(&[&rotation[..], &[change]].concat()));
                (plan.seed, plan.estate.nodes) = (second, 3);
                let report = run(&plan);
                let story = report.story.join("\n");
                assert!(report.violations.is_empty(), "{set_up:?}, {edit} at second {second}\n{story}");
                joins += story.matches("Join 127").count();
                leaves += story.matches("Leave 127").count();
                removals += usize::from(story.contains("retired k0"));
            }
        }
    }
    assert!(joins > 30 && leaves > 30 && removals > 60, "{joins} join, {leaves} leave, {removals} are retired");
}
