//! Checks that no credential appears in anything that was written.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::Stage;

/// How many characters of a secret are searched for: a part of it must not be written either.
const PART: usize = 12;

/// Returns everything that was written: logs, answers and errors of the functions, the journal, and the sandbox's `Debug` text.
///
/// # Panics
/// It cannot be written as JSON.
pub fn written(stage: &Stage) -> String {
    let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).expect("invocations are JSON");
    let journal = serde_json::to_string(&stage.sandbox.journal.entries()).expect("the journal is JSON");
    format!("{invocations}\n{journal}\n{:?}", stage.sandbox)
}

/// Returns every credential that the stage ever had, and every JSON text with one.
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

/// Checks that no secret was written, nor the start of one.
///
/// # Panics
/// One was written, or there are fewer than `at_least` secrets.
pub fn assert_nothing_leaked(stage: &Stage, at_least: usize) {
    let (written, secrets) = (written(stage), secrets(stage));
    assert!(secrets.len() >= at_least, "only {} secrets were searched for", secrets.len());
    assert!(written.contains("orders") && written.contains("GetSecretValue"), "the text to search has no journal");
    for secret in secrets {
        let start: String = secret.chars().take(PART).collect();
        assert!(!written.contains(&start), "a secret was written: {}…", &start[..4]);
    }
}
