//! How a user authenticates.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{clash, invalid};
use crate::{services::elasticache::text, wire::AwsError};

/// The maximum number of passwords of a user.
const MAX_PASSWORDS: usize = 2;

/// How a user authenticates.
#[derive(Clone, Debug)]
pub(in super::super) enum Authentication {
    /// With any of these passwords.
    Password(Vec<SecretString>),
    /// Without a password.
    NoPassword,
    /// With a token signed by IAM. Nobody in the sandbox has one, so its logins fail.
    Iam,
}

/// A password as a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Password(SecretString);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

/// `AuthenticationMode` as a parameter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Mode {
    r#type: String,
    #[serde(default, deserialize_with = "text::list")]
    passwords: Vec<Password>,
}

impl Authentication {
    /// Reads the three alternative parameters; `None` if none is given.
    pub(super) fn read(
        passwords: Vec<Password>,
        no_password: Option<bool>,
        mode: Option<Mode>,
    ) -> Result<Option<Self>, AwsError> {
        let no_password = no_password.unwrap_or(false);
        if no_password && !passwords.is_empty() {
            return Err(clash("A user that needs no password has no Passwords."));
        }
        match mode {
            Some(_) if no_password || !passwords.is_empty() => {
                Err(clash("AuthenticationMode excludes Passwords and NoPasswordRequired."))
            }
            Some(mode) => mode.read().map(Some),
            None if no_password => Ok(Some(Self::NoPassword)),
            None if passwords.is_empty() => Ok(None),
            None => validated(passwords).map(Some),
        }
    }

    /// The type in Describe calls.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Password(_) => "password",
            Self::NoPassword => "no-password",
            Self::Iam => "iam",
        }
    }

    /// The number of passwords. AWS omits it for a user that logs in without one.
    pub(super) fn password_count(&self) -> Option<usize> {
        match self {
            Self::Password(passwords) => Some(passwords.len()),
            Self::NoPassword | Self::Iam => None,
        }
    }

    /// The passwords that log in.
    pub(in super::super) fn passwords(&self) -> &[SecretString] {
        match self {
            Self::Password(passwords) => passwords,
            Self::NoPassword | Self::Iam => &[],
        }
    }
}

impl Mode {
    fn read(self) -> Result<Authentication, AwsError> {
        match self.r#type.as_str() {
            "password" if self.passwords.is_empty() => Err(clash("AuthenticationMode password needs Passwords.")),
            "password" => validated(self.passwords),
            "iam" | "no-password-required" if !self.passwords.is_empty() => {
                Err(clash("Only the AuthenticationMode password has Passwords."))
            }
            "iam" => Ok(Authentication::Iam),
            "no-password-required" => Ok(Authentication::NoPassword),
            // Not quoted: parameters in the wrong order may bring a password here.
            _ => Err(invalid("AuthenticationMode.Type is not one of password, no-password-required, iam")),
        }
    }
}

/// Refuses passwords that ElastiCache refuses: 16 to 128 printable characters without `, " / @`, two at most.
///
/// The same password twice is refused too. AWS does not document this; refusing is the stricter reading.
fn validated(passwords: Vec<Password>) -> Result<Authentication, AwsError> {
    let texts: Vec<_> = passwords.iter().map(|password| password.0.expose_secret()).collect();
    if texts.len() > MAX_PASSWORDS {
        return Err(invalid(format!("A user has at most {MAX_PASSWORDS} passwords.")));
    }
    if texts.iter().any(|text| !(16..=128).contains(&text.len())) {
        return Err(invalid("Passwords length must be between 16-128 characters."));
    }
    if texts.iter().any(|text| !text.chars().all(|c| c.is_ascii_graphic() && !",\"/@".contains(c))) {
        return Err(invalid("A password has printable characters only, and none of , \" / @."));
    }
    if texts.len() == MAX_PASSWORDS && texts[0] == texts[1] {
        return Err(invalid("A user has no password twice."));
    }
    Ok(Authentication::Password(passwords.into_iter().map(|password| password.0).collect()))
}
