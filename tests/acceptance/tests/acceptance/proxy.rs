//! A function that reaches AWS and Upstash through a proxy.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{
    Flavour, Stage, StageOptions,
    run::{TIMEOUT, scheduled},
};
use tokio::{io::AsyncReadExt, net::TcpListener, time::timeout};

/// How long the first request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// Deploys a function with a proxy in this variable of its environment.
async fn deploy(stage: &Stage, function: &str, variable: &str) -> TcpListener {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let variables = [(variable.to_owned(), format!("http://{}", proxy.local_addr().unwrap()))];
    stage.deploy_with(function, TIMEOUT, BTreeMap::from(variables));
    proxy
}

/// Returns the beginning of the first request to the proxy, and never answers it.
async fn first_request(proxy: TcpListener) -> String {
    let request = async {
        let (mut client, _) = proxy.accept().await.unwrap();
        let mut bytes = [0; 256];
        let read = client.read(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    };
    timeout(PATIENCE, request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_aws_go_through_the_proxy_of_the_environment() {
    let stage = Stage::set(StageOptions::default()).await;
    let proxy = deploy(&stage, "sync-connection", "HTTP_PROXY").await;
    let event = scheduled();
    let (request, _) = tokio::join!(first_request(proxy), stage.invoke("sync-connection", &event));
    assert!(request.starts_with("POST http://127."), "{request}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_upstash_go_through_the_proxy_of_the_environment() {
    let stage = Stage::set(StageOptions { flavour: Flavour::UpstashAcl, ..StageOptions::default() }).await;
    // The sandbox's AWS has no TLS, and is reached without this proxy.
    let proxy = deploy(&stage, "rotate-auth", "HTTPS_PROXY").await;
    stage.start_rotation().await.unwrap();
    let (request, address) = (first_request(proxy).await, stage.database().endpoint());
    assert!(request.starts_with(&format!("CONNECT {address}:")), "{request}");
    stage.stop().await;
}
