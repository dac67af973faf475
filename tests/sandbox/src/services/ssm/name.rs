//! Names of parameters, selectors and ARNs.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>

use super::errors::validation;
use crate::{
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// The maximum number of levels of a name.
const MAX_LEVELS: usize = 15;
/// The maximum length of a name as an ARN.
const MAX_LENGTH: usize = 1011;

/// The ARN of a parameter. A name without a slash at the beginning gets one.
pub(super) fn arn(name: &str) -> String {
    format!("{}/{}", arn_prefix(), name.strip_prefix('/').unwrap_or(name))
}

fn arn_prefix() -> String {
    format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter")
}

/// Splits `name`, `name:selector`, or either behind an ARN.
pub(super) fn split(written: &str) -> (&str, Option<&str>) {
    let prefix = arn_prefix();
    let bare = written.strip_prefix(&prefix).unwrap_or(written);
    match bare.split_once(':') {
        Some((name, selector)) => (name, Some(selector)),
        None => (bare, None),
    }
}

/// The other spelling of a name of one level: it may begin with a slash or not.
pub(super) fn other_spelling(name: &str) -> Option<String> {
    match name.strip_prefix('/') {
        Some(bare) if !bare.contains('/') => Some(bare.to_owned()),
        None if !name.contains('/') => Some(format!("/{name}")),
        _ => None,
    }
}

/// Refuses a selector that is neither a version nor a label.
pub(super) fn check_selector(selector: Option<&str>) -> Result<(), AwsError> {
    match selector {
        Some(selector) if selector.is_empty() || selector.contains(':') => Err(validation(
            "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>",
        )),
        _ => Ok(()),
    }
}

/// Refuses a text that cannot be the name of a parameter. AWS checks this for reads too.
pub(super) fn check_syntax(name: &str) -> Result<(), AwsError> {
    let mut levels = levels(name);
    let legal =
        |level: &str| !level.is_empty() && level.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    let reserved = levels.clone().next().is_some_and(|first| first.to_ascii_lowercase().starts_with("ssm"));
    if reserved || !levels.all(legal) || arn(name).len() > MAX_LENGTH {
        return Err(validation(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
             sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        ));
    }
    Ok(())
}

fn levels(name: &str) -> std::str::Split<'_, char> {
    name.strip_prefix('/').unwrap_or(name).split('/')
}

/// Refuses a name that a new parameter must not have.
pub(super) fn check(name: &str) -> Result<(), AwsError> {
    check_syntax(name)?;
    let count = levels(name).count();
    if count > 1 && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name."));
    }
    if levels(name).next().is_some_and(|first| first.to_ascii_lowercase().starts_with("aws")) {
        return Err(AwsError::new("AccessDeniedException", format!("No access to reserved parameter name: {name}.")));
    }
    if count > MAX_LEVELS {
        return Err(AwsError::new(
            "HierarchyLevelLimitExceededException",
            format!("A hierarchy can have a maximum of {MAX_LEVELS} levels."),
        ));
    }
    Ok(())
}
