//! Events of AWS that no function needs.

use std::fmt;

/// An event of AWS, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAwsEvent {
    /// The service, as in `aws.health`.
    pub source: String,
    /// The kind.
    pub detail_type: String,
}

impl fmt::Display for OtherAwsEvent {
    /// Says why an event of this kind is left.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is {:?} of {}, which no function needs", self.detail_type, self.source)
    }
}
