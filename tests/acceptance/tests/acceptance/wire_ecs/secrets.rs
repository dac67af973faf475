//! A task gets its secrets when it starts, and no later changes.

use aws_sdk_ecs::types::{ContainerDefinition, Secret, TaskStopCode};
use aws_sdk_ssm::types::ParameterType;

use super::{
    DesiredStatus, PATIENCE, create_secret, create_service, listed, log_in, only, put_secret, register_container,
    start, start_redis, task,
};

#[tokio::test]
async fn a_task_starts_with_the_current_value_of_its_secret() {
    let (sandbox, client) = start_redis().await;
    put_secret(&sandbox, r#"{"password":"two"}"#).await;
    let old = only(&sandbox, "redis");
    assert!(log_in(&old, "one").await.is_ok() && log_in(&old, "two").await.is_err());
    client.update_service().cluster("phillm").service("redis").force_new_deployment(true).send().await.unwrap();
    sandbox.ecs.settled("phillm", "redis", PATIENCE).await.unwrap();
    let new = only(&sandbox, "redis");
    assert!(log_in(&new, "two").await.is_ok() && log_in(&new, "one").await.is_err());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_stops_the_task_before_it_runs() {
    let missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-abcdef";
    let (sandbox, client) = start().await;
    let there = create_secret(&sandbox, r#"{"password":"one"}"#).await;
    let cases = [missing.to_owned(), format!("{there}:other::"), format!("{there}:password"), "/none".to_owned()];
    for (place, value_from) in cases.iter().enumerate() {
        let family = format!("app-{place}");
        let secret = Secret::builder().name("PASSWORD").value_from(value_from).build().unwrap();
        let container = ContainerDefinition::builder().name("app").image("app:1").command("true").secrets(secret);
        register_container(&client, &family, container.build()).await;
        create_service(&client, &family, 1, (0, 100)).await;
    }
    for place in 0..cases.len() {
        let family = format!("app-{place}");
        let give_up = tokio::time::Instant::now() + PATIENCE;
        let stopped = loop {
            if let Some(arn) = listed(&client, &family, DesiredStatus::Stopped).await.first() {
                break task(&client, arn).await;
            }
            assert!(tokio::time::Instant::now() < give_up);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        let reason = stopped.stopped_reason().unwrap();
        assert!(reason.starts_with("ResourceInitializationError: "), "{reason}");
        assert_eq!(stopped.stop_code(), Some(&TaskStopCode::TaskFailedToStart));
        assert!(stopped.started_at().is_none() && stopped.containers()[0].exit_code().is_none());
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_secret_of_a_task_can_be_a_parameter_or_a_staging_label() {
    let (sandbox, client) = start().await;
    let arn = create_secret(&sandbox, "one").await;
    put_secret(&sandbox, "two").await;
    let ssm = aws_sdk_ssm::Client::new(&sandbox.sdk_config());
    let put = ssm.put_parameter().name("/phillm/password").value("three").r#type(ParameterType::SecureString);
    put.send().await.unwrap();
    let secret = |name: &str, from: &str| Secret::builder().name(name).value_from(from).build().unwrap();
    let parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/phillm/password";
    let command = "echo $CURRENT $PREVIOUS $PARAMETER $SHORT > seen; exec redis-server";
    let container = ContainerDefinition::builder().name("app").image("redis:7").secrets(secret("CURRENT", &arn));
    let container = container.secrets(secret("PREVIOUS", &format!("{arn}::AWSPREVIOUS:")));
    let container = container.secrets(secret("PARAMETER", parameter)).secrets(secret("SHORT", "/phillm/password"));
    let command = ["sh", "-c", command].map(str::to_owned).to_vec();
    register_container(&client, "app", container.set_command(Some(command)).build()).await;
    create_service(&client, "app", 1, (0, 100)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let seen = sandbox.ecs.container_folder(&only(&sandbox, "app").arn, "app").join("seen");
    assert_eq!(std::fs::read_to_string(seen).unwrap(), "two one three three\n");
    assert!(!format!("{sandbox:?} {:?}", sandbox.journal.entries()).contains("three"));
    sandbox.stop().await.unwrap();
}
