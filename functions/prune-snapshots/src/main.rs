//! The Lambda function `prune-snapshots`.

use cloud::Clients;
use lambda_runtime::{Error, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::log::init(env!("CARGO_CRATE_NAME"));
    let clients = Clients::load().await;
    lambda_runtime::run(service_fn(|event| prune_snapshots::handle(&clients, event))).await
}
