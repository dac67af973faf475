//! Every credential that was ever used, and everything that was ever written.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::Stage;

/// How much of a secret is looked for: a part of it would be as bad.
const PART: usize = 12;

/// Everything that was written: what the functions printed, returned and failed with, the journal, and the sandbox itself.
///
/// # Panics
/// It cannot be written as JSON.
pub fn written(stage: &Stage) -> String {
    let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).expect("invocations are JSON");
    let journal = serde_json::to_string(&stage.sandbox.journal.entries()).expect("the journal is JSON");
    format!("{invocations}\n{journal}\n{:?}", stage.sandbox)
}

/// Every credential that the stage ever saw, on its own and in the JSON text that contains it.
pub fn secrets(stage: &Stage) -> Vec<String> {
    let tokens = stage.sandbox.elasticache.values();
    let mut all = stage.sandbox.secrets_manager.values();
    all.extend(stage.sandbox.upstash.values());
    all.extend(tokens.iter().map(|token| token.expose_secret().to_owned()));
    let parts: Vec<String> = all
        .iter()
        .filter_map(|value| serde_json::from_str::<BTreeMap<String, String>>(value).ok())
        .filter_map(|mut object| object.remove("token"))
        .collect();
    all.extend(parts);
    all
}

/// Checks that none of the secrets was written, not even its beginning.
///
/// # Panics
/// One was written, or there were fewer than `at_least` to look for.
pub fn assert_nothing_leaked(stage: &Stage, at_least: usize) {
    let (written, secrets) = (written(stage), secrets(stage));
    assert!(secrets.len() >= at_least, "{} secrets were looked for", secrets.len());
    assert!(written.contains("orders") && written.contains("GetSecretValue"), "nothing was written at all");
    for secret in secrets {
        let start: String = secret.chars().take(PART).collect();
        assert!(!written.contains(&start), "a secret was written: {}…", &start[..4]);
    }
}
