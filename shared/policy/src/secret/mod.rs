//! A secret: its value, the credential in it, and what its versions and labels tell.

mod facts;
mod known;
mod promotion;
mod value;

pub use facts::{PreviousValue, SecretFacts};
pub use known::Known;
pub use promotion::Promotion;
pub use value::SecretValue;
