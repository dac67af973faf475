//! The environment of a Lambda function.

use cloud::{CallError, Clients, lambda};
use policy::{
    Failure,
    connection::Connection,
    publication::{EnvironmentDecision, EnvironmentFound, Texts, all_wanted, decide_environment},
    target::LambdaEnvironment,
};

use super::todo::Todo;

/// A change of an environment, made only if nobody else changed the function since it was read.
pub(super) struct Write {
    function_name: String,
    variables: Texts,
    revision_id: Option<String>,
}

pub(super) async fn look(
    clients: &Clients,
    connection: &Connection,
    at: &str,
    settings: &LambdaEnvironment,
) -> Result<Todo<Write>, Failure> {
    let LambdaEnvironment { function_name, variables, url } = settings;
    let wanted = all_wanted(connection, &format!("{at}.variables"), variables, url)?;
    let lambda::Environment { variables, last_update, revision_id } =
        lambda::environment(clients.lambda(), function_name).await?;
    Ok(match decide_environment(at, function_name, &wanted, &EnvironmentFound { variables, last_update })? {
        EnvironmentDecision::UpToDate => Todo::UpToDate,
        EnvironmentDecision::Wait => Todo::Wait,
        EnvironmentDecision::Write { variables, reason } => {
            let write = Write { function_name: function_name.clone(), variables, revision_id };
            Todo::Write { what: "write-environment", reason, change: write }
        }
    })
}

impl Write {
    pub(super) async fn make(self, clients: &Clients) -> Result<(), CallError> {
        let revision = self.revision_id.as_deref();
        lambda::replace_environment(clients.lambda(), &self.function_name, &self.variables, revision).await
    }
}
