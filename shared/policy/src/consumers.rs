//! Consumers: the state of each, and whether it uses the new credential after a promotion.

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Failure,
    connection::Field,
    publication::Texts,
    secret::Promotion,
    target::{Output, resource::function_name},
};

/// One consumer and its state. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerFacts {
    /// Its field in the settings, as in `consumers[0]`.
    pub field: String,
    /// What it is, as in "the ECS service main/web".
    pub name: String,
    /// Its state.
    pub seen: Seen,
}

/// The state of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An ECS service.
    Service {
        /// `ACTIVE`, `DRAINING` or `INACTIVE`.
        status: String,
        /// Whether no task of it is starting or stopping.
        steady: bool,
        /// Who deploys it, if not ECS: `CODE_DEPLOY` or `EXTERNAL`.
        deployed_by: Option<String>,
        /// How many tasks it should run.
        desired: usize,
        /// Its newest deployment, if it has any.
        deployment: Option<Deployment>,
        /// When ECS last gave up a deployment of it, as far as its events go back.
        gave_up_ms: Option<u64>,
        /// Its tasks that should be running.
        tasks: Vec<Task>,
        /// Its tasks that were told to stop, and whose containers still run.
        draining: Vec<Task>,
    },
    /// A Lambda function.
    Function {
        /// `Active`, `Inactive`, `Pending` or `Failed`.
        state: String,
        /// `Successful`, `InProgress` or `Failed`.
        last_update: String,
        /// When its configuration or its code last changed.
        modified_ms: Option<u64>,
        /// Whether its environment names AWSCURRENT's version; see [`names_version`].
        names_current: bool,
    },
    /// It does not exist, or may not be read.
    Unreadable {
        /// Why.
        why: String,
        /// What to do about it, if AWS's refusal says that.
        next_step: Option<String>,
    },
}

/// A deployment of an ECS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Its progress.
    pub progress: Progress,
    /// When it was created: each of its tasks is newer.
    pub created_ms: Option<u64>,
}

/// The progress of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Tasks are being replaced.
    InProgress,
    /// It has reached a steady state, or ECS does not say.
    Completed,
    /// ECS has given it up.
    Failed,
}

/// One task of an ECS service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// When it was created: the credential that it read is no older.
    pub created_ms: Option<u64>,
    /// When it started, if it has: it read its secrets before that.
    pub started_ms: Option<u64>,
}

impl ConsumerFacts {
    /// Refuses a consumer that cannot be read, or is not active: which credential it uses is unknown.
    ///
    /// # Errors
    /// Permanent, naming the field.
    pub fn check_there(&self) -> Result<(), Failure> {
        let Self { field, name, seen } = self;
        match seen {
            Seen::Unreadable { why, next_step } => Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which cannot be read: {}. The previous credential is kept",
                why.trim_end_matches('.')
            ))
            .with_next_step(next_step.clone().unwrap_or_else(|| {
                format!("Correct `{field}`, or remove it from the settings if {name} no longer logs in")
            }))),
            Seen::Service { status, .. } if status != "ACTIVE" => Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which is {status}. The previous credential is kept"
            ))
            .with_next_step(format!("Remove `{field}` from the settings if {name} no longer logs in"))),
            Seen::Service { .. } | Seen::Function { .. } => Ok(()),
        }
    }

    /// Why it may still use the credential from before the promotion; `None` if it does not.
    ///
    /// A function has followed if its environment changed since, or names AWSCURRENT's version. The dates alone are not
    /// enough: Lambda reports them to the second, and Secrets Manager reports the end of a rotation later than the move of
    /// AWSCURRENT, so a change right after the promotion can look older than it. If AWSCURRENT was moved back to a version,
    /// the environment may name that version since the first time, which proves nothing.
    ///
    /// # Errors
    /// Permanent, naming the field, if it cannot be read or is not active.
    pub fn follows(&self, promotion: &Promotion) -> Result<Option<String>, Failure> {
        self.check_there()?;
        let since_ms = promotion.latest_ms();
        Ok(match &self.seen {
            Seen::Unreadable { why, .. } => Some(format!("it cannot be read: {why}")),
            Seen::Service { tasks, draining, steady, desired, .. } => {
                match (behind(tasks, since_ms), behind(draining, since_ms), steady) {
                    (Some(old), _, _) => Some(format!("not started since the promotion: {old}")),
                    (None, Some(old), _) => Some(format!("not started since the promotion, and still stopping: {old}")),
                    (None, None, false) => Some("its deployment is not complete".to_owned()),
                    (None, None, true) if tasks.len() < *desired => {
                        Some(format!("ECS lists {} of its {desired} tasks", tasks.len()))
                    }
                    (None, None, true) => None,
                }
            }
            // An inactive function has no instances, and starts with its current configuration.
            // https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
            Seen::Function { state, .. } if !["Active", "Inactive"].contains(&state.as_str()) => {
                Some(format!("its state is {state}"))
            }
            Seen::Function { last_update, .. } if last_update != "Successful" => {
                Some(format!("its last update is {last_update}"))
            }
            Seen::Function { names_current: true, .. } if !promotion.is_back() => None,
            Seen::Function { modified_ms, .. } => (!is_after(*modified_ms, since_ms))
                .then(|| "its environment has not changed since the promotion".to_owned()),
        })
    }
}

/// Whether the environment of a function names a version of the secret, in a variable that the settings fill with it.
pub fn names_version(outputs: &[Output], function: &str, variables: &Texts, version_id: &str) -> bool {
    let written = outputs.iter().filter_map(|output| match output {
        Output::LambdaEnvironment(environment) => {
            (function_name(&environment.function_name) == function_name(function)).then_some(environment)
        }
        _ => None,
    });
    let naming = written.flat_map(|environment| &environment.variables);
    let mut naming = naming.filter(|(_, template)| template.fields().any(|field| field == Field::SecretVersionId));
    let names = |text: &SecretString| text.expose_secret().contains(version_id);
    naming.any(|(name, _)| variables.get(name).is_some_and(names))
}

/// Whether a moment is after a change; an unknown moment is not.
pub(crate) fn is_after(moment_ms: Option<u64>, since_ms: Option<u64>) -> bool {
    moment_ms.zip(since_ms).is_some_and(|(moment, since)| moment > since)
}

/// Which tasks may use the credential from before a promotion, in words; `None` if there is none.
fn behind(tasks: &[Task], since_ms: Option<u64>) -> Option<String> {
    named(tasks.iter().filter(|task| !is_after(task.created_ms, since_ms)))
}

/// These tasks in words; `None` if there is none.
pub(crate) fn named<'a>(tasks: impl Iterator<Item = &'a Task>) -> Option<String> {
    let ids: Vec<&str> = tasks.map(|task| task.id.as_str()).collect();
    (!ids.is_empty()).then(|| format!("the tasks {}", ids.join(", ")))
}
