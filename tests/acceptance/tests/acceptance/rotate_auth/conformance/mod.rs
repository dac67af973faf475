//! What every backend must hold: one suite, run for each flavour. A new backend is done when it passes.
//!
//! Upstash by `reset` cannot: its database has one credential at a time, which Upstash picks, so there is no moment at
//! which both are accepted. What holds there instead is in `rotate_auth/upstash/reset.rs`.

mod load;
mod secret;
mod server;

use acceptance::{Flavour, Stage, StageOptions};
use sandbox::hosts::SetUp;

/// A stage of this flavour, with everything else as it is by default.
async fn stage(flavour: Flavour) -> Stage {
    Stage::set(StageOptions { flavour, ..StageOptions::default() }).await
}

/// One module for each flavour, with one test for each part of the suite.
macro_rules! conformance {
    ($($name:ident: $flavour:expr;)+) => {
        $(
            mod $name {
                use super::*;

                suite! { $flavour;
                    server: a_rotation_ends_with_the_new_credential_current_and_the_old_one_still_accepted;
                    server: three_rotations_in_a_row_each_keep_the_one_before_and_no_other;
                    server: a_current_credential_that_has_drifted_stops_the_rotation_and_nothing_is_touched;
                    server: current_is_not_moved_while_one_node_cannot_be_asked;
                    server: two_rotations_at_once_make_one_change;
                    server: one_step_that_runs_twice_at_once_ends_as_one;
                    server: every_step_of_a_finished_rotation_can_be_called_again;
                    server: a_rotation_left_stuck_by_an_earlier_one_is_taken_up_and_finished;
                    secret: a_new_credential_is_long_legal_and_safe_in_a_url;
                    secret: a_json_secret_keeps_its_other_keys;
                    secret: a_secret_of_another_redis_is_refused_and_nothing_is_touched;
                    secret: a_secret_of_another_user_is_refused_and_nothing_is_touched;
                    secret: a_pending_credential_put_by_hand_is_rotated_in;
                    secret: an_illegal_pending_credential_left_by_an_earlier_run_is_replaced_not_used;
                    secret: a_test_of_the_settings_has_no_side_effects;
                    load: two_rotations_pass_under_load_and_each_step_leaves_what_it_should;
                }
            }
        )+

        /// Every flavour that is held to the suite.
        const HELD: &[Flavour] = &[$($flavour),+];
    };
}

/// One test for each part.
macro_rules! suite {
    ($flavour:expr; $($file:ident: $part:ident;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                if $flavour.is_available() {
                    crate::rotate_auth::conformance::$file::$part($flavour).await;
                }
            }
        )+
    };
}

conformance! {
    elasticache_auth: Flavour::ElasticacheAuth;
    elasticache_user: Flavour::ElasticacheUser;
    elasticache_serverless: Flavour::ElasticacheServerless;
    fargate: Flavour::Fargate;
    fargate_redis_8: Flavour::FargateRedis8;
    self_hosted_config_file: Flavour::SelfHosted(SetUp::ConfigFile);
    self_hosted_acl_file: Flavour::SelfHosted(SetUp::AclFile);
    self_hosted_neither: Flavour::SelfHosted(SetUp::Neither);
    upstash_acl: Flavour::UpstashAcl;
}

#[test]
fn every_flavour_is_held_to_the_suite_but_the_one_that_never_takes_two_credentials() {
    for flavour in Flavour::ALL {
        assert_eq!(HELD.contains(&flavour), flavour.has_overlap(), "{flavour:?}");
    }
    let never_two = Flavour::ALL.into_iter().filter(|flavour| !flavour.has_overlap());
    assert_eq!(never_two.collect::<Vec<_>>(), [Flavour::UpstashReset]);
}
