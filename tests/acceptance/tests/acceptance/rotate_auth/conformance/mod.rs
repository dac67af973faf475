//! The conformance suite of backends, run for each flavour. A new backend is done when it passes.
//!
//! Upstash by `reset` is not part of it: its database has one credential at a time, which Upstash chooses, so there is no
//! overlap. Its guarantees are tested in `rotate_auth/upstash/reset.rs`.

mod load;
mod secret;
mod server;

use acceptance::{Flavour, Stage, StageOptions};
use sandbox::hosts::SetUp;

/// Creates a stage of this flavour with the default options.
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
                    server: each_of_three_rotations_keeps_the_previous_credential_and_drops_older_ones;
                    server: a_current_credential_that_does_not_log_in_stops_the_rotation_before_any_change;
                    server: current_is_not_moved_while_a_node_does_not_answer;
                    server: two_rotations_at_once_make_one_change;
                    server: a_step_that_runs_twice_at_once_succeeds_twice;
                    server: every_step_of_a_finished_rotation_can_be_called_again;
                    server: a_rotation_that_failed_is_retried_with_the_same_version;
                    secret: a_new_credential_is_long_legal_and_safe_in_a_url;
                    secret: a_json_secret_keeps_its_other_keys;
                    secret: a_secret_of_another_redis_is_refused_before_any_change;
                    secret: a_secret_of_another_user_is_refused_before_any_change;
                    secret: a_pending_credential_put_by_hand_becomes_current;
                    secret: an_illegal_pending_credential_of_an_earlier_run_is_replaced;
                    secret: a_test_of_the_settings_has_no_side_effects;
                    load: two_rotations_under_load_fail_no_command_and_each_step_has_its_effect;
                }
            }
        )+

        /// The flavours that run the suite.
        const COVERED: &[Flavour] = &[$($flavour),+];
    };
}

/// One test for each part of the suite.
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
fn every_flavour_with_an_overlap_runs_the_suite() {
    for flavour in Flavour::ALL {
        assert_eq!(COVERED.contains(&flavour), flavour.has_overlap(), "{flavour:?}");
    }
    let never_two = Flavour::ALL.into_iter().filter(|flavour| !flavour.has_overlap());
    assert_eq!(never_two.collect::<Vec<_>>(), [Flavour::UpstashReset]);
}
