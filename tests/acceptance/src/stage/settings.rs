//! The settings of a stage's target.

use serde_json::Value;
use workload::put_settings;

use crate::Stage;

impl Stage {
    /// Returns the initial settings of the target.
    ///
    /// # Panics
    /// They cannot be serialised.
    pub fn settings(&self) -> Value {
        serde_json::to_value(&self.target.target).expect("settings are JSON")
    }

    /// Writes the settings of the target.
    ///
    /// # Panics
    /// The call is refused.
    pub async fn put_settings(&self, document: &Value) {
        let put = put_settings(&self.sandbox, "orders", &document.to_string()).await;
        put.expect("the settings are put");
    }
}
