//! What the rotation of Redis on hosts of its owner's guarantees beside what holds for every backend.

use std::time::Duration;

use policy::target::Backend;
use sandbox::{
    faults::{At, What},
    hosts::{Estate, Plan, SetUp},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;
use workload::{Site, put_settings, self_hosted};

use super::scene::{FIRST, SECOND, Scene, failed_with, same, sandbox, secret, steps, stopped, was_served};

mod strikes;

/// Set-ups that keep over a restart what they were given.
const KEEPING: [SetUp; 2] = [SetUp::ConfigFile, SetUp::AclFile];

/// A target on hosts.
struct Hosted {
    scene: Scene,
    estate: Estate,
}

impl Hosted {
    /// A primary, a replica, and a Sentinel.
    async fn with_a_replica(set_up: SetUp) -> Self {
        Self::of(Plan { replicas: 1, sentinels: 1, ..Plan::new(set_up, &FIRST.into()) }).await
    }

    async fn of(plan: Plan) -> Self {
        let sandbox = sandbox().await;
        let estate = sandbox.hosts.provision(plan).await.unwrap();
        let secret_arn = secret(&sandbox).await;
        let site = Site::Hosts(estate.nodes().map(|node| node.address()).collect());
        let scene = Scene::of(sandbox, &self_hosted(&estate), site, &estate.username, secret_arn).await;
        Self { scene, estate }
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
        let audience = hosted.scene.audience().await;
        let mut before: SecretString = FIRST.into();
        for _ in 0..2 {
            let report = hosted.scene.rotate().await;
            assert!(report.succeeded && report.tries == 1, "{set_up:?}: {report:?}");
            let current = hosted.scene.current().await;
            assert!(!same(&current, before.expose_secret()));
            hosted.accepts(&[&before, &current], &[], "after a rotation").await;
            hosted.estate.settled().await.unwrap();
            before = current;
            // The next rotation takes the old one away, so whoever reads the secret only at start is rolled before.
            audience.0.roll();
            sleep(Duration::from_millis(500)).await;
        }
        was_served(audience).await;
        hosted.scene.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rotated_in_outlives_a_restart_of_every_node() {
    for set_up in KEEPING {
        let hosted = Hosted::with_a_replica(set_up).await;
        assert!(hosted.scene.rotate().await.succeeded);
        let current = hosted.scene.current().await;
        hosted.restart_all().await;
        hosted.accepts(&[&FIRST.into(), &current], &[], "after a restart").await;
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
        hosted.scene.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_cut_after_any_step_find_their_way_back_in_each_set_up() {
    for set_up in SetUp::ALL {
        let hosted = Hosted::with_a_replica(set_up).await;
        let version = hosted.scene.put_pending().await;
        for step in steps() {
            hosted.scene.does(step, &version).await;
            hosted.cut_and_mend(&format!("{set_up:?} after {step}")).await;
        }
        assert!(same(&hosted.scene.current().await, SECOND));
        hosted.accepts(&[&FIRST.into(), &SECOND.into()], &[], "after the rotation").await;
        hosted.scene.strike().await;
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
            let version = hosted.scene.put_pending().await;
            hosted.scene.arm("setSecret", At::Operation(command.to_owned()), What::Hold);
            let set = hosted.scene.call("setSecret", &version);
            let meanwhile = async {
                while hosted.scene.sandbox.faults.fired() == 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                hosted.cut_and_mend(&format!("{set_up:?} at {command}")).await;
                hosted.scene.sandbox.faults.release();
            };
            let (_ended, ()) = tokio::join!(set, meanwhile);
            // A command that was held for long counts as lost; the step is done when it is called again.
            hosted.scene.does("setSecret", &version).await;
            hosted.cut_and_mend(&format!("{set_up:?} after {command}")).await;
            hosted.accepts(&[&FIRST.into(), &SECOND.into()], &[], command).await;
            hosted.scene.strike().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_restarted_before_any_step_is_given_again_what_it_lost() {
    for set_up in SetUp::ALL {
        for (nth, struck) in (0..2).flat_map(|nth| steps().map(move |step| (nth, step))) {
            let told = format!("{set_up:?}: node {nth} restarted before {struck}");
            let hosted = Hosted::with_a_replica(set_up).await;
            let version = hosted.scene.put_pending().await;
            for step in steps() {
                if step == struck {
                    hosted.estate.nodes().nth(nth).unwrap().restart().await.unwrap();
                }
                hosted.scene.does(step, &version).await;
            }
            assert!(same(&hosted.scene.current().await, SECOND), "{told}");
            hosted.accepts(&[&FIRST.into(), &SECOND.into()], &[], &told).await;
            hosted.cut_and_mend(&told).await;
            hosted.scene.strike().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_forget_are_given_awscurrent_again_by_the_next_run_and_the_record_says_that_they_forget() {
    let hosted = Hosted::with_a_replica(SetUp::Neither).await;
    let version = hosted.scene.put_pending().await;
    for step in steps() {
        let outcome = hosted.scene.does(step, &version).await.to_string();
        assert_eq!(outcome.contains("a node that restarts"), step != "createSecret", "{outcome}");
    }
    hosted.restart_all().await;
    hosted.accepts(&[&FIRST.into()], &[&SECOND.into()], "they have forgotten").await;
    hosted.scene.does("finishSecret", &version).await;
    hosted.accepts(&[&FIRST.into(), &SECOND.into()], &[], "they were told again").await;
    hosted.scene.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_stops_the_rotation_and_the_overlap_stays() {
    for set_up in KEEPING {
        let hosted = Hosted::with_a_replica(set_up).await;
        let replica = &hosted.estate.replicas[0];
        replica.protect_config().unwrap();
        let message = stopped(&hosted.scene.rotate().await, "setSecret", "Permanent");
        let node = format!("{}:{}", replica.address(), replica.port());
        assert!(message.contains(&node) && message.contains("let it write"), "{message}");
        assert!(same(&hosted.scene.current().await, FIRST));
        hosted.accepts(&[&FIRST.into()], &[], "nothing was taken away").await;
        replica.release_config().unwrap();
        let report = hosted.scene.rotate().await;
        assert!(report.succeeded, "{report:?}");
        hosted.restart_all().await;
        hosted.accepts(&[&FIRST.into(), &hosted.scene.current().await], &[], "after a restart").await;
        hosted.scene.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_the_owners_choice_is_rotated() {
    for set_up in SetUp::ALL {
        let plan = Plan { replicas: 1, sentinels: 1, ..Plan::new(set_up, &FIRST.into()) };
        let hosted = Hosted::of(Plan { username: "orders".to_owned(), ..plan }).await;
        let report = hosted.scene.rotate().await;
        assert!(report.succeeded, "{set_up:?}: {report:?}");
        hosted.accepts(&[&FIRST.into(), &hosted.scene.current().await], &[], "after a rotation").await;
        hosted.cut_and_mend("after a rotation").await;
        hosted.scene.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentinel_that_does_not_answer_holds_the_promotion_up() {
    let hosted = Hosted::with_a_replica(SetUp::ConfigFile).await;
    let Backend::SelfHosted(mut hosts) = self_hosted(&hosted.estate) else { unreachable!() };
    hosts.sentinel.as_mut().unwrap().nodes[0].port = 1;
    let document = serde_json::json!({ "name": "orders", "backend": Backend::SelfHosted(hosts),
        "secret": { "id": "orders/redis" } });
    put_settings(&hosted.scene.sandbox, "orders", &document.to_string()).await.unwrap();
    let version = hosted.scene.put_pending().await;
    let ended = hosted.scene.call("setSecret", &version).await;
    failed_with(&ended, "Retryable");
    assert!(format!("{:?}", ended.result).contains("Sentinel") || ended.logs.contains("Sentinel"), "{ended:?}");
    assert!(same(&hosted.scene.current().await, FIRST));
    hosted.scene.strike().await;
}
