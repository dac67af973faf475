//! A function that reaches AWS through a proxy.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{
    Stage, StageOptions,
    run::{TIMEOUT, scheduled},
};
use tokio::{io::AsyncReadExt, net::TcpListener, time::timeout};

/// How long the first request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_aws_go_through_the_proxy_of_the_environment() {
    let stage = Stage::set(StageOptions::default()).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let variables = [("HTTP_PROXY".to_owned(), format!("http://{}", proxy.local_addr().unwrap()))];
    stage.deploy_with("sync-connection", TIMEOUT, BTreeMap::from(variables));
    let first_request = async {
        let (mut client, _) = proxy.accept().await.unwrap();
        let mut bytes = [0; 256];
        let read = client.read(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    };
    let event = scheduled();
    let (request, _) = tokio::join!(timeout(PATIENCE, first_request), stage.invoke("sync-connection", &event));
    let request = request.unwrap();
    assert!(request.starts_with("POST http://127."), "{request}");
    stage.stop().await;
}
