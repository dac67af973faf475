//! Random numbers: from the system, or from the seed of a simulation.

use std::{cell::RefCell, convert::Infallible};

use rand::{Rng, SeedableRng, TryRng, rngs::StdRng};
use uuid::{Builder, Uuid};

thread_local! {
    static SEEDED: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// Seeds all random numbers on this thread: those of the sandbox, and those of fastrand, which the SDK uses for the
/// jitter of retries.
///
/// # Repeating
/// The same seed restarts the same sequence.
pub fn seed(seed: u64) {
    SEEDED.set(Some(StdRng::seed_from_u64(seed)));
    fastrand::seed(seed);
}

/// A random number generator.
pub fn rng() -> Chance {
    Chance
}

/// A random UUID.
pub(crate) fn uuid() -> Uuid {
    let mut bytes = [0; 16];
    rng().fill_bytes(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// The random number generator of this thread, seeded or not.
#[derive(Clone, Copy, Debug)]
pub struct Chance;

impl Chance {
    fn draw<T>(self, draw: impl FnOnce(&mut dyn Rng) -> T) -> T {
        SEEDED.with_borrow_mut(|seeded| match seeded {
            Some(seeded) => draw(seeded),
            None => draw(&mut rand::rng()),
        })
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.draw(|rng| rng.next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw(|rng| rng.next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.draw(|rng| rng.fill_bytes(bytes));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_repeats_the_ids_and_another_seed_does_not() {
        let drawn = |with| {
            seed(with);
            (uuid(), uuid(), fastrand::u64(..))
        };
        let first = drawn(1);
        assert_ne!(first.0, first.1);
        assert_eq!((drawn(2) == first, drawn(1) == first), (false, true));
    }

    #[test]
    fn ids_differ_without_a_seed() {
        assert_ne!(uuid(), uuid());
    }
}
