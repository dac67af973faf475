//! What each set-up preserves over a restart.

use super::*;

/// Adds a second password, persists it in the way of the set-up, and restarts.
async fn preserved_over_a_restart(set_up: SetUp, keep: &str) {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(set_up, &one())).await.unwrap();
    assert!(host.accepts(None, &one()).await.unwrap());
    assert!(!host.accepts(None, &two()).await.unwrap());
    let mut connection = client(&host, "", &one()).await;
    run(&mut connection, "SET kept yes").await.unwrap();
    run(&mut connection, "ACL SETUSER default >password-two-0123456789").await.unwrap();
    run(&mut connection, keep).await.unwrap();
    host.restart().await.unwrap();
    assert!(host.accepts(None, &one()).await.unwrap());
    assert!(host.accepts(None, &two()).await.unwrap());
    let mut connection = client(&host, "", &two()).await;
    assert_eq!(run(&mut connection, "GET kept").await.unwrap(), redis::Value::BulkString(b"yes".to_vec()));
    assert_eq!(host.starts().await, 2);
    scene.stop().await;
}

#[tokio::test]
async fn config_rewrite_persists_both_passwords_in_redis_conf() {
    preserved_over_a_restart(SetUp::ConfigFile, "CONFIG REWRITE").await;
}

#[tokio::test]
async fn acl_save_persists_both_passwords_in_the_acl_file() {
    preserved_over_a_restart(SetUp::AclFile, "ACL SAVE").await;
}

#[tokio::test]
async fn without_a_configuration_file_a_restart_restores_the_passwords_of_the_command_line() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::Neither, &one())).await.unwrap();
    assert_eq!((host.config_text(), host.acl_text()), (None, None));
    let mut connection = client(&host, "default", &one()).await;
    run(&mut connection, "SET kept yes").await.unwrap();
    run(&mut connection, "ACL SETUSER default >password-two-0123456789 <password-one-0123456789").await.unwrap();
    let refused = run(&mut connection, "CONFIG REWRITE").await.unwrap_err();
    assert!(refused.to_string().contains("running without a config file"), "{refused}");
    let refused = run(&mut connection, "ACL SAVE").await.unwrap_err();
    assert!(refused.to_string().contains("not configured to use an ACL file"), "{refused}");
    assert!(!host.accepts(None, &one()).await.unwrap());
    host.restart().await.unwrap();
    assert!(host.accepts(None, &one()).await.unwrap());
    assert!(!host.accepts(None, &two()).await.unwrap());
    let mut connection = client(&host, "default", &one()).await;
    assert_eq!(run(&mut connection, "GET kept").await.unwrap(), redis::Value::BulkString(b"yes".to_vec()));
    scene.stop().await;
}

#[tokio::test]
async fn a_rewritten_redis_conf_keeps_the_old_requirepass_but_the_user_line_wins() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::ConfigFile, &one())).await.unwrap();
    let mut connection = client(&host, "", &one()).await;
    run(&mut connection, "ACL SETUSER default >password-two-0123456789 <password-one-0123456789").await.unwrap();
    run(&mut connection, "CONFIG REWRITE").await.unwrap();
    let config = host.config_text().unwrap();
    assert!(config.lines().any(|line| line.starts_with("requirepass") && line.contains("one")), "{config}");
    assert!(config.lines().any(|line| line.starts_with("user default on ") && line.contains('#')), "{config}");
    host.restart().await.unwrap();
    assert!(!host.accepts(None, &one()).await.unwrap());
    assert!(host.accepts(None, &two()).await.unwrap());
    scene.stop().await;
}

#[tokio::test]
async fn config_set_requirepass_removes_every_other_password() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::ConfigFile, &one())).await.unwrap();
    let mut connection = client(&host, "", &one()).await;
    run(&mut connection, "ACL SETUSER default >password-two-0123456789").await.unwrap();
    run(&mut connection, "CONFIG SET requirepass password-two-0123456789").await.unwrap();
    assert!(!host.accepts(None, &one()).await.unwrap());
    assert!(host.accepts(None, &two()).await.unwrap());
    scene.stop().await;
}

#[tokio::test]
async fn an_acl_file_contains_hashes_and_no_passwords() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::AclFile, &one())).await.unwrap();
    let (config, users) = (host.config_text().unwrap(), host.acl_text().unwrap());
    assert!(!format!("{config}{users}").contains("password-one"));
    assert!(users.starts_with("user default on #"), "{users}");
    scene.stop().await;
}

