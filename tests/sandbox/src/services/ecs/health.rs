//! Health checks of containers, run as commands.

use std::sync::Arc;

use tokio::time::{Instant, sleep, timeout};

use super::{Ecs, container::Environment, definition::HealthCheck, task::Health};

/// Runs the health check of a container repeatedly until the container stops.
pub(super) async fn watch(ecs: &Arc<Ecs>, task: &str, place: usize, check: &HealthCheck, environment: &Environment) {
    let second = ecs.state().timing.second;
    let begun = Instant::now();
    let mut failures = 0;
    loop {
        sleep(second * check.interval).await;
        match run(check, environment, second * check.timeout).await {
            true => {
                failures = 0;
                tell(ecs, task, place, Health::Healthy);
            }
            // A container has time to start: a failure meanwhile does not count.
            false if begun.elapsed() < second * check.start_period => {}
            false => {
                failures += 1;
                if failures >= check.retries {
                    tell(ecs, task, place, Health::Unhealthy);
                }
            }
        }
    }
}

/// Whether the command succeeds in time.
async fn run(check: &HealthCheck, environment: &Environment, limit: std::time::Duration) -> bool {
    let words: Vec<&str> = match check.command.split_first() {
        Some((kind, shell)) if kind == "CMD-SHELL" => ["/bin/sh", "-c"].into_iter().chain(texts(shell)).collect(),
        Some((_, words)) => texts(words).collect(),
        None => return false,
    };
    let Ok(mut running) = environment.execute(&words) else { return false };
    let code = timeout(limit, running.wait()).await;
    if code.is_err() {
        running.end().await;
    }
    code == Ok(0)
}

fn texts(words: &[String]) -> impl Iterator<Item = &str> {
    words.iter().map(String::as_str)
}

fn tell(ecs: &Ecs, task: &str, place: usize, health: Health) {
    let mut state = ecs.state();
    let container = state.task(task).and_then(|task| task.containers.get_mut(place));
    if container.filter(|container| container.health != health).map(|container| container.health = health).is_some() {
        ecs.changed.send_replace(());
    }
}
