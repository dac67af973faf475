//! The life cycle of a task, and its data.

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, process::Command, time::Duration};

use aws_sdk_ecs::{
    Client,
    types::{
        Compatibility, ContainerDefinition, DesiredStatus, EfsVolumeConfiguration, HealthCheck, HealthStatus,
        MountPoint, NetworkMode, TaskStopCode, Volume,
    },
};
use sandbox::{Options, Sandbox};
use tokio::time::{Instant, sleep};

use super::{PATIENCE, create_service, listed, log_in, only, register, register_container, start, start_redis, task};

#[tokio::test]
async fn a_task_has_an_address_at_which_its_redis_answers() {
    let (sandbox, client) = start_redis().await;
    let view = only(&sandbox, "redis");
    let task = task(&client, &view.arn).await;
    assert_eq!((task.last_status(), task.desired_status()), (Some("RUNNING"), Some("RUNNING")));
    assert_eq!(task.health_status(), Some(&HealthStatus::Healthy));
    let attachment = &task.attachments()[0];
    assert_eq!(attachment.r#type(), Some("ElasticNetworkInterface"));
    let address = view.address.to_string();
    let detail = attachment.details().iter().find(|detail| detail.name() == Some("privateIPv4Address")).unwrap();
    assert_eq!(detail.value(), Some(address.as_str()));
    let interface = &task.containers()[0].network_interfaces()[0];
    assert_eq!(interface.private_ipv4_address(), Some(address.as_str()));
    let mut redis = log_in(&view, "one").await.unwrap();
    redis::cmd("SET").arg("key").arg("value").query_async::<()>(&mut redis).await.unwrap();
    // The Redis has no users of the sandbox.
    let users: Vec<String> = redis::cmd("ACL").arg("USERS").query_async(&mut redis).await.unwrap();
    assert_eq!(users, ["default"]);
    let refused = redis::cmd("CONFIG").arg("REWRITE").query_async::<()>(&mut redis).await.unwrap_err();
    assert!(refused.to_string().contains("without a config file"), "{refused}");
    assert!(log_in(&view, "two").await.is_err());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_stopped_task_is_replaced_at_another_address_and_keeps_its_data() {
    let (sandbox, client) = start_redis().await;
    let old = only(&sandbox, "redis");
    let mut redis = log_in(&old, "one").await.unwrap();
    redis::cmd("SET").arg("key").arg("value").query_async::<()>(&mut redis).await.unwrap();
    client.stop_task().cluster("phillm").task(&old.arn).reason("because").send().await.unwrap();
    let (mut seen, give_up) = (Vec::new(), Instant::now() + PATIENCE);
    while seen.last().is_none_or(|last| last != "STOPPED") {
        let now = task(&client, &old.arn).await;
        assert_eq!(now.desired_status(), Some("STOPPED"));
        seen.extend(now.last_status);
        seen.dedup();
        assert!(Instant::now() < give_up, "{seen:?}");
        sleep(Duration::from_millis(10)).await;
    }
    let wanted: BTreeSet<_> = ["DEACTIVATING", "DEPROVISIONING", "STOPPED"].into_iter().collect();
    assert!(wanted.is_subset(&seen.iter().map(String::as_str).collect()), "{seen:?}");
    let stopped = task(&client, &old.arn).await;
    assert_eq!((stopped.stopped_reason(), stopped.stop_code()), (Some("because"), Some(&TaskStopCode::UserInitiated)));
    assert_eq!(stopped.containers()[0].exit_code(), Some(0));
    assert!(stopped.stopped_at().is_some());
    sandbox.ecs.settled("phillm", "redis", PATIENCE).await.unwrap();
    let new = only(&sandbox, "redis");
    assert!(new.arn != old.arn && new.address != old.address);
    let mut redis = log_in(&new, "one").await.unwrap();
    let value: String = redis::cmd("GET").arg("key").query_async(&mut redis).await.unwrap();
    assert_eq!(value, "value");
    assert_eq!(listed(&client, "redis", DesiredStatus::Running).await, [new.arn]);
    assert_eq!(listed(&client, "redis", DesiredStatus::Stopped).await, [old.arn]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_task_is_replaced_and_has_its_exit_code() {
    let (sandbox, client) = start_redis().await;
    let old = only(&sandbox, "redis");
    sandbox.ecs.kill_task(&old.arn).await.unwrap();
    sandbox.ecs.settled("phillm", "redis", PATIENCE).await.unwrap();
    let new = only(&sandbox, "redis");
    assert!(new.arn != old.arn && new.address != old.address);
    let stopped = task(&client, &old.arn).await;
    assert_eq!(stopped.stopped_reason(), Some("Essential container in task exited"));
    assert_eq!(stopped.stop_code(), Some(&TaskStopCode::EssentialContainerExited));
    assert_eq!(stopped.containers()[0].exit_code(), Some(137));
    assert!(log_in(&old, "one").await.is_err());
    log_in(&new, "one").await.unwrap();
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_new_task_passes_through_its_states() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 1, (100, 200)).await;
    let (mut seen, give_up) = (Vec::new(), Instant::now() + PATIENCE);
    while seen.last().is_none_or(|last| *last != "RUNNING") {
        seen.extend(sandbox.ecs.tasks("phillm", "app").iter().map(|task| task.last_status));
        seen.dedup();
        assert!(Instant::now() < give_up, "{seen:?}");
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen, ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_container_that_ignores_sigterm_is_killed_after_its_stop_timeout() {
    let (sandbox, client) = start().await;
    let command = ["sh", "-c", "trap '' TERM; while true; do sleep 0.05; done"].map(str::to_owned).to_vec();
    let container = ContainerDefinition::builder().name("app").image("app:1");
    register_container(&client, "app", container.set_command(Some(command)).stop_timeout(2).build()).await;
    create_service(&client, "app", 1, (0, 100)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let old = only(&sandbox, "app");
    client.stop_task().cluster("phillm").task(&old.arn).send().await.unwrap();
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    assert_eq!(task(&client, &old.arn).await.containers()[0].exit_code(), Some(137));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_unhealthy_task_is_replaced() {
    let (sandbox, client) = start().await;
    let check = HealthCheck::builder().command("CMD-SHELL").command("test ! -e sick");
    let check = check.interval(5).timeout(5).retries(1).build().unwrap();
    // The second task finds the file of the first one.
    let volume = MountPoint::builder().source_volume("data").container_path("/data").build();
    let command = ["sh", "-c", "exec redis-server --dir /data"].map(str::to_owned).to_vec();
    let container = ContainerDefinition::builder().name("app").image("redis:7");
    let container = container.set_command(Some(command)).health_check(check).mount_points(volume).build();
    let efs = EfsVolumeConfiguration::builder().file_system_id("fs-1").build().unwrap();
    let volume = Volume::builder().name("data").efs_volume_configuration(efs).build();
    let register = client.register_task_definition().family("app").container_definitions(container).volumes(volume);
    let register = register.requires_compatibilities(Compatibility::Fargate);
    let register = register.network_mode(NetworkMode::Awsvpc).cpu("256").memory("512");
    register.send().await.unwrap();
    create_service(&client, "app", 1, (0, 100)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let old = only(&sandbox, "app");
    let mark = sandbox.ecs.file_system("fs-1").join("sick");
    std::fs::write(&mark, "").unwrap();
    let give_up = Instant::now() + PATIENCE;
    while task(&client, &old.arn).await.desired_status() == Some("RUNNING") {
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(20)).await;
    }
    std::fs::remove_file(&mark).unwrap();
    let stopped = task(&client, &old.arn).await;
    assert_eq!(stopped.health_status(), Some(&HealthStatus::Unhealthy));
    assert_eq!(stopped.stopped_reason(), Some("Task failed container health checks"));
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    assert_ne!(only(&sandbox, "app").arn, old.arn);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_image_of_redis_8_runs_the_program_that_the_options_name() {
    let folder = tempdir();
    let program = folder.join("redis-server");
    // In a container, the name without a path would be that of the sandbox's program.
    let own = Command::new("sh").args(["-c", "command -v \"${REDIS_SERVER:-redis-server}\""]).output().unwrap();
    let own = String::from_utf8(own.stdout).unwrap();
    let own = own.trim();
    std::fs::write(&program, format!("#!/bin/sh\nexec {own} \"$@\" --maxclients 77\n")).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    // Options are `Copy`, so they need a static path. The leak is small.
    let options = Options { redis_8: Some(Box::leak(program.into_boxed_path())), ..Options::default() };
    let sandbox = Sandbox::start(options).await.unwrap();
    let client = Client::new(&sandbox.sdk_config());
    for (family, image, most) in
        [("eight", "public.ecr.aws/docker/library/redis:8-alpine", 77), ("seven", "redis:7", 55)]
    {
        let container = ContainerDefinition::builder().name("redis").image(image).command("--maxclients").command("55");
        register_container(&client, family, container.build()).await;
        create_service(&client, family, 1, (0, 100)).await;
        sandbox.ecs.settled("phillm", family, PATIENCE).await.unwrap();
        let redis = redis::Client::open(format!("redis://{}", only(&sandbox, family).address)).unwrap();
        // Without a health check a task counts as running before its Redis listens.
        let give_up = Instant::now() + PATIENCE;
        let mut redis = loop {
            match redis.get_multiplexed_async_connection().await {
                Ok(connection) => break connection,
                Err(error) => assert!(Instant::now() < give_up, "{error}"),
            }
            sleep(Duration::from_millis(20)).await;
        };
        let (_, found): (String, i64) =
            redis::cmd("CONFIG").arg("GET").arg("maxclients").query_async(&mut redis).await.unwrap();
        assert_eq!(found, most, "{image}");
    }
    sandbox.stop().await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

/// Creates a folder, which the test removes.
fn tempdir() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("redis-8-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn no_process_of_a_task_is_left_when_the_sandbox_stops() {
    let (sandbox, client) = start().await;
    register(&client, "app", "echo $$ > pid; sleep 300 & echo $! > child; wait").await;
    create_service(&client, "app", 1, (0, 100)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let folder = sandbox.ecs.container_folder(&only(&sandbox, "app").arn, "app");
    let pids = ["pid", "child"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap().trim().to_owned());
    let runs = |pid: &String| {
        // A zombie process has no command line.
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
    };
    assert!(pids.iter().all(runs));
    sandbox.stop().await.unwrap();
    let give_up = Instant::now() + Duration::from_secs(5);
    while pids.iter().any(runs) {
        assert!(Instant::now() < give_up, "{pids:?}");
        sleep(Duration::from_millis(10)).await;
    }
}
