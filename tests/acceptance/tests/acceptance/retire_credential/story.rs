//! Rotations and retirements under load.

use std::time::Duration;

use acceptance::{
    Flavour, StageOptions, Traffic,
    retirement::{REMOVED, retire, rotated},
};
use sandbox::hosts::SetUp;
use tokio::time::sleep;

/// Rotates, restarts clients and retires, twice, under load.
async fn rotating_and_retiring_twice_fails_no_command(flavour: Flavour) {
    for topology in flavour.topologies() {
        let stage = rotated(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
        let traffic = Traffic::start(&stage).await;
        for _ in 0..2 {
            let old = stage.current().await;
            let report = stage.rotate().await;
            assert!(report.succeeded, "{report:?}");
            traffic.restart();
            sleep(Duration::from_millis(500)).await;
            let outcome = retire(&stage).await;
            assert_eq!(outcome.done(), REMOVED, "{outcome}");
            assert_eq!(stage.accepting(&old).await, 0);
            assert!(stage.accepts(&stage.current().await).await);
        }
        sleep(Duration::from_millis(500)).await;
        traffic.assert_served().await;
        stage.stop().await;
    }
}

/// One test for each flavour.
macro_rules! stories {
    ($($name:ident: $flavour:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                rotating_and_retiring_twice_fails_no_command($flavour).await;
            }
        )+
    };
}

stories! {
    a_token_is_rotated_and_retired_under_load: Flavour::ElasticacheAuth;
    a_users_password_is_rotated_and_retired_under_load: Flavour::ElasticacheUser;
    a_serverless_password_is_rotated_and_retired_under_load: Flavour::ElasticacheServerless;
    a_tasks_password_is_rotated_and_retired_under_load: Flavour::Fargate;
    a_password_in_a_configuration_file_is_rotated_and_retired_under_load: Flavour::SelfHosted(SetUp::ConfigFile);
    a_password_in_an_acl_file_is_rotated_and_retired_under_load: Flavour::SelfHosted(SetUp::AclFile);
    a_password_on_a_command_line_is_rotated_and_retired_under_load: Flavour::SelfHosted(SetUp::Neither);
    a_token_of_upstash_is_rotated_and_retired_under_load: Flavour::UpstashAcl;
}
