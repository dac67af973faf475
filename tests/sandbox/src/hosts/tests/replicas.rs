//! Replication between hosts, through the addresses that clients use.

use super::*;

/// A primary and its replica.
async fn pair(scene: &Scene, set_up: SetUp, username: &str) -> (Arc<Host>, Arc<Host>) {
    let options = HostOptions::new(set_up, &one()).user(username);
    let primary = scene.hosts.create(options.clone()).await.unwrap();
    let replica = scene.hosts.create(options.replica_of(primary.address())).await.unwrap();
    (primary, replica)
}

#[tokio::test]
async fn replicas_of_every_set_up_and_user_are_in_sync_and_are_not_recorded_as_calls() {
    for set_up in SetUp::ALL {
        for username in ["default", "app"] {
            let scene = Scene::set();
            scene.faults.invocation_began(
                "instance",
                "request",
                "rotate-auth",
                "setSecret",
                crate::faults::Kill::process(std::process::id()),
            );
            let (primary, replica) = pair(&scene, set_up, username).await;
            assert_eq!(scene.journal.entries().len(), 0);
            let mut connection = client(&primary, username, &one()).await;
            run(&mut connection, "SET kept yes").await.unwrap();
            assert_eq!(run(&mut connection, "WAIT 1 5000").await.unwrap(), redis::Value::Int(1));
            let mut connection = client(&replica, username, &one()).await;
            assert_eq!(run(&mut connection, "GET kept").await.unwrap(), redis::Value::BulkString(b"yes".to_vec()));
            assert_eq!(scene.journal.entries().len(), 2, "{set_up:?} {username}");
            scene.stop().await;
        }
    }
}

#[tokio::test]
async fn a_link_that_was_cut_logs_in_again_with_the_current_masterauth() {
    let scene = Scene::set();
    let (primary, replica) = pair(&scene, SetUp::ConfigFile, "default").await;
    let mut connection = client(&primary, "", &one()).await;
    run(&mut connection, "ACL SETUSER default >password-two-0123456789 <password-one-0123456789").await.unwrap();
    assert!(replica.link_is_up().await, "an established link stays up");
    replica.cut_link();
    eventually("the link is down", async || !replica.link_is_up().await).await;
    replica.mend_link();
    sleep(Duration::from_millis(2500)).await;
    assert!(!replica.link_is_up().await, "the replica still has the old password");
    let mut connection = client(&replica, "", &one()).await;
    run(&mut connection, "CONFIG SET masterauth password-two-0123456789").await.unwrap();
    replica.in_sync().await.unwrap();
    scene.stop().await;
}

#[tokio::test]
async fn acl_changes_and_passwords_are_not_replicated() {
    let scene = Scene::set();
    let (primary, replica) = pair(&scene, SetUp::AclFile, "default").await;
    let mut connection = client(&primary, "", &one()).await;
    run(&mut connection, "ACL SETUSER default >password-two-0123456789").await.unwrap();
    run(&mut connection, "SET later yes").await.unwrap();
    assert_eq!(run(&mut connection, "WAIT 1 5000").await.unwrap(), redis::Value::Int(1));
    assert!(primary.accepts(None, &two()).await.unwrap());
    assert!(!replica.accepts(None, &two()).await.unwrap());
    scene.stop().await;
}

#[tokio::test]
async fn replicas_come_back_after_a_restart_of_either_side() {
    for set_up in SetUp::ALL {
        let scene = Scene::set();
        let (primary, replica) = pair(&scene, set_up, "default").await;
        replica.restart().await.unwrap();
        replica.in_sync().await.unwrap();
        primary.restart().await.unwrap();
        replica.in_sync().await.unwrap();
        primary.kill().await;
        primary.ready().await.unwrap();
        eventually("the replica is in sync", async || replica.link_is_up().await).await;
        scene.stop().await;
    }
}
