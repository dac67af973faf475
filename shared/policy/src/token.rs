//! Which credentials a backend accepts as legal.

use secrecy::{ExposeSecret, SecretString};

use crate::target::Backend;

/// How long an ElastiCache AUTH token may be, in characters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html>
pub const AUTH_TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

/// What an AUTH token may contain besides letters and digits.
///
/// The User Guide's list, which AWS enforces; the API reference's looser rule is wrong in practice.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html>
pub const AUTH_TOKEN_PUNCTUATION: &str = "!&#$^<>-";

/// How long the password of an ElastiCache user may be, in characters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>
pub const USER_PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

/// What the password of an ElastiCache user may not contain, besides whitespace and unprintable characters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>
pub const USER_PASSWORD_FORBIDDEN: &str = ",\"/@";

/// Why a credential is not legal for the backend; `None` if it is.
///
/// The reason never repeats a character of the credential.
///
/// ```
/// use policy::{Target, token};
/// # let document = r#"{ "name": "a", "backend": { "type": "elasticache-auth", "replication_group_id": "a" },
/// #     "secret": { "id": "s" } }"#;
/// let backend = Target::parse(document)?.backend;
/// assert_eq!(token::fault(&backend, &"kT3x-0123456789-abcdefghijklmnop".into()), None);
/// assert!(token::fault(&backend, &"slashes/are/not/taken".into()).is_some());
/// # Ok::<(), policy::Failure>(())
/// ```
pub fn fault(backend: &Backend, credential: &SecretString) -> Option<String> {
    let credential = credential.expose_secret();
    match backend {
        Backend::ElasticacheAuth(_) => {
            let length = credential.chars().count();
            if !AUTH_TOKEN_LENGTH.contains(&length) {
                return Some(format!("it has {length} characters; an AUTH token has 16 to 128"));
            }
            let foreign = credential.chars().filter(|c| !is_legal_in_an_auth_token(*c)).count();
            (foreign > 0).then(|| {
                format!(
                    "{foreign} of its characters are neither letters nor digits nor one of {AUTH_TOKEN_PUNCTUATION}"
                )
            })
        }
        Backend::ElasticacheUser(_) | Backend::ElasticacheServerless(_) => {
            let length = credential.chars().count();
            if !USER_PASSWORD_LENGTH.contains(&length) {
                return Some(format!("it has {length} characters; a user's password has 16 to 128"));
            }
            let foreign = credential.chars().filter(|c| !is_legal_in_a_users_password(*c)).count();
            (foreign > 0).then(|| {
                format!("{foreign} of its characters are not printable ASCII, or are among {USER_PASSWORD_FORBIDDEN}")
            })
        }
        // Redis itself takes any password; whitespace and control characters break configuration files and URLs.
        Backend::Fargate(_) | Backend::SelfHosted(_) | Backend::Upstash(_) => (credential.is_empty()
            || credential.chars().any(|c| c.is_whitespace() || c.is_control()))
        .then(|| "it is empty or contains whitespace".to_owned()),
    }
}

fn is_legal_in_an_auth_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || AUTH_TOKEN_PUNCTUATION.contains(c)
}

fn is_legal_in_a_users_password(c: char) -> bool {
    c.is_ascii_graphic() && !USER_PASSWORD_FORBIDDEN.contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::target::{ReplicationGroup, User};

    fn group() -> Backend {
        Backend::ElasticacheAuth(ReplicationGroup { replication_group_id: "a".to_owned() })
    }

    #[test]
    fn what_elasticache_refuses_is_at_fault() {
        for credential in ["", "short", "fifteen-chars-x", &"x".repeat(129), "under_score-1234567", "per%cent-12345678"]
        {
            assert!(fault(&group(), &credential.into()).is_some(), "{credential:?}");
        }
        for c in "_@+/%= \"',:;?*()\u{e9}\n".chars() {
            let credential = format!("0123456789abcdef{c}");
            assert!(fault(&group(), &credential.as_str().into()).is_some(), "{c:?}");
        }
    }

    fn user() -> Backend {
        Backend::ElasticacheUser(User { user_id: "a".to_owned() })
    }

    #[test]
    fn what_elasticache_refuses_for_a_user_is_at_fault() {
        for credential in ["", "fifteen-chars-x", &"x".repeat(129)] {
            assert!(fault(&user(), &credential.into()).is_some(), "{credential:?}");
        }
        for (characters, legal) in [(",\"/@ \t\n\u{7f}\u{e9}", false), ("_+%=':;?*()!&#$^<>-", true)] {
            for c in characters.chars() {
                let credential = format!("0123456789abcdef{c}");
                assert_eq!(fault(&user(), &credential.as_str().into()).is_none(), legal, "{c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_credential_of_letters_and_digits_is_legal(credential in "[A-Za-z0-9-]{32,128}") {
            for backend in [group(), user()] {
                prop_assert_eq!(fault(&backend, &credential.as_str().into()), None);
            }
        }

        #[test]
        fn a_fault_never_repeats_the_credential(credential in "[a-z/@]{17,40}") {
            for backend in [group(), user()] {
                let why = fault(&backend, &credential.as_str().into());
                prop_assert!(why.is_none_or(|why| !why.contains(&credential)));
            }
        }
    }
}
