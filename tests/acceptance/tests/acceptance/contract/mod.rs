//! Real client libraries connect with what is published, and with the certificate authority to trust.
//!
//! The clients and their scripts are in `tests/acceptance/clients`. Each client is started once and runs all cases.

mod cases;
mod node;
mod places;
mod python;
mod rust;

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::process::Command;

use cases::{Case, Kind, cases};
use places::Places;

use crate::tools;

/// The folder of clients in other languages.
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// How clients report a wrong credential: with the server's message, or in redis-rs's own words.
const REFUSED: [&str; 2] = ["invalid username-password pair", "AuthenticationFailed"];

/// Checks that a client logs in with every case of these kinds, to the right database, and writes and reads a value there;
/// that a wrong password is refused; and that it trusts no certificate authority by itself.
///
/// `ask` runs the client with all cases, and with the authority to trust, if any.
async fn check(
    places: &Places,
    kinds: &[Kind],
    ask: impl AsyncFn(&[Value], Option<&Path>) -> anyhow::Result<Vec<Value>>,
) -> anyhow::Result<()> {
    let cases: Vec<Case> = cases(places)?.into_iter().filter(|case| kinds.contains(&case.kind)).collect();
    let given = |cases: &[&Case]| cases.iter().map(|case| case.given.clone()).collect::<Vec<_>>();
    let mut wrong = Vec::new();

    let all: Vec<&Case> = cases.iter().collect();
    let answers = ask(&given(&all), Some(&places.authority)).await?;
    assert_eq!(answers.len(), all.len(), "one answer each: {answers:?}");
    for (case, answer) in all.iter().zip(&answers) {
        let is_right = match case.refused {
            true => answer["error"].as_str().is_some_and(|error| REFUSED.iter().any(|words| error.contains(words))),
            false => *answer == case.expected(),
        };
        if !is_right {
            wrong.push(format!("{}: {answer}", case.description));
        }
    }

    // One case of each kind: some clients take a second to give up.
    let over_tls = |kind: &Kind| cases.iter().find(|case| case.kind == *kind && case.tls && !case.refused);
    let over_tls: Vec<&Case> = kinds.iter().filter_map(over_tls).collect();
    let answers = ask(&given(&over_tls), None).await?;
    assert_eq!(answers.len(), over_tls.len(), "one answer each: {answers:?}");
    for (case, answer) in over_tls.iter().zip(&answers) {
        let error = answer["error"].as_str().unwrap_or_default().to_lowercase();
        if !["certificate", "unknownissuer"].iter().any(|word| error.contains(word)) {
            wrong.push(format!("{}, without an authority to trust: {answer}", case.description));
        }
    }

    for kind in kinds {
        assert!(cases.iter().any(|case| case.kind == *kind && !case.refused), "no case has the kind {kind:?}");
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    Ok(())
}

/// Runs a client in another language with all cases, and reads its answers.
async fn ask(command: &mut Command, cases: &[Value], limit: Duration) -> anyhow::Result<Vec<Value>> {
    let answers = tools::ask(command, &json!(cases).to_string(), limit).await?;
    serde_json::from_str(&answers).with_context(|| format!("the answers are not JSON: {answers}"))
}