#[tokio::test]
async fn a_configuration_that_the_server_may_not_write_is_not_rewritten() {
    for (set_up, keep) in [(SetUp::ConfigFile, "CONFIG REWRITE"), (SetUp::AclFile, "ACL SAVE")] {
        let scene = Scene::set();
        let host = scene.hosts.create(HostOptions::new(set_up, &one())).await.unwrap();
        let before = (host.config_text(), host.acl_text());
        host.protect_config().unwrap();
        let mut connection = client(&host, "", &one()).await;
        run(&mut connection, "ACL SETUSER default >password-two-0123456789").await.unwrap();
        run(&mut connection, keep).await.unwrap_err();
        assert_eq!((host.config_text(), host.acl_text()), before);
        host.release_config().unwrap();
        run(&mut connection, keep).await.unwrap();
        assert_ne!((host.config_text(), host.acl_text()), before);
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_user_other_than_default_has_full_rights_and_default_cannot_log_in() {
    for set_up in SetUp::ALL {
        let scene = Scene::set();
        let host = scene.hosts.create(HostOptions::new(set_up, &one()).user("app")).await.unwrap();
        assert!(host.accepts(Some("app"), &one()).await.unwrap(), "{set_up:?}");
        assert!(!host.accepts(Some("app"), &two()).await.unwrap(), "{set_up:?}");
        assert!(!host.accepts(None, &one()).await.unwrap(), "{set_up:?}");
        let mut connection = client(&host, "app", &one()).await;
        run(&mut connection, "ACL SETUSER app >password-two-0123456789").await.unwrap();
        assert!(host.accepts(Some("app"), &two()).await.unwrap(), "{set_up:?}");
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_host_without_a_password_accepts_everybody() {
    for set_up in SetUp::ALL {
        let scene = Scene::set();
        let options = HostOptions { password: None, ..HostOptions::new(set_up, &one()) };
        let host = scene.hosts.create(options).await.unwrap();
        let mut connection = connect("", (host.address(), host.port())).await;
        run(&mut connection, "CONFIG GET requirepass").await.unwrap();
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_password_of_any_characters_is_accepted() {
    for set_up in SetUp::ALL {
        // The command line of Valkey cannot contain `"` or `\`.
        let hostile: SecretString = match set_up {
            SetUp::Neither => " a b'c#é%{} ".into(),
            _ => r#" a"b\c'd#é%{} "#.into(),
        };
        let scene = Scene::set();
        let primary = scene.hosts.create(HostOptions::new(set_up, &hostile)).await.unwrap();
        assert!(primary.accepts(None, &hostile).await.unwrap(), "{set_up:?}");
        assert!(!primary.accepts(None, &one()).await.unwrap(), "{set_up:?}");
        let options = HostOptions::new(set_up, &hostile).replica_of(primary.address());
        assert!(scene.hosts.create(options).await.unwrap().link_is_up().await);
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_killed_server_is_started_again() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::ConfigFile, &one())).await.unwrap();
    let mut connection = client(&host, "", &one()).await;
    host.kill().await;
    run(&mut connection, "PING").await.unwrap_err();
    host.ready().await.unwrap();
    assert_eq!(host.starts().await, 2);
    assert!(host.accepts(None, &one()).await.unwrap());
    scene.stop().await;
}

#[tokio::test]
async fn a_server_that_was_shut_down_is_started_again() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::AclFile, &one())).await.unwrap();
    run(&mut client(&host, "", &one()).await, "SHUTDOWN").await.unwrap_err();
    eventually("the server is started again", async || host.starts().await == 2).await;
    host.ready().await.unwrap();
    scene.stop().await;
}

#[tokio::test]
async fn a_frozen_server_answers_after_a_thaw_and_can_be_restarted() {
    let scene = Scene::set();
    let host = scene.hosts.create(HostOptions::new(SetUp::ConfigFile, &one())).await.unwrap();
    let mut connection = client(&host, "", &one()).await;
    host.freeze().await;
    let ping = tokio::time::timeout(Duration::from_millis(300), run(&mut connection, "PING"));
    ping.await.unwrap_err();
    host.thaw().await;
    run(&mut connection, "PING").await.unwrap();
    host.freeze().await;
    host.restart().await.unwrap();
    assert!(host.accepts(None, &one()).await.unwrap());
    scene.stop().await;
}
