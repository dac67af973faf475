//! AUTH tokens: which are legal, and what each update strategy does to them.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html>

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{redis::Access, wire::AwsError};

/// Most tokens that a group accepts at once.
const MAX_LIVE: usize = 2;

/// A token as a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Token(pub(super) SecretString);

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl Token {
    /// Refuses a token that ElastiCache refuses: 16 to 128 letters, digits and `! & # $ ^ < > -`.
    pub(super) fn validated(self) -> Result<SecretString, AwsError> {
        let text = self.0.expose_secret();
        let legal = |c: char| c.is_ascii_alphanumeric() || "!&#$^<>-".contains(c);
        match (16..=128).contains(&text.len()) && text.chars().all(legal) {
            true => Ok(self.0),
            false => Err(AwsError::new("InvalidParameterValue", "Invalid AuthToken provided.")),
        }
    }
}

/// What to do with a new token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    Rotate,
    Set,
}

impl Strategy {
    /// Reads `AuthTokenUpdateStrategy`; ROTATE where it is left out.
    pub(super) fn read(text: Option<&str>) -> Result<Self, AwsError> {
        match text {
            None | Some("ROTATE") => Ok(Self::Rotate),
            Some("SET") => Ok(Self::Set),
            Some("DELETE") => Err(AwsError::new(
                "InvalidParameterValue",
                "Auth token update strategy delete is not supported currently.",
            )),
            Some(other) => {
                Err(AwsError::new("InvalidParameterValue", format!("AuthTokenUpdateStrategy {other:?} is unknown")))
            }
        }
    }

    /// What `PendingModifiedValues.AuthTokenStatus` says meanwhile.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Rotate => "ROTATING",
            Self::Set => "SETTING",
        }
    }
}

/// The tokens of one group.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    /// Those that log in, oldest first.
    pub(super) live: Vec<SecretString>,
    /// Whether clients get in without any.
    pub(super) open: bool,
    /// The token of the last ROTATE, as long as no SET has followed it.
    rotated: Option<SecretString>,
}

impl Tokens {
    /// The tokens of a new group.
    pub(super) fn new(first: Option<SecretString>) -> Self {
        Self { open: first.is_none(), live: first.into_iter().collect(), rotated: None }
    }

    /// Whether the group says that it has AUTH; true from the first ROTATE on, though it is open until SET.
    pub(super) fn enabled(&self) -> bool {
        !self.live.is_empty()
    }

    /// The tokens once this change is everywhere.
    ///
    /// ROTATE pushes the token and lets the oldest go. A token that is live already is pushed again, which lets the
    /// other one go: AWS does not say, and this is the reading that hurts. SET takes the last rotated token only.
    pub(super) fn changed(&self, token: SecretString, strategy: Strategy) -> Result<Self, AwsError> {
        let is = |other: &SecretString| other.expose_secret() == token.expose_secret();
        match strategy {
            Strategy::Rotate => {
                let mut live = self.live.clone();
                if live.iter().any(is) {
                    live.clear();
                }
                live.push(token.clone());
                let surplus = live.len().saturating_sub(MAX_LIVE);
                live.drain(..surplus);
                Ok(Self { live, open: self.open, rotated: Some(token) })
            }
            Strategy::Set => match &self.rotated {
                None => Err(AwsError::new(
                    "InvalidParameterCombination",
                    "The SET strategy is allowed only after a ROTATE of the AUTH token.",
                )),
                Some(rotated) if !is(rotated) => Err(AwsError::new(
                    "InvalidParameterValue",
                    "The SET strategy takes the AUTH token of the last ROTATE only.",
                )),
                Some(_) => Ok(Self { live: vec![token], open: false, rotated: None }),
            },
        }
    }

    /// The same as Redis keeps it.
    pub(super) fn access(&self) -> Access {
        Access::of_tokens(self.open, self.live.clone())
    }
}
