//! One parameter of Parameter Store.

use secrecy::{ExposeSecret, SecretString};

use super::same;
use crate::{
    Failure,
    target::{Drift, SsmParameter, Tier},
};

/// How many versions of a parameter are kept. The oldest is dropped for a new one, unless it carries a label: then no new one
/// is taken.
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
    /// The version that carries our label `current`.
    pub published: Option<Published>,
}

/// The version that we have published last.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its value.
    pub value: SecretString,
    /// Its number.
    pub version: i64,
}

/// What is done about a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterDecision {
    /// Nothing.
    Kept {
        /// Why.
        reason: &'static str,
    },
    /// Write a new version, and label it `current`.
    Write {
        /// The version that is labelled `previous` before.
        previous: Option<i64>,
        /// Why.
        reason: &'static str,
    },
    /// Label the newest version `current`: a run was stopped before it did.
    Label {
        /// The version.
        version: i64,
    },
}

/// Decides what is done about a parameter.
///
/// | found | its value | our label `current` | drift | ⇒ |
/// |---|---|---|---|---|
/// | no | | | | Write |
/// | yes, of another type | | | | Permanent |
/// | yes | what is wanted | on the newest version | | Kept |
/// | yes | what is wanted | elsewhere, or nowhere | | Label |
/// | yes | another | on the oldest version that is kept | | Label: no other could be written |
/// | yes | another | on an older version, which holds what is wanted | report | Kept: somebody has written it by hand |
/// | yes | another | otherwise | | Write |
///
/// # Errors
/// Permanent, naming the field, where the parameter has another type, or the value does not fit in its tier: nothing has been
/// written.
pub fn decide_parameter(
    at: &str,
    settings: &SsmParameter,
    wanted: &SecretString,
    found: Option<&ParameterFound>,
) -> Result<ParameterDecision, Failure> {
    check_size(at, settings, wanted)?;
    let Some(found) = found else {
        return Ok(ParameterDecision::Write { previous: None, reason: "there is no such parameter yet" });
    };
    let kind = settings.kind.as_str();
    if found.kind != kind {
        return Err(Failure::permanent(format!(
            "`{at}.kind` of the settings says {kind}, and the parameter {} is a {}, which nobody can change; put the settings \
             right, or delete the parameter. Nothing was written anywhere",
            settings.name, found.kind
        )));
    }
    let published = found.published.as_ref();
    let by_us = published.is_some_and(|published| published.version == found.version);
    if same(wanted, &found.value) {
        return Ok(match by_us {
            true => ParameterDecision::Kept { reason: "it holds what it should" },
            false => ParameterDecision::Label { version: found.version },
        });
    }
    if published.is_some_and(|published| found.version - published.version >= MOST_VERSIONS - 1) {
        return Ok(ParameterDecision::Label { version: found.version });
    }
    let edited = !by_us && published.is_some_and(|published| same(wanted, &published.value));
    if edited && settings.drift == Drift::Report {
        return Ok(ParameterDecision::Kept {
            reason: "somebody has written another value by hand, and the settings say to report it (`drift`)",
        });
    }
    let reason = match (edited, published) {
        (true, _) => "somebody has written another value by hand",
        (false, Some(_)) => "the connection has changed",
        (false, None) => "it holds another value, which was not written from here",
    };
    let previous = published.map_or(found.version, |published| published.version);
    Ok(ParameterDecision::Write { previous: Some(previous), reason })
}

fn check_size(at: &str, settings: &SsmParameter, wanted: &SecretString) -> Result<(), Failure> {
    let (bytes, most) = (wanted.expose_secret().len(), settings.tier.most_bytes());
    if bytes <= most {
        return Ok(());
    }
    let way_out = match settings.tier {
        Tier::Standard => "use the tier advanced, which holds 8192, or write less",
        Tier::Advanced | Tier::IntelligentTiering => "write less",
    };
    Err(Failure::permanent(format!(
        "`{at}.value` of the settings comes to {bytes} bytes, and a parameter of the tier {} holds {most}; {way_out}. Nothing \
         was written anywhere",
        settings.tier.as_str()
    )))
}
