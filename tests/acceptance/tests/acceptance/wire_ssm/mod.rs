//! The API of Parameter Store, with the AWS SDK.

mod labels;
mod puts;
mod reads;

use aws_sdk_ssm::{Client, types::ParameterType};
use sandbox::{Options, Sandbox};

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

async fn put(client: &Client, name: &str, value: &str) -> i64 {
    let put = client.put_parameter().name(name).value(value).r#type(ParameterType::String).overwrite(true);
    put.send().await.unwrap().version
}
