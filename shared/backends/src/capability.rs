//! What a backend must be able to do for its credential to be rotated.

use std::future::Future;

use cloud::{CallError, Effect};
use policy::{
    Failure,
    login::FailedLogin,
    rotation::{Server, Step},
    secret::Known,
};
use secrecy::SecretString;

/// What was seen of a backend.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What the policy looks at.
    pub server: Server,
    /// The user that logs in with the credential.
    pub username: String,
    /// The names and addresses that the target is known by.
    pub hosts: Vec<String>,
}

/// A backend whose credential can be rotated: two are valid at once.
pub trait Credentials {
    /// The steps of a rotation in which AWSPREVIOUS must be known: to see what would be pushed out, or to get in to a node
    /// that has nothing else.
    const NEEDS_PREVIOUS: &'static [Step] = &[];

    /// Has the backend make a new credential, where it takes none that somebody else has made.
    ///
    /// # Errors
    /// Retryable where the backend does not answer.
    ///
    /// # Repeating
    /// Gives another one. Neither is accepted before [`Credentials::add`].
    fn generate(&self) -> impl Future<Output = Result<Option<SecretString>, Failure>> + Send {
        async { Ok(None) }
    }

    /// Describes the backend and logs in everywhere. It changes nothing.
    ///
    /// # Errors
    /// Permanent where the backend is not what the settings say, or may not be described. A node that gives no answer is no
    /// error: it is in what was seen.
    fn observe(&self, known: Known<'_>) -> impl Future<Output = Result<Observed, Failure>> + Send;

    /// Makes the backend accept the pending credential beside the current one.
    ///
    /// # Errors
    /// Retryable where the backend is busy. After an error whose effect is unknown, look.
    ///
    /// # Repeating
    /// Look first: a service may count it as another change.
    fn add(&self, pending: &SecretString, known: Known<'_>) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Makes nodes that have lost a credential that the secret knows accept it again, beside what they have.
    ///
    /// # Errors
    /// Permanent where the nodes are kept in step by a service: there is nothing to restore.
    ///
    /// # Repeating
    /// Leaves a node that accepts it as it is.
    fn restore(&self, lost: &SecretString, known: Known<'_>) -> impl Future<Output = Result<(), CallError>> + Send {
        let _ = (lost, known);
        async { Err(unheard_of("what nodes have lost is restored by the service that runs them")) }
    }

    /// Makes the backend refuse the previous credential, and go on accepting the current one.
    ///
    /// # Errors
    /// Retryable where the backend is busy. After an error whose effect is unknown, look.
    ///
    /// # Repeating
    /// Look first: a service may refuse to do it again.
    fn remove(
        &self,
        previous: &SecretString,
        current: &SecretString,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Makes a backend that lets clients in with nothing accept this credential, the last one added, and nothing else.
    ///
    /// # Errors
    /// Retryable where the backend is busy; Permanent where it is never open.
    ///
    /// # Repeating
    /// Leaves the backend as it is.
    fn close(&self, current: &SecretString) -> impl Future<Output = Result<(), CallError>> + Send {
        let _ = current;
        async { Err(unheard_of("this backend lets nobody in with nothing")) }
    }

    /// Reads which logins the nodes have refused, but for our own; nothing where the nodes tell nobody.
    ///
    /// # Errors
    /// Retryable where a node does not answer; Permanent where its log may not be read.
    fn failed_logins(&self, current: &SecretString) -> impl Future<Output = Result<Vec<FailedLogin>, Failure>> + Send {
        let _ = current;
        async { Ok(Vec::new()) }
    }
}

/// The failure of a call that no decision asks for.
fn unheard_of(why: &str) -> CallError {
    CallError { failure: Failure::permanent(why), code: None, effect: Effect::None }
}
