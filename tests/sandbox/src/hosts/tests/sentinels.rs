//! Sentinels that monitor hosts.

use super::*;

async fn watched(scene: &Scene, username: &str) -> (Arc<Host>, Arc<Sentinel>) {
    let options = HostOptions::new(SetUp::ConfigFile, &one()).user(username);
    let primary = scene.hosts.create(options).await.unwrap();
    let sentinel = scene.hosts.create_sentinel(SentinelOptions {
        master_name: "calls".to_owned(),
        primary: primary.address(),
        username: username.to_owned(),
        password: Some(one()),
        quorum: 2,
    });
    (primary.clone(), sentinel.await.unwrap())
}

async fn sentinel_client(sentinel: &Sentinel) -> MultiplexedConnection {
    connect("", (sentinel.address(), sentinel.port())).await
}

#[tokio::test]
async fn a_sentinel_logs_in_as_any_user_and_is_not_recorded_as_a_call() {
    for username in ["default", "app"] {
        let scene = Scene::set();
        scene.faults.invocation_began(
            "instance",
            "request",
            "rotate-auth",
            "setSecret",
            crate::faults::Kill::process(std::process::id()),
        );
        let (_, sentinel) = watched(&scene, username).await;
        assert!(sentinel.knows_master_up().await);
        sentinel.restart().await.unwrap();
        sentinel.ready().await.unwrap();
        assert_eq!(scene.journal.entries().len(), 0);
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_sentinel_with_the_old_password_loses_its_primary_until_it_has_the_new_one() {
    let scene = Scene::set();
    let (primary, sentinel) = watched(&scene, "default").await;
    let mut connection = client(&primary, "", &one()).await;
    run(&mut connection, "ACL SETUSER default >password-two-0123456789 <password-one-0123456789").await.unwrap();
    assert!(sentinel.knows_master_up().await, "an established link stays up");
    sentinel.cut_link();
    eventually("the Sentinel considers its primary down", async || !sentinel.knows_master_up().await).await;
    sentinel.mend_link();
    sleep(Duration::from_millis(1500)).await;
    assert!(!sentinel.knows_master_up().await);
    run(&mut sentinel_client(&sentinel).await, "SENTINEL SET calls auth-pass password-two-0123456789").await.unwrap();
    sentinel.ready().await.unwrap();
    let config = sentinel.config_text().unwrap();
    assert!(config.contains("password-two") && !config.contains("password-one"), "{config}");
    sentinel.restart().await.unwrap();
    sentinel.ready().await.unwrap();
    scene.stop().await;
}

#[tokio::test]
async fn sentinels_discover_replicas_and_each_other_and_promote_no_replica() {
    let scene = Scene::set();
    let (primary, first) = watched(&scene, "default").await;
    let options = HostOptions::new(SetUp::ConfigFile, &one()).replica_of(primary.address());
    let replica = scene.hosts.create(options).await.unwrap();
    let second = scene.hosts.create_sentinel(SentinelOptions {
        master_name: "calls".to_owned(),
        primary: primary.address(),
        username: "default".to_owned(),
        password: Some(one()),
        quorum: 3,
    });
    let second = second.await.unwrap();
    let mut connection = sentinel_client(&second).await;
    let replicas = async |connection: &mut MultiplexedConnection| {
        format!("{:?}", run(connection, "SENTINEL REPLICAS calls").await.unwrap())
    };
    let address = format!("{}:6379", replica.address());
    eventually("the replica is known", async || replicas(&mut connection).await.contains(&address)).await;
    let other = first.address().to_string();
    eventually("the other Sentinel is known", async || {
        format!("{:?}", run(&mut connection, "SENTINEL SENTINELS calls").await.unwrap()).contains(&other)
    })
    .await;
    primary.freeze().await;
    eventually("both consider the primary down", async || {
        !first.knows_master_up().await && !second.knows_master_up().await
    })
    .await;
    sleep(Duration::from_secs(1)).await;
    primary.thaw().await;
    first.ready().await.unwrap();
    second.ready().await.unwrap();
    replica.in_sync().await.unwrap();
    scene.stop().await;
}

#[tokio::test]
async fn a_sentinel_that_may_not_write_its_configuration_returns_an_error() {
    let scene = Scene::set();
    let (_, sentinel) = watched(&scene, "default").await;
    let before = sentinel.config_text();
    sentinel.protect_config().unwrap();
    let mut connection = sentinel_client(&sentinel).await;
    let set = "SENTINEL SET calls auth-pass password-two-0123456789";
    let refused = run(&mut connection, set).await.unwrap_err();
    assert_eq!(refused.code(), Some("ERR"), "{refused}");
    assert_eq!(sentinel.config_text(), before);
    sentinel.release_config().unwrap();
    run(&mut connection, set).await.unwrap();
    assert_ne!(sentinel.config_text(), before);
    scene.stop().await;
}
