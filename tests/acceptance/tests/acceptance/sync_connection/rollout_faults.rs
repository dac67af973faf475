//! Rollouts with a fault at every call.

use std::time::Duration;

use acceptance::{
    Stage, StageOptions,
    connection::{NAME, sync, sync_until_done},
    timing::{TOO_LATE, brief, brief_tasks, least, nth_call},
};
use sandbox::faults::{Rule, What};
use serde_json::json;

use super::{
    faults::at_every_call,
    publishing::HOST,
    services::{CLUSTER, arns, at_once, create_reading_service, deployments, stage},
};

/// Long enough for a rollout with one call that times out.
const AMPLE: Duration = Duration::from_secs(60);

/// More calls than any run here makes.
const MOST_CALLS: usize = 80;

/// Two values for the service to read: alternating between them is faster than a rotation.
const VALUES: [&str; 2] = ["{host}", "{host}:{port}"];

/// Writes the settings with this output and these services.
async fn settle(stage: &Stage, value: &str, services: &[&str]) {
    let consumer = |name: &&str| json!({ "type": "ecs-service", "cluster": CLUSTER, "service": name });
    let mut document = stage.settings();
    document["outputs"] = json!([{ "type": "ssm-parameter", "name": HOST, "value": value }]);
    document["consumers"] = services.iter().map(consumer).collect();
    document["rollout"] = at_once();
    stage.put_settings(&document).await;
}

/// Creates a stage that was rotated, with a service that has the current value.
async fn up_to_date() -> Stage {
    let stage = stage(StageOptions { timing: brief(), ..StageOptions::default() }, AMPLE).await;
    stage.sandbox.ecs.set_timing(brief_tasks());
    assert!(stage.rotate().await.succeeded);
    settle(&stage, VALUES[0], &[]).await;
    sync(&stage).await;
    create_reading_service(&stage, "web", HOST).await;
    stage
}

/// Redeploys a service once for each call of a run, with the fault at that call, until there are no more calls. Each time,
/// there is exactly one deployment.
async fn fault_at_every_call(what: What) {
    let stage = up_to_date().await;
    let mut hits = 0;
    for nth in 1..=MOST_CALLS {
        settle(&stage, VALUES[nth % 2], &["web"]).await;
        let before = arns(&stage, "web");
        stage.arm(Rule::new(NAME, nth_call(what, nth), what));
        let outcome = sync_until_done(&stage).await;
        stage.sandbox.faults.disarm();
        let context = format!("{what:?} at call {nth}: {outcome}");
        assert_eq!(deployments(&stage), nth, "{context}");
        assert!(arns(&stage, "web").iter().all(|arn| !before.contains(arn)), "{context}");
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
    }
    assert_eq!(sync(&stage).await.status(), "kept");
    assert!((least(what, 20)..MOST_CALLS).contains(&hits), "{hits} calls hit a fault");
    stage.stop().await;
}

at_every_call! {
    a_rollout_survives_a_kill_just_before_every_call: fault_at_every_call(What::KillBefore);
    a_rollout_survives_a_kill_just_after_every_call: fault_at_every_call(What::KillAfter);
    a_rollout_survives_the_loss_of_every_answer: fault_at_every_call(What::LoseAnswer);
    a_rollout_survives_a_throttle_at_every_call: fault_at_every_call(What::Throttle);
    a_rollout_survives_an_internal_error_at_every_call: fault_at_every_call(What::InternalError);
    a_rollout_survives_a_reset_at_every_call: fault_at_every_call(What::Reset);
    a_rollout_survives_a_timeout_at_every_change: fault_at_every_call(What::Delay(TOO_LATE));
}
