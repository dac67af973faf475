//! What the settings of several backends have by default.

/// The port that Redis listens on by default.
pub(super) fn redis_port() -> u16 {
    6379
}

/// The user of clients that name none.
pub(super) fn default_user() -> String {
    "default".to_owned()
}
