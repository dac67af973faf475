//! A failure, as Lambda reports it.

use lambda_runtime::Diagnostic;
use policy::Failure;

/// A failure on its way out of a function: `errorType` is its class, `errorMessage` says what to do.
#[derive(Debug)]
pub struct Reported(pub Failure);

impl From<Failure> for Reported {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<Reported> for Diagnostic {
    fn from(Reported(failure): Reported) -> Self {
        Self { error_type: failure.class().to_string(), error_message: failure.chain() }
    }
}
