//! The compiled `retire-credential`, on real Redis.

mod events;
mod failed_logins;
mod faults;
mod gates;
mod guarantees;
mod refusals;
mod restarts;
mod secrecy;
mod story;
mod upstash;

use acceptance::Flavour;

/// The flavours that a service keeps in step, of which a change is one call.
fn service_flavours() -> impl Iterator<Item = Flavour> {
    Flavour::ALL.into_iter().filter(|flavour| flavour.is_kept_by_a_service())
}

/// Those, and Upstash by `acl`: a removal is one call there too, if one that takes effect at once.
fn one_call_flavours() -> impl Iterator<Item = Flavour> {
    service_flavours().chain([Flavour::UpstashAcl])
}
