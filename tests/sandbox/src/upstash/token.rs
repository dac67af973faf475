//! REST tokens: Base64 of a version prefix, the id of the database, and a user with its password.

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};

/// The user and the password in a token.
#[derive(Clone, Debug)]
pub(super) struct Bearer {
    pub(super) username: String,
    pub(super) password: SecretString,
}

/// The prefix of a token of this version.
const KIND: [u8; 2] = [0x01, 0x76];

/// The token for a user of a database.
pub(super) fn of(database_id: &str, username: &str, password: &SecretString) -> SecretString {
    let mut bytes = KIND.to_vec();
    bytes.extend(format!("{database_id}{username}:{}", password.expose_secret()).into_bytes());
    BASE64_STANDARD.encode(bytes).into()
}

/// The user and the password in this token; `None` if it is not a token of this database.
pub(super) fn bearer(database_id: &str, token: &str) -> Option<Bearer> {
    let bytes = BASE64_STANDARD.decode(token).ok()?;
    let text = std::str::from_utf8(bytes.strip_prefix(&KIND)?).ok()?;
    let (username, password) = text.strip_prefix(database_id)?.rsplit_once(':')?;
    Some(Bearer { username: username.to_owned(), password: password.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_valid_for_its_own_database_only() {
        let token = of("id-1", "app:x", &"secret".into());
        let bearer_of = |id: &str| bearer(id, token.expose_secret());
        let read = bearer_of("id-1").unwrap();
        assert_eq!((read.username.as_str(), read.password.expose_secret()), ("app:x", "secret"));
        assert!(bearer_of("id-2").is_none());
        assert!(bearer("id-1", "no base64").is_none() && bearer("id-1", "AAAA").is_none());
    }
}
