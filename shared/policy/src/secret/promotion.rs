//! When AWSCURRENT moved to the version that it is on.

/// What is known about the moment at which AWSCURRENT moved. Secrets Manager has no field for it, so this keeps several
/// readings. Times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promotion {
    /// When AWSCURRENT's version was created: the label cannot have moved there before.
    pub current_created_ms: Option<u64>,
    /// When AWSPREVIOUS's version was created.
    pub previous_created_ms: Option<u64>,
    /// When a rotation last succeeded (`LastRotatedDate`).
    pub rotated_ms: Option<u64>,
    /// When anything about the secret last changed (`LastChangedDate`).
    pub changed_ms: Option<u64>,
}

impl Promotion {
    /// The latest moment at which AWSCURRENT can have moved; `None` if nothing is known about it.
    ///
    /// It is the later of the version's `CreatedDate` and `LastRotatedDate`. Later is safer: a consumer that started before
    /// the promotion has the previous credential. `LastChangedDate` counts too if `LastRotatedDate` cannot be the rotation
    /// that promoted this version, because
    ///
    /// - it is before the version was created: somebody moved the label by hand, or the rotation has not ended yet, or
    /// - AWSPREVIOUS is newer than AWSCURRENT: somebody moved AWSCURRENT back.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
    pub fn latest_ms(&self) -> Option<u64> {
        let Self { current_created_ms, rotated_ms, changed_ms, .. } = *self;
        let promoted_by_a_rotation = !self.is_back() && rotated_ms.is_some() && rotated_ms >= current_created_ms;
        let changed_ms = if promoted_by_a_rotation { None } else { changed_ms };
        [current_created_ms, rotated_ms, changed_ms].into_iter().flatten().max()
    }

    /// Whether somebody moved AWSCURRENT back to a version that had it before: AWSPREVIOUS is newer.
    pub fn is_back(&self) -> bool {
        self.previous_created_ms.zip(self.current_created_ms).is_some_and(|(previous, current)| previous > current)
    }
}

#[cfg(test)]
mod tests;
