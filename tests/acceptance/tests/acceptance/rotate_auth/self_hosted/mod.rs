//! What the rotation of self-hosted Redis guarantees, in addition to what every backend does.

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

mod faults;
mod sentinels;

/// The password to rotate to.
const SECOND: &str = "second-password-0123456789";

/// Set-ups that persist their users.
const PERSISTENT: [SetUp; 2] = [SetUp::ConfigFile, SetUp::AclFile];

/// A target on hosts.
struct Hosted {
    stage: Stage,
    estate: Estate,
}

impl Hosted {
    /// Creates a primary, a replica and a Sentinel.
    async fn with_a_replica(set_up: SetUp) -> Self {
        Self::of(set_up, None).await
    }

    async fn of(set_up: SetUp, username: Option<&'static str>) -> Self {
        let flavour = Flavour::SelfHosted(set_up);
        let rotation = RotationTiming::new(8, Duration::from_millis(100));
        let stage = Stage::set(StageOptions { flavour, username, rotation, ..StageOptions::default() }).await;
        let estate = stage.estate();
        Self { stage, estate }
    }

    /// Returns the password before any rotation.
    fn first(&self) -> SecretString {
        self.stage.first_token()
    }

    /// Puts [`SECOND`] as AWSPENDING, and returns the id of its version.
    async fn put_pending(&self) -> String {
        self.stage.put(SECOND, &["AWSPENDING"]).await
    }

    /// Checks that every node accepts and refuses these passwords.
    async fn assert_accepts(&self, accepted: &[&SecretString], refused: &[&SecretString], context: &str) {
        let all = self.estate.nodes().count();
        for (passwords, expected) in [(accepted, all), (refused, 0)] {
            for password in passwords {
                assert_eq!(self.estate.accepting(password).await.unwrap(), expected, "{context}");
            }
        }
    }

    async fn restart_all(&self) {
        for node in self.estate.nodes() {
            node.restart().await.unwrap();
        }
    }

