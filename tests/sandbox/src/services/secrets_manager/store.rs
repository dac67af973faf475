//! The state of Secrets Manager.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::seq::IndexedRandom;
use secrecy::SecretString;

use super::{
    RotationTiming,
    errors::{invalid_parameter, invalid_request, no_secret},
    run::Run,
    schedule::Rules,
    versions::Versions,
};
use crate::{
    chance,
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// Everything, behind one lock.
#[derive(Debug)]
pub(super) struct State {
    pub(super) secrets: BTreeMap<String, Secret>,
    /// Every value that was ever stored.
    pub(super) values: Vec<SecretString>,
    pub(super) settings: Settings,
    /// The number of rotations so far.
    pub(super) runs: u64,
}

/// How the store behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) timing: RotationTiming,
    pub(super) promote_early: bool,
    pub(super) test_with_empty_pending: bool,
    pub(super) demand_rotation_token: bool,
    pub(super) stopped: bool,
}

/// One secret.
#[derive(Debug)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    /// `None` for a secret that never had a tag.
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) versions: Versions,
    pub(super) created: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) accessed: Option<Timestamp>,
    /// When it was marked for deletion.
    pub(super) deleted: Option<Timestamp>,
    /// `None` while rotation was never configured.
    pub(super) rotation: Option<Rotation>,
    /// The last rotation.
    pub(super) run: Option<Run>,
}

/// How a secret is rotated.
#[derive(Clone, Debug)]
pub(super) struct Rotation {
    pub(super) enabled: bool,
    /// `None` where rotation was cancelled before it was ever configured.
    pub(super) lambda_arn: Option<String>,
    pub(super) rules: Option<Rules>,
    pub(super) configured: Timestamp,
    pub(super) last: Option<Timestamp>,
}

impl State {
    pub(super) fn new(timing: RotationTiming) -> Self {
        let settings = Settings {
            timing,
            promote_early: false,
            test_with_empty_pending: false,
            demand_rotation_token: false,
            stopped: false,
        };
        Self { secrets: BTreeMap::new(), values: Vec::new(), settings, runs: 0 }
    }

    /// The secret of this name, ARN, or ARN without its random suffix.
    pub(super) fn secret(&mut self, id: &str) -> Result<&mut Secret, AwsError> {
        let by_arn = self.secrets.values().find(|secret| secret.arn == id).map(|secret| secret.name.clone());
        let name = by_arn.unwrap_or_else(|| id.strip_prefix(&arn_prefix()).unwrap_or(id).to_owned());
        self.secrets.get_mut(&name).ok_or_else(no_secret)
    }

    /// The secret, unless it is marked for deletion.
    pub(super) fn live(&mut self, id: &str) -> Result<&mut Secret, AwsError> {
        let secret = self.secret(id)?;
        match secret.deleted {
            None => Ok(secret),
            Some(_) => Err(invalid_request(
                "You can't perform this operation on the secret because it was marked for deletion.",
            )),
        }
    }
}

/// A new ARN: the suffix makes a secret differ from an earlier one of the same name.
pub(super) fn new_arn(name: &str) -> String {
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let mut rng = chance::rng();
    let suffix: String = std::iter::repeat_with(|| letters.choose(&mut rng)).take(6).flatten().collect();
    format!("{}{name}-{suffix}", arn_prefix())
}

fn arn_prefix() -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:")
}

/// The token of a request. The SDKs send one by themselves; `refuse` is the error for a request without one.
pub(super) fn token(given: Option<String>, refuse: fn(&str) -> AwsError) -> Result<String, AwsError> {
    match given {
        None => Err(refuse("You must provide a ClientRequestToken value. We recommend a UUID-type value.")),
        Some(token) if (32..=64).contains(&token.chars().count()) => Ok(token),
        Some(_) => Err(invalid_parameter("ClientRequestToken must be between 32 and 64 characters long.")),
    }
}

/// The day of a time: AWS reports reads to the day.
pub(super) fn day(time: Timestamp) -> f64 {
    const DAY: i64 = 24 * 60 * 60;
    let seconds = time.as_second();
    (seconds - seconds.rem_euclid(DAY)) as f64
}

/// A time as JSON 1.1 has it: seconds since the epoch.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}
