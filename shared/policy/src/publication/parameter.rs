//! One parameter of Parameter Store.

use secrecy::{ExposeSecret, SecretString};

use super::same;
use crate::{
    Failure,
    target::{Drift, SsmParameter, Tier},
};

/// How many versions of a parameter are kept. A new one replaces the oldest, unless that one has a label: then the new one
/// is refused.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html>
const MOST_VERSIONS: i64 = 100;

/// A parameter, as it was found.
#[derive(Clone, Debug)]
pub struct ParameterFound {
    /// The value of its newest version: what applications read.
    pub value: SecretString,
    /// Its type: `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// Its newest version.
    pub version: i64,
    /// The version that has the label `current`.
    pub published: Option<Published>,
}

/// The version that was published last.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its value.
    pub value: SecretString,
    /// Its number.
    pub version: i64,
}

/// What is done with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterDecision {
    /// Nothing: it has what is wanted, and our label.
    UpToDate,
    /// Nothing, though it does not have what is wanted.
    Kept {
        /// Why.
        reason: &'static str,
    },
    /// Write a new version, and label it `current`.
    Write {
        /// The version that gets the label `previous` first.
        previous: Option<i64>,
        /// Why.
        reason: &'static str,
    },
    /// Label the newest version `current`.
    Label {
        /// The version.
        version: i64,
        /// Why.
        reason: &'static str,
    },
}

/// Decides what is done with a parameter.
///
/// | found | its value | our label `current` | drift | ⇒ |
/// |---|---|---|---|---|
/// | no | | | | Write |
/// | yes, of another type | | | | Permanent: AWS would change the type, and break those who read the parameter as it is |
/// | yes | what is wanted | on the newest version | | `UpToDate` |
/// | yes | what is wanted | on another version, or none | | Label: an earlier run stopped before it did |
/// | yes | another | on an older version, which has what is wanted | report | Kept: somebody wrote a value by hand |
/// | yes | another | on the oldest version that is kept | | Label: no new version would be accepted |
/// | yes | another | otherwise | | Write |
///
/// # Errors
/// - Permanent, naming the field, if the parameter has another type, or the value does not fit in its tier.
/// - `NeedsHuman`, naming the field, if the value contains `{{…}}`, which Parameter Store refuses.
pub fn decide_parameter(
    at: &str,
    settings: &SsmParameter,
    wanted: &SecretString,
    found: Option<&ParameterFound>,
) -> Result<ParameterDecision, Failure> {
    check_size(at, settings, wanted)?;
    check_references(at, wanted)?;
    let Some(found) = found else {
        return Ok(ParameterDecision::Write { previous: None, reason: "the parameter does not exist yet" });
    };
    let kind = settings.kind.as_str();
    if found.kind != kind {
        return Err(Failure::permanent(format!(
            "`{at}.kind` of the settings says {kind}, and the parameter {} is a {}",
            settings.name, found.kind
        ))
        .with_next_step("Correct the settings, or change the type of the parameter"));
    }
    let published = found.published.as_ref();
    let by_us = published.is_some_and(|published| published.version == found.version);
    if same(wanted, &found.value) {
        return Ok(match by_us {
            true => ParameterDecision::UpToDate,
            false => {
                ParameterDecision::Label { version: found.version, reason: "it is up to date, and not labelled yet" }
            }
        });
    }
    let edited = !by_us && published.is_some_and(|published| same(wanted, &published.value));
    if edited && settings.drift == Drift::Report {
        return Ok(ParameterDecision::Kept {
            reason: "somebody wrote another value by hand, and the settings say to report it (`drift`)",
        });
    }
    if published.is_some_and(|published| found.version - published.version >= MOST_VERSIONS - 1) {
        let reason = "the oldest version has the label, so Parameter Store would refuse a new version";
        return Ok(ParameterDecision::Label { version: found.version, reason });
    }
    let reason = match (edited, published) {
        (true, _) => "somebody wrote another value by hand",
        (false, Some(_)) => "the connection has changed",
        (false, None) => "it has a value that redis-lifecycle did not write",
    };
    let previous = published.map_or(found.version, |published| published.version);
    Ok(ParameterDecision::Write { previous: Some(previous), reason })
}

fn check_size(at: &str, settings: &SsmParameter, wanted: &SecretString) -> Result<(), Failure> {
    let (bytes, most) = (wanted.expose_secret().len(), settings.tier.most_bytes());
    if bytes <= most {
        return Ok(());
    }
    let next_step = match settings.tier {
        Tier::Standard => "Use the tier advanced, which allows 8192 bytes, or shorten the value",
        Tier::Advanced | Tier::IntelligentTiering => "Shorten the value",
    };
    Err(Failure::permanent(format!(
        "`{at}.value` of the settings comes to {bytes} bytes, and a parameter of the tier {} allows {most}",
        settings.tier.as_str()
    ))
    .with_next_step(next_step))
}

/// Parameter Store refuses `{{…}}` as a reference to another parameter, and quotes the value in its message.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
fn check_references(at: &str, wanted: &SecretString) -> Result<(), Failure> {
    match wanted.expose_secret().split_once("{{") {
        Some((_, rest)) if rest.contains("}}") => Err(Failure::needs_human(format!(
            "the value of `{at}.value` in the settings contains `{{{{…}}}}`, which Parameter Store refuses as a reference to another \
             parameter"
        ))
        .with_next_step(
            "If the text of the setting contains it, correct the setting. Otherwise the credential does: rotate it, or publish \
             `{url}`, in which it is encoded",
        )),
        _ => Ok(()),
    }
}
