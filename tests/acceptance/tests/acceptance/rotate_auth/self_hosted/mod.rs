//! What the rotation of Redis on hosts of its owner's guarantees beside what holds for every backend.

use std::time::Duration;

use acceptance::{Flavour, STEPS, Stage, StageOptions, Traffic, class};
use policy::target::Backend;
use sandbox::{
    faults::{At, Rule, What},
    hosts::{Estate, SetUp},
    services::secrets_manager::RotationTiming,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;
use workload::self_hosted;

mod strikes;

/// The password that is rotated in by hand.
const SECOND: &str = "second-password-0123456789";

/// Set-ups that keep over a restart what they were given.
const KEEPING: [SetUp; 2] = [SetUp::ConfigFile, SetUp::AclFile];

/// A target on hosts.
struct Hosted {
    stage: Stage,
    estate: Estate,
}

impl Hosted {
    /// A primary, a replica, and a Sentinel.
    async fn with_a_replica(set_up: SetUp) -> Self {
        Self::of(set_up, None).await
    }

    async fn of(set_up: SetUp, username: Option<&'static str>) -> Self {
        let flavour = Flavour::SelfHosted(set_up);
        let rotation = RotationTiming { attempts: 8, retry_after: Duration::from_millis(100) };
        let stage = Stage::set(StageOptions { flavour, username, rotation, ..StageOptions::default() }).await;
        let estate = stage.estate();
        Self { stage, estate }
    }

    /// The password that was there before any rotation.
    fn first(&self) -> SecretString {
        self.stage.first_token()
    }

    /// Puts [`SECOND`] as AWSPENDING, and returns the id of its version.
    async fn put_pending(&self) -> String {
        self.stage.put(SECOND, &["AWSPENDING"]).await
    }

    /// Holds that every node accepts these, and refuses those.
    async fn accepts(&self, accepted: &[&SecretString], refused: &[&SecretString], told: &str) {
        let all = self.estate.nodes().count();
        for (passwords, expected) in [(accepted, all), (refused, 0)] {
            for password in passwords {
                assert_eq!(self.estate.accepting(password).await.unwrap(), expected, "{told}");
            }
        }
    }

    async fn restart_all(&self) {
        for node in self.estate.nodes() {
            node.restart().await.unwrap();
        }
    }

    /// Cuts every link and mends it, and holds that all find their way back.
    async fn cut_and_mend(&self, told: &str) {
        self.estate.cut_links();
        self.estate.mend_links();
        self.estate.settled().await.unwrap_or_else(|error| panic!("{told}: {error:#}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_on_hosts_pass_under_load_in_each_set_up() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::with_a_replica(set_up).await;
        let traffic = Traffic::start(&hosted.stage).await;
        let mut before = hosted.first();
        for _ in 0..2 {
            let report = hosted.stage.rotate().await;
            assert!(report.succeeded && report.tries == 1, "{set_up:?}: {report:?}");
            let current = hosted.stage.current().await;
            assert_ne!(current.expose_secret(), before.expose_secret());
            hosted.accepts(&[&before, &current], &[], "after a rotation").await;
            hosted.estate.settled().await.unwrap();
            before = current;
            // The next rotation takes the old one away, so whoever reads the secret only at start is rolled before.
            traffic.restart();
            sleep(Duration::from_millis(500)).await;
        }
        traffic.assert_served().await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rotated_in_outlives_a_restart_of_every_node() {
    for set_up in KEEPING {
        let hosted = Hosted::with_a_replica(set_up).await;
        assert!(hosted.stage.rotate().await.succeeded);
        let current = hosted.stage.current().await;
        hosted.restart_all().await;
        hosted.accepts(&[&hosted.first(), &current], &[], "after a restart").await;
        hosted.estate.settled().await.unwrap();
        for node in hosted.estate.nodes() {
            let config = node.config_text().unwrap();
            assert!(config.contains(&format!("masterauth \"{}\"", current.expose_secret())), "masterauth is kept");
        }
        for sentinel in &hosted.estate.sentinels {
            assert!(sentinel.config_text().unwrap().contains(current.expose_secret()), "auth-pass is kept");
            sentinel.restart().await.unwrap();
            sentinel.ready().await.unwrap();
        }
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_cut_after_any_step_find_their_way_back_in_each_set_up() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::with_a_replica(set_up).await;
        let version = hosted.put_pending().await;
        for step in STEPS {
            hosted.stage.step(step, &version).await;
            hosted.cut_and_mend(&format!("{set_up:?} after {step}")).await;
        }
        assert_eq!(hosted.stage.current().await.expose_secret(), SECOND);
        hosted.accepts(&[&hosted.first(), &SECOND.into()], &[], "after the rotation").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_cut_in_the_middle_of_a_change_find_their_way_back() {
    for set_up in SetUp::ALL {
        for command in ["ACL SETUSER", "CONFIG SET", "CONFIG REWRITE", "ACL SAVE", "SENTINEL SET"] {
            if (command == "ACL SAVE") != (set_up == SetUp::AclFile) && command.ends_with("SAVE")
                || command == "CONFIG REWRITE" && set_up == SetUp::Neither
            {
                continue;
            }
            let hosted = Hosted::with_a_replica(set_up).await;
            let version = hosted.put_pending().await;
            hosted.stage.arm(Rule::new("rotate-auth", At::operation(command), What::Hold).during("setSecret"));
            let set = hosted.stage.call("setSecret", &version);
            let meanwhile = async {
                hosted.stage.fired(1).await;
                hosted.cut_and_mend(&format!("{set_up:?} at {command}")).await;
                hosted.stage.sandbox.faults.release();
            };
            let (_ended, ()) = tokio::join!(set, meanwhile);
            // A command that was held for long counts as lost; the step is done when it is called again.
            hosted.stage.step("setSecret", &version).await;
            hosted.cut_and_mend(&format!("{set_up:?} after {command}")).await;
            hosted.accepts(&[&hosted.first(), &SECOND.into()], &[], command).await;
            hosted.stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_restarted_before_any_step_is_given_again_what_it_lost() {
    for set_up in SetUp::ALL {
        for (nth, struck) in (0..2).flat_map(|nth| STEPS.into_iter().map(move |step| (nth, step))) {
            let told = format!("{set_up:?}: node {nth} restarted before {struck}");
            let hosted = Hosted::with_a_replica(set_up).await;
            let version = hosted.put_pending().await;
            for step in STEPS {
                if step == struck {
                    hosted.estate.nodes().nth(nth).unwrap().restart().await.unwrap();
                }
                hosted.stage.step(step, &version).await;
            }
            assert_eq!(hosted.stage.current().await.expose_secret(), SECOND, "{told}");
            hosted.accepts(&[&hosted.first(), &SECOND.into()], &[], &told).await;
            hosted.cut_and_mend(&told).await;
            hosted.stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_forget_are_given_awscurrent_again_by_the_next_run_and_the_record_says_that_they_forget() {
    let hosted = Hosted::with_a_replica(SetUp::Neither).await;
    let version = hosted.put_pending().await;
    for step in STEPS {
        let outcome = hosted.stage.step(step, &version).await.to_string();
        assert_eq!(outcome.contains("a node that restarts"), step != "createSecret", "{outcome}");
    }
    hosted.restart_all().await;
    hosted.accepts(&[&hosted.first()], &[&SECOND.into()], "they have forgotten").await;
    hosted.stage.step("finishSecret", &version).await;
    hosted.accepts(&[&hosted.first(), &SECOND.into()], &[], "they were told again").await;
    hosted.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_stops_the_rotation_and_the_overlap_stays() {
    for set_up in KEEPING {
        let hosted = Hosted::with_a_replica(set_up).await;
        let replica = &hosted.estate.replicas[0];
        replica.protect_config().unwrap();
        let report = hosted.stage.rotate().await;
        assert!(!report.succeeded && !report.failures.is_empty(), "{report:?}");
        for (step, class, _) in &report.failures {
            assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Permanent"), "{report:?}");
        }
        let message = &report.failures[0].2;
        let node = format!("{}:{}", replica.address(), replica.port());
        assert!(message.contains(&node) && message.contains("let it write"), "{message}");
        assert_eq!(hosted.stage.current().await.expose_secret(), hosted.first().expose_secret());
        hosted.accepts(&[&hosted.first()], &[], "nothing was taken away").await;
        replica.release_config().unwrap();
        assert_eq!(hosted.stage.start_rotation().await, Err("InvalidRequestException".to_owned()), "it is stuck");
        let report = hosted.stage.settled().await;
        assert!(report.succeeded, "{report:?}");
        hosted.restart_all().await;
        hosted.accepts(&[&hosted.first(), &hosted.stage.current().await], &[], "after a restart").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_the_owners_choice_is_rotated() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::of(set_up, Some("orders")).await;
        let report = hosted.stage.rotate().await;
        assert!(report.succeeded, "{set_up:?}: {report:?}");
        hosted.accepts(&[&hosted.first(), &hosted.stage.current().await], &[], "after a rotation").await;
        hosted.cut_and_mend("after a rotation").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentinel_that_does_not_answer_holds_the_promotion_up() {
    let hosted = Hosted::with_a_replica(SetUp::ConfigFile).await;
    let Backend::SelfHosted(mut hosts) = self_hosted(&hosted.estate) else { unreachable!() };
    hosts.sentinel.as_mut().unwrap().nodes[0].port = 1;
    let document = serde_json::json!({ "name": "orders", "backend": Backend::SelfHosted(hosts),
        "secret": { "id": "orders/redis" } });
    hosted.stage.put_settings(&document).await;
    let version = hosted.put_pending().await;
    let ended = hosted.stage.call("setSecret", &version).await;
    assert_eq!(class(&ended.result), "Retryable", "{ended:?}");
    assert!(format!("{:?}", ended.result).contains("Sentinel") || ended.logs.contains("Sentinel"), "{ended:?}");
    assert_eq!(hosted.stage.current().await.expose_secret(), hosted.first().expose_secret());
    hosted.stage.stop().await;
}
