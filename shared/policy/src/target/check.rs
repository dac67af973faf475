//! What the checks of several parts of the settings have in common.

use std::net::Ipv6Addr;

use crate::Failure;

/// The refusal of a field.
pub(in crate::target) fn refused(at: &str, why: &str) -> Failure {
    Failure::permanent(format!("the target's settings are refused at {at}: {why}"))
        .with_next_step(format!("Correct {at} in the target's settings"))
}

/// Whether a text has lower-case letters, digits and hyphens only, beginning with a letter.
pub(in crate::target) fn is_identifier(text: &str, longest: usize) -> bool {
    text.len() <= longest
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Refuses an empty text.
pub(in crate::target) fn check_given(at: &str, text: &str, what: &str) -> Result<(), Failure> {
    if text.is_empty() { Err(refused(at, &format!("it is empty; give {what}"))) } else { Ok(()) }
}

/// Refuses a text that is neither a host name nor an IP address, for example a URL, or a host with its port.
pub(in crate::target) fn check_host(at: &str, host: &str) -> Result<(), Failure> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = !host.is_empty() && host.chars().all(legal);
    match is_name || host.parse::<Ipv6Addr>().is_ok() {
        true => Ok(()),
        false => {
            Err(refused(at, "it must be a host name or an IP address alone, without a scheme, a port and brackets"))
        }
    }
}

/// Refuses port 0.
pub(in crate::target) fn check_port(at: &str, port: u16) -> Result<(), Failure> {
    if port == 0 { Err(refused(at, "use 1 to 65535")) } else { Ok(()) }
}

/// Refuses a user name that Redis would not accept.
///
/// <https://redis.io/docs/latest/commands/acl-setuser/>
pub(in crate::target) fn check_username(at: &str, name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(refused(at, "give the user's name: not empty, no whitespace"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_without_anything_around_it() {
        for host in ["redis.local", "redis.local.", "redis_1", "10.0.0.7", "::1", "fd00::7"] {
            assert!(check_host("`host`", host).is_ok(), "{host}");
        }
        for host in [
            "",
            "redis.local:6379",
            "10.0.0.7:6379",
            "[fd00::7]",
            "[fd00::7]:6379",
            "redis://redis.local",
            "redis.local/0",
            "user@redis.local",
            "two words",
        ] {
            let failure = check_host("`host`", host).unwrap_err().chain();
            assert!(failure.contains("without a scheme, a port and brackets. Correct `host`"), "{host}: {failure}");
        }
    }
}
