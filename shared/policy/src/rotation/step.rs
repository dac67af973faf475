//! The steps that Secrets Manager calls.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::Failure;

/// A step of a rotation.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Make a new credential and keep it as AWSPENDING.
    Create,
    /// Make the server accept it.
    Set,
    /// Log in with it.
    Test,
    /// Make it AWSCURRENT.
    Finish,
}

impl Step {
    /// All four, in the order they are called.
    pub const ALL: [Self; 4] = [Self::Create, Self::Set, Self::Test, Self::Finish];

    /// The step as events spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "createSecret",
            Self::Set => "setSecret",
            Self::Test => "testSecret",
            Self::Finish => "finishSecret",
        }
    }
}

impl FromStr for Step {
    type Err = Failure;

    /// Reads a step as real events spell it (`createSecret`) or as the documentation's prose does (`create_secret`).
    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "createSecret" | "create_secret" => Ok(Self::Create),
            "setSecret" | "set_secret" => Ok(Self::Set),
            "testSecret" | "test_secret" => Ok(Self::Test),
            "finishSecret" | "finish_secret" => Ok(Self::Finish),
            _ => Err(Failure::permanent(
                "the event's `Step` is unknown; it is one of createSecret, setSecret, testSecret, finishSecret",
            )),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
