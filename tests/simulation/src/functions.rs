//! The functions of the product, in this process.
//!
//! They run on the local tasks of the world's thread: their futures cannot be shown to be `Send`, and need not be.

use std::sync::{Arc, Weak};

use cloud::Clients;
use futures::future::LocalBoxFuture;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use policy::outcome::Outcome;
use sandbox::lambda::{Answer, Here, Work};
use serde_json::Value;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinSet, spawn_local},
};

use crate::world::World;

tokio::task_local! {
    /// The access key id of the function that this task runs.
    static PRINCIPAL: String;
}

/// The access key id of the function that the current task runs; `None` outside of functions.
pub(crate) fn principal() -> Option<String> {
    PRINCIPAL.try_with(Clone::clone).ok()
}

/// How a function handles an event.
type Handle = fn(Clients, LambdaEvent<Value>) -> LocalBoxFuture<'static, Answer>;

/// An invocation that is to be begun.
struct Job {
    clients: Clients,
    event: LambdaEvent<Value>,
    principal: String,
    /// Takes the answer; if it is closed, the invocation was killed.
    answer: oneshot::Sender<Answer>,
}

/// Deploys every function. Call it among the local tasks that they are to run with.
pub(crate) fn deploy(world: &Arc<World>) {
    let handlers: [(&str, Handle); 3] = [
        ("rotate-auth", |clients, event| Box::pin(async move { answer(rotate_auth::handle(&clients, event).await) })),
        ("retire-credential", |clients, event| {
            Box::pin(async move { answer(retire_credential::handle(&clients, event).await) })
        }),
        ("sync-connection", |clients, event| {
            Box::pin(async move { answer(sync_connection::handle(&clients, event).await) })
        }),
    ];
    for (name, handle) in handlers {
        let (begin, jobs) = mpsc::unbounded_channel();
        spawn_local(run(Arc::downgrade(world), handle, jobs));
        world.aws.runner.add_here(name, here(world, begin));
    }
}

/// A function whose clients call the AWS of this world.
fn here(world: &Arc<World>, begin: mpsc::UnboundedSender<Job>) -> Here {
    // The world has the runner, and the runner has the function.
    let (timeout, world) = (world.plan.estate.timeout, Arc::downgrade(world));
    Here::new(timeout, move |work: Work| {
        let world = world.upgrade().expect("a function runs in its world");
        let clients = Clients::from(world.config(&work.principal));
        let mut context = Context::default();
        context.request_id = work.request_id;
        context.deadline = u64::try_from(work.deadline_ms).unwrap_or_default();
        let (answer, answered) = oneshot::channel();
        let event = LambdaEvent::new(work.event, context);
        // A job that nobody takes has no answer either.
        let _ = begin.send(Job { clients, event, principal: work.principal, answer });
        Box::pin(async move {
            answered
                .await
                .unwrap_or_else(|_| Err(("Runtime.ExitError".to_owned(), "it ended without an answer".to_owned())))
        })
    })
}

/// Begins each invocation, and ends it when its answer is not wanted any more.
async fn run(world: Weak<World>, handle: Handle, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let mut running = JoinSet::new();
    while let Some(Job { clients, event, principal, mut answer }) = jobs.recv().await {
        let world = world.clone();
        running.spawn_local(async move {
            let ended = tokio::select! {
                biased;
                () = answer.closed() => None,
                ended = PRINCIPAL.scope(principal.clone(), handle(clients, event)) => Some(ended),
            };
            if let Some(world) = world.upgrade() {
                world.note(&format!("{principal:<20} {}", describe(ended.as_ref())));
            }
            let Some(ended) = ended else { return };
            // It was killed in the same moment.
            let _ = answer.send(ended);
        });
        while running.try_join_next().is_some() {}
    }
}

fn answer(result: Result<Outcome, Diagnostic>) -> Answer {
    match result {
        Ok(outcome) => Ok(serde_json::to_value(outcome).unwrap_or_default()),
        Err(Diagnostic { error_type, error_message }) => Err((error_type, error_message)),
    }
}

/// How an invocation ended, in one line.
fn describe(ended: Option<&Answer>) -> String {
    match ended {
        None => "is stopped".to_owned(),
        Some(Ok(outcome)) => format!("ends: {}", outcome["summary"].as_str().unwrap_or_default()),
        Some(Err((class, message))) => format!("fails: {class}: {message}"),
    }
}
