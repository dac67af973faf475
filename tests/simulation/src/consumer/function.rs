//! A Lambda function whose environment has the URL.

use std::time::Duration;

use aws_sdk_lambda::types::Environment;
use rand::RngExt;
use sandbox::chance;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::VARIABLE;
use crate::{person::GivenUp, world::World};

/// The function.
const FUNCTION: &str = "app";

/// The variable that a person changes.
const RELEASE: &str = "RELEASE";

/// Creates the function, without a URL.
pub(super) fn create(world: &World) {
    world.aws.lambda.create(FUNCTION, [(RELEASE.to_owned(), "1".to_owned())].into());
}

/// Adds its environment and itself to the settings of the target.
pub(super) fn add_to(settings: &mut Value) {
    // The version tells a later change of something else from this one.
    let variables = json!({ VARIABLE: "{url}", "REDIS_SECRET_VERSION": "{secret_version_id}" });
    let output = json!({ "type": "lambda-environment", "function_name": FUNCTION, "variables": variables });
    settings["outputs"].as_array_mut().expect("the outputs are a list").push(output);
    settings["consumers"] = json!([{ "type": "lambda-function", "function_name": FUNCTION }]);
}

/// Has a person change another variable, as a script does that knows no `RevisionId`: what changes between its two calls, it
/// overwrites.
pub(super) async fn deploy(world: &World) -> Result<(), GivenUp> {
    let client = world.person().lambda();
    let read = client.get_function_configuration().function_name(FUNCTION).send().await?;
    let mut variables = read.environment.and_then(|environment| environment.variables).ok_or(GivenUp)?;
    let pause = chance::rng().random_range(0..3000);
    sleep(Duration::from_millis(pause)).await;
    variables.insert(RELEASE.to_owned(), chance::rng().random_range(2..1000).to_string());
    let environment = Environment::builder().set_variables(Some(variables)).build();
    client.update_function_configuration().function_name(FUNCTION).environment(environment).send().await?;
    Ok(())
}

/// The URL in its environment.
pub(super) fn used(world: &World) -> Vec<SecretString> {
    let environment = world.aws.lambda.environment(FUNCTION).unwrap_or_default();
    environment.get(VARIABLE).map(|url| SecretString::from(url.as_str())).into_iter().collect()
}
