//! The compiled `retire-credential`, on real Redis.

mod conditions;
mod events;
mod failed_logins;
mod faults;
mod guarantees;
mod refusals;
mod restarts;
mod secrecy;
mod story;
mod upstash;

use acceptance::Flavour;

/// Returns the flavours whose credential a service distributes: a change is one call.
fn service_flavours() -> impl Iterator<Item = Flavour> {
    Flavour::ALL.into_iter().filter(|flavour| flavour.is_kept_by_a_service())
}

/// Returns those and Upstash by `acl`, whose removal is also one call, with immediate effect.
fn one_call_flavours() -> impl Iterator<Item = Flavour> {
    service_flavours().chain([Flavour::UpstashAcl])
}
