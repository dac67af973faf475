//! One of the systems of `infra/examples` on a sandbox, as Terraform would have created it, and the commands to go on with.

use anyhow::bail;
use policy::{
    Target,
    target::{Consumer, Output},
};
use rand::distr::{Alphanumeric, SampleString};
use sandbox::{
    Sandbox,
    services::{ACCOUNT, REGION},
};
use secrecy::SecretString;
use workload::{create_consumer_service, provision, put_settings};

use super::{
    RETIRE, ROTATE, SYNC, consumers,
    systems::{SYSTEMS, System},
};

/// How long the previous credential is accepted after a rotation, in seconds: short, for someone who waits.
const OVERLAP_S: u64 = 2;

/// A system that is there, whole.
#[derive(Clone, Debug)]
pub struct Example {
    target: Target,
}

/// A command, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it does, as a comment of the shell.
    pub comment: &'static str,
    /// The command, in one line.
    pub line: String,
}

/// The names of all examples.
pub fn names() -> Vec<&'static str> {
    SYSTEMS.iter().map(|system| system.example).collect()
}

impl Example {
    /// Creates what the settings of an example need: its Redis, the secret, the settings parameter and its consumers.
    ///
    /// The overlap lasts seconds instead of hours, and consumers are deployed without a pause before.
    ///
    /// # Errors
    /// There is no example of this name, or AWS refuses a call.
    pub async fn provision(sandbox: &Sandbox, name: &str) -> anyhow::Result<Self> {
        let Some(System { document, shape, .. }) = SYSTEMS.iter().find(|system| system.example == name) else {
            bail!("there is no example {name:?}; there are {}", names().join(", "));
        };
        let token = SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), 64));
        let mut target = provision(sandbox, document, *shape, Some(&token)).await?.target;
        target.retirement.overlap_s = OVERLAP_S;
        target.rollout.debounce_s = 0;
        put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
        consumers::create_functions(sandbox, &target);
        for consumer in &target.consumers {
            if let Consumer::EcsService { cluster, service } = consumer {
                create_consumer_service(sandbox, cluster, service, 1).await?;
            }
        }
        Ok(Self { target })
    }

    /// The name of the target.
    pub fn target(&self) -> &str {
        &self.target.name
    }

    /// The commands to go on with, in their order.
    pub fn commands(&self) -> Vec<Command> {
        let secret = &self.target.secret.id;
        let mut commands = vec![
            Command {
                comment: "Rotate the credential.",
                line: format!(
                    "aws secretsmanager rotate-secret --secret-id {secret} --rotation-rules AutomaticallyAfterDays=90 \
                     --rotation-lambda-arn arn:aws:lambda:{REGION}:{ACCOUNT}:function:{ROTATE}"
                ),
            },
            Command {
                comment: "See when it was rotated, and which version is AWSCURRENT.",
                line: format!("aws secretsmanager describe-secret --secret-id {secret}"),
            },
            Command { comment: "Publish what applications read.", line: self.invoke(SYNC) },
        ];
        let outputs = self.target.outputs.iter();
        let parameters: Vec<_> = outputs.filter_map(parameter).collect();
        if !parameters.is_empty() {
            let line = format!("aws ssm get-parameters --with-decryption --names {}", parameters.join(" "));
            commands.push(Command { comment: "See what applications read.", line });
        }
        commands.extend(self.target.outputs.iter().filter_map(elsewhere));
        commands.push(Command { comment: "Retire the previous credential.", line: self.invoke(RETIRE) });
        commands
    }

    fn invoke(&self, function: &str) -> String {
        let target = &self.target.name;
        format!(r#"aws lambda invoke --function-name {function} --payload '{{"target":"{target}"}}' /dev/stdout"#)
    }
}

fn parameter(output: &Output) -> Option<&str> {
    match output {
        Output::SsmParameter(parameter) => Some(&parameter.name),
        Output::LambdaEnvironment(_) | Output::SecretKeys(_) => None,
    }
}

/// The command that shows an output which is no parameter.
fn elsewhere(output: &Output) -> Option<Command> {
    let line = match output {
        Output::SsmParameter(_) => return None,
        Output::LambdaEnvironment(environment) => {
            format!("aws lambda get-function-configuration --function-name {}", environment.function_name)
        }
        Output::SecretKeys(keys) => format!("aws secretsmanager get-secret-value --secret-id {}", keys.secret_id),
    };
    Some(Command { comment: "See what applications read.", line })
}
