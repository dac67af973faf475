//! The credentials of a secret.

use secrecy::SecretString;

/// The credentials of a secret, to log in with. Its Debug shows no credential.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// AWSPENDING's; `None` outside a rotation, and if it has no value.
    pub pending: Option<&'a SecretString>,
    /// AWSCURRENT's.
    pub current: &'a SecretString,
    /// AWSPREVIOUS's, if it is needed and differs from the other two.
    pub previous: Option<&'a SecretString>,
    /// When AWSPENDING's version was created, in milliseconds since 1970.
    pub pending_created_ms: Option<u64>,
}

impl<'a> Known<'a> {
    /// All of them, the one most likely to be accepted first.
    pub fn all(self) -> Vec<&'a SecretString> {
        [Some(self.current), self.pending, self.previous].into_iter().flatten().collect()
    }
}
