//! One system of `infra/examples` on a sandbox, as Terraform would create it, and the commands to try on it.

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

/// The overlap after a rotation, in seconds: short, because a person waits for it.
const OVERLAP_S: u64 = 2;

/// A system that was created completely.
#[derive(Clone, Debug)]
pub struct Example {
    target: Target,
}

/// A shell command and its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it does, for a shell comment.
    pub comment: &'static str,
    /// The command, on one line.
    pub line: String,
}

/// Returns the names of all examples.
pub fn names() -> Vec<&'static str> {
    SYSTEMS.iter().map(|system| system.example).collect()
}

impl Example {
    /// Creates an example: its Redis, its secret, its settings parameter and its consumers.
    ///
    /// The overlap is seconds instead of a day, and there is no debounce before deployments.
    ///
    /// # Errors
    /// There is no example with this name, or a call is refused.
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

    /// Returns the name of the target.
    pub fn target(&self) -> &str {
        &self.target.name
    }

    /// Returns the commands to try, in order.
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
                comment: "Check when it was rotated, and which version is AWSCURRENT.",
                line: format!("aws secretsmanager describe-secret --secret-id {secret}"),
            },
            Command { comment: "Publish the connection parameters.", line: self.invoke(SYNC) },
        ];
        let outputs = self.target.outputs.iter();
        let parameters: Vec<_> = outputs.filter_map(parameter).collect();
        if !parameters.is_empty() {
            let line = format!("aws ssm get-parameters --with-decryption --names {}", parameters.join(" "));
            commands.push(Command { comment: "Read what is published.", line });
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

/// Returns the command that shows an output that is not a parameter.
fn elsewhere(output: &Output) -> Option<Command> {
    let line = match output {
        Output::SsmParameter(_) => return None,
        Output::LambdaEnvironment(environment) => {
            format!("aws lambda get-function-configuration --function-name {}", environment.function_name)
        }
        Output::SecretKeys(keys) => format!("aws secretsmanager get-secret-value --secret-id {}", keys.secret_id),
    };
    Some(Command { comment: "Read what is published.", line })
}
