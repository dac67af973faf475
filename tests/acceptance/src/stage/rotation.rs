//! Rotations on a stage, by Secrets Manager or step by step.

use std::time::Duration;

use sandbox::{lambda::Invocation, services::secrets_manager::RotationReport};
use serde_json::json;

use crate::{Outcome, Stage};

/// The steps of a rotation, in order.
pub const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// How long a rotation may take, with retries.
const PATIENCE: Duration = Duration::from_secs(120);

impl Stage {
    /// Starts a rotation and waits until it has succeeded or failed.
    pub async fn rotate(&self) -> RotationReport {
        self.start_rotation().await.expect("the rotation is accepted");
        self.settled().await
    }

    /// Starts a rotation, or returns the error code of the refused call.
    pub async fn start_rotation(&self) -> Result<(), String> {
        let asked = self
            .secrets
            .rotate_secret()
            .secret_id(&self.target.secret_arn)
            .rotation_lambda_arn(&self.function_arn)
            .send()
            .await;
        asked.map(|_| ()).map_err(|error| error.into_service_error().meta().code().unwrap_or_default().to_owned())
    }

    /// Starts a test of the rotation settings (`RotateImmediately=false`) and waits for it.
    pub async fn test_only(&self) -> RotationReport {
        let asked = self.secrets.rotate_secret().secret_id(&self.target.secret_arn);
        let asked = asked.rotation_lambda_arn(&self.function_arn).rotate_immediately(false).send().await;
        asked.expect("the test is accepted");
        self.settled().await
    }

    /// Waits until the current rotation has ended.
    ///
    /// # Panics
    /// It does not end, or there is none.
    pub async fn settled(&self) -> RotationReport {
        let report = self.sandbox.secrets_manager.rotation_settled(&self.target.secret_arn, PATIENCE).await;
        report.expect("the rotation ends")
    }

    /// Invokes one step of the rotation.
    pub async fn call(&self, step: &str, version_id: &str) -> Invocation {
        let event = json!({ "Step": step, "SecretId": self.target.secret_arn, "ClientRequestToken": version_id });
        self.sandbox.runner.invoke("rotate-auth", &event, step).await
    }

    /// Invokes one step of the rotation and returns its outcome.
    ///
    /// # Panics
    /// The step fails.
    pub async fn step(&self, step: &str, version_id: &str) -> Outcome {
        Outcome::of(self.call(step, version_id).await)
    }

    /// Counts the changes of the credential that took effect.
    pub fn modifications(&self) -> usize {
        self.sandbox.journal.effective(self.flavour.change())
    }
}
