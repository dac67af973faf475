//! What runs measure: numbers with a name and a unit.

use std::collections::BTreeMap;

use serde::Serialize;

/// A number that functions report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Logins tried, each node counted each time.
    Logins,
    /// Logins that the nodes have refused since the previous credential was removed.
    FailedLogins,
    /// Bytes of RDB files that were pulled, or read back.
    RdbBytes,
    /// Bytes of the objects that have them.
    StoredBytes,
    /// Snapshots of the target.
    Snapshots,
    /// Those of them that are verified.
    VerifiedSnapshots,
    /// Snapshots that were deleted.
    DeletedSnapshots,
}

impl Measure {
    /// The name of its metric in CloudWatch.
    pub fn metric(self) -> &'static str {
        match self {
            Self::Logins => "Logins",
            Self::FailedLogins => "FailedLogins",
            Self::RdbBytes => "RdbBytes",
            Self::StoredBytes => "StoredBytes",
            Self::Snapshots => "Snapshots",
            Self::VerifiedSnapshots => "VerifiedSnapshots",
            Self::DeletedSnapshots => "DeletedSnapshots",
        }
    }

    /// Its unit, as CloudWatch spells it.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
    pub fn unit(self) -> &'static str {
        match self {
            Self::Logins | Self::FailedLogins | Self::Snapshots | Self::VerifiedSnapshots | Self::DeletedSnapshots => {
                "Count"
            }
            Self::RdbBytes | Self::StoredBytes => "Bytes",
        }
    }
}

/// What one run measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Measures(BTreeMap<Measure, u64>);

impl Measures {
    /// These measures, at zero.
    pub(super) fn of(measures: &[Measure]) -> Self {
        Self(measures.iter().map(|measure| (*measure, 0)).collect())
    }

    /// Adds to a measure.
    pub(super) fn add(&mut self, measure: Measure, amount: u64) {
        let sum = self.0.entry(measure).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// Each measure and its number.
    pub fn iter(&self) -> impl Iterator<Item = (Measure, u64)> {
        self.0.iter().map(|(measure, number)| (*measure, *number))
    }
}