    /// Cuts and restores every connection, and checks that replicas and Sentinels reconnect.
    async fn reconnect_all(&self, context: &str) {
        self.estate.cut_links();
        self.estate.mend_links();
        self.estate.settled().await.unwrap_or_else(|error| panic!("{context}: {error:#}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_under_load_fail_no_command_in_each_set_up() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::with_a_replica(set_up).await;
        let traffic = Traffic::start(&hosted.stage).await;
        let mut before = hosted.first();
        for _ in 0..2 {
            let report = hosted.stage.rotate().await;
            assert!(report.succeeded && report.tries == 1, "{set_up:?}: {report:?}");
            let current = hosted.stage.current().await;
            assert_ne!(current.expose_secret(), before.expose_secret());
            hosted.assert_accepts(&[&before, &current], &[], "after a rotation").await;
            hosted.estate.settled().await.unwrap();
            before = current;
            // The next rotation removes the oldest password, so clients that read the secret only at startup are restarted.
            traffic.restart();
            sleep(Duration::from_millis(500)).await;
        }
        traffic.assert_served().await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_survives_a_restart_of_every_node() {
    for set_up in PERSISTENT {
        let hosted = Hosted::with_a_replica(set_up).await;
        assert!(hosted.stage.rotate().await.succeeded);
        let current = hosted.stage.current().await;
        hosted.restart_all().await;
        hosted.assert_accepts(&[&hosted.first(), &current], &[], "after a restart").await;
        hosted.estate.settled().await.unwrap();
        for node in hosted.estate.nodes() {
            let config = node.config_text().unwrap();
            assert!(config.contains(&format!("masterauth \"{}\"", current.expose_secret())), "masterauth is persisted");
        }
        for sentinel in &hosted.estate.sentinels {
            assert!(sentinel.config_text().unwrap().contains(current.expose_secret()), "auth-pass is persisted");
            sentinel.restart().await.unwrap();
            sentinel.ready().await.unwrap();
        }
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_and_sentinels_reconnect_after_any_step_in_each_set_up() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::with_a_replica(set_up).await;
        let version = hosted.put_pending().await;
        for step in STEPS {
            hosted.stage.step(step, &version).await;
            hosted.reconnect_all(&format!("{set_up:?} after {step}")).await;
        }
        assert_eq!(hosted.stage.current().await.expose_secret(), SECOND);
        hosted.assert_accepts(&[&hosted.first(), &SECOND.into()], &[], "after the rotation").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_and_sentinels_reconnect_in_the_middle_of_a_change() {
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
                hosted.reconnect_all(&format!("{set_up:?} at {command}")).await;
                hosted.stage.sandbox.faults.release();
            };
            let (_ended, ()) = tokio::join!(set, meanwhile);
            // The paused command may time out; a second call of the step completes it.
            hosted.stage.step("setSecret", &version).await;
            hosted.reconnect_all(&format!("{set_up:?} after {command}")).await;
            hosted.assert_accepts(&[&hosted.first(), &SECOND.into()], &[], command).await;
            hosted.stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_restarted_before_any_step_gets_back_what_it_lost() {
    for set_up in SetUp::ALL {
        for (nth, chosen) in (0..2).flat_map(|nth| STEPS.into_iter().map(move |step| (nth, step))) {
            let context = format!("{set_up:?}: node {nth} restarted before {chosen}");
            let hosted = Hosted::with_a_replica(set_up).await;
            let version = hosted.put_pending().await;
            for step in STEPS {
                if step == chosen {
                    hosted.estate.nodes().nth(nth).unwrap().restart().await.unwrap();
                }
                hosted.stage.step(step, &version).await;
            }
            assert_eq!(hosted.stage.current().await.expose_secret(), SECOND, "{context}");
            hosted.assert_accepts(&[&hosted.first(), &SECOND.into()], &[], &context).await;
            hosted.reconnect_all(&context).await;
            hosted.stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_do_not_persist_users_get_awscurrent_back_and_the_outcome_says_so() {
    let hosted = Hosted::with_a_replica(SetUp::Neither).await;
    let version = hosted.put_pending().await;
    for step in STEPS {
        let outcome = hosted.stage.step(step, &version).await.to_string();
        assert_eq!(outcome.contains("a node that restarts"), step != "createSecret", "{outcome}");
    }
    hosted.restart_all().await;
    hosted.assert_accepts(&[&hosted.first()], &[&SECOND.into()], "after a restart").await;
    hosted.stage.step("finishSecret", &version).await;
    hosted.assert_accepts(&[&hosted.first(), &SECOND.into()], &[], "after the next run").await;
    hosted.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_file_that_cannot_be_written_stops_the_rotation_and_the_overlap_remains() {
    for set_up in PERSISTENT {
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
        assert!(message.contains(&node) && message.contains("write access"), "{message}");
        assert_eq!(hosted.stage.current().await.expose_secret(), hosted.first().expose_secret());
        hosted.assert_accepts(&[&hosted.first()], &[], "nothing was removed").await;
        replica.release_config().unwrap();
        assert_eq!(
            hosted.stage.start_rotation().await,
            Err("InvalidRequestException".to_owned()),
            "the rotation is still pending"
        );
        let report = hosted.stage.settled().await;
        assert!(report.succeeded, "{report:?}");
        hosted.restart_all().await;
        hosted.assert_accepts(&[&hosted.first(), &hosted.stage.current().await], &[], "after a restart").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_in_the_settings_is_rotated() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::of(set_up, Some("orders")).await;
        let report = hosted.stage.rotate().await;
        assert!(report.succeeded, "{set_up:?}: {report:?}");
        hosted.assert_accepts(&[&hosted.first(), &hosted.stage.current().await], &[], "after a rotation").await;
        hosted.reconnect_all("after a rotation").await;
        hosted.stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentinel_that_does_not_answer_delays_the_promotion() {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_user_that_accepts_any_password_stops_the_rotation_before_it_changes_a_node() {
    let hosted = Hosted::of(SetUp::ConfigFile, Some("orders")).await;
    for node in hosted.estate.nodes() {
        let client = redis::Client::open((node.address().to_string(), node.direct_port())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let first = hosted.first();
        redis::cmd("AUTH").arg("orders").arg(first.expose_secret()).exec_async(&mut connection).await.unwrap();
        let nopass = redis::cmd("ACL").arg(&["SETUSER", "orders", "nopass"]).to_owned();
        nopass.exec_async(&mut connection).await.unwrap();
    }
    let version = hosted.put_pending().await;
    let ended = hosted.stage.call("setSecret", &version).await;
    assert_eq!(class(&ended.result), "Permanent", "{ended:?}");
    assert!(format!("{:?}", ended.result).contains("the user with any"), "{ended:?}");
    assert_eq!(hosted.stage.current().await.expose_secret(), hosted.first().expose_secret());
    hosted.stage.stop().await;
}
