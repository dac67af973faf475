//! What the secret says of the credential that was in use before.

use backends::Known;
use runtime::versions::Versions;

/// The credentials that a secret knows.
pub(crate) fn known(secret: &Versions) -> Known<'_> {
    Known { pending: None, current: secret.current(), previous: secret.previous(), version: None }
}
