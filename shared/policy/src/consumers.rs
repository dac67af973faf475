//! Whoever logs in with the credential: what is seen of it, and whether it has followed a change.

use secrecy::{ExposeSecret, SecretString};

use crate::{Failure, connection::Field, publication::Texts, secret::Promotion, target::Output};

/// One consumer, and what was seen of it. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerFacts {
    /// Its field in the settings, as in `consumers[0]`.
    pub field: String,
    /// What it is, as in "the ECS service main/web".
    pub name: String,
    /// What was seen of it.
    pub seen: Seen,
}

/// What was seen of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An ECS service.
    Service {
        /// `ACTIVE`, `DRAINING` or `INACTIVE`.
        status: String,
        /// Whether no task of it is on its way.
        steady: bool,
        /// How many tasks it should have.
        desired: usize,
        /// Its newest deployment, where it has any.
        deployment: Option<Deployment>,
        /// When ECS last gave a deployment of it up, as far as its events go back.
        gave_up_ms: Option<u64>,
        /// Its tasks.
        tasks: Vec<Task>,
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
    /// It is not there, or may not be seen; says why.
    Missing(String),
}

/// A deployment of an ECS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// How far it is.
    pub progress: Progress,
    /// When it was created: every task of it is newer.
    pub created_ms: Option<u64>,
}

/// How far a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Tasks are being replaced.
    InProgress,
    /// It has reached a steady state, or does not say.
    Completed,
    /// ECS has given it up.
    Failed,
}

/// One task of an ECS service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// When it was created: the credential that it was given is no older.
    pub created_ms: Option<u64>,
    /// When it started, once it has: what it was given, it was given before.
    pub started_ms: Option<u64>,
}

impl ConsumerFacts {
    /// Refuses a consumer that is not there: nobody can say what it holds.
    ///
    /// # Errors
    /// Permanent, naming the field.
    pub fn check_there(&self) -> Result<(), Failure> {
        let Self { field, name, seen } = self;
        match seen {
            Seen::Missing(why) => Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which cannot be seen: {why}. Put its name right, or take it out of \
                 the settings if nothing logs in there any more. The previous credential is kept"
            ))),
            Seen::Service { status, .. } if status != "ACTIVE" => Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which is {status}; take it out of the settings if nothing logs in \
                 there any more. The previous credential is kept"
            ))),
            Seen::Service { .. } | Seen::Function { .. } => Ok(()),
        }
    }

    /// Why it may still hold what was there before the promotion; `None` where it does not.
    ///
    /// A function has followed where its environment changed since, or names AWSCURRENT's version. Its own moments are told to
    /// the second, and Secrets Manager tells that a rotation has ended later than that AWSCURRENT has moved, so that a change
    /// right after the promotion may seem to be from before. A version that AWSCURRENT was moved back to may have been named
    /// there the first time, and proves nothing.
    ///
    /// # Errors
    /// Permanent, naming the field, where it is not there.
    pub fn follows(&self, promotion: &Promotion) -> Result<Option<String>, Failure> {
        self.check_there()?;
        let since_ms = promotion.latest_ms();
        Ok(match &self.seen {
            Seen::Missing(why) => Some(format!("it cannot be seen: {why}")),
            Seen::Service { tasks, steady, .. } => match (behind(tasks, since_ms), steady) {
                (Some(old), _) => Some(format!("not started since the promotion: {old}")),
                (None, false) => Some("its deployment is not complete".to_owned()),
                (None, true) => None,
            },
            // One that is inactive has no instance left, and starts anew with what it is configured with.
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

/// Whether the environment of a function names a version of the secret, in a variable where the settings have it written.
pub fn names_version(outputs: &[Output], function_name: &str, variables: &Texts, version_id: &str) -> bool {
    let written = outputs.iter().filter_map(|output| match output {
        Output::LambdaEnvironment(environment) if environment.function_name == function_name => Some(environment),
        _ => None,
    });
    let naming = written.flat_map(|environment| &environment.variables);
    let mut naming = naming.filter(|(_, template)| template.fields().any(|field| field == Field::SecretVersionId));
    let names = |text: &SecretString| text.expose_secret().contains(version_id);
    naming.any(|(name, _)| variables.get(name).is_some_and(names))
}

/// Whether a moment is after a change; one that is not known is not.
pub(crate) fn is_after(moment_ms: Option<u64>, since_ms: Option<u64>) -> bool {
    moment_ms.zip(since_ms).is_some_and(|(moment, since)| moment > since)
}

/// Which tasks may hold what was there before a promotion, in words; `None` where none does.
fn behind(tasks: &[Task], since_ms: Option<u64>) -> Option<String> {
    named(tasks.iter().filter(|task| !is_after(task.created_ms, since_ms)))
}

/// These tasks in words; `None` where there is none.
pub(crate) fn named<'a>(tasks: impl Iterator<Item = &'a Task>) -> Option<String> {
    let ids: Vec<&str> = tasks.map(|task| task.id.as_str()).collect();
    (!ids.is_empty()).then(|| format!("the tasks {}", ids.join(", ")))
}
