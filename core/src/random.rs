//! Where random numbers come from.
//!
//! Two kinds, never mixed. [`Random`] is the host's source: it names an installation and seeds
//! its draws, and a replay gives it a fixed seed. [`operating_system`] is for keys and salts only:
//! no seed can make a nonce repeat.

use std::fmt;
use std::sync::Mutex;

use ring::digest::{SHA256, digest};
use ring::rand::SecureRandom;

/// A source of random bytes, given by the host.
pub trait Random: Send + Sync {
    /// Fills `out`, or fails as a whole.
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomFailed>;
}

/// The source gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomFailed;

impl fmt::Display for RandomFailed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the operating system gave no random bytes")
    }
}

impl std::error::Error for RandomFailed {}

/// Random bytes for keys and salts, always from the operating system.
pub fn operating_system<const N: usize>() -> Result<[u8; N], RandomFailed> {
    let mut out = [0; N];
    ring::rand::SystemRandom::new().fill(&mut out).map_err(|_| RandomFailed)?;
    Ok(out)
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomFailed> {
        ring::rand::SystemRandom::new().fill(out).map_err(|_| RandomFailed)
    }
}

/// The same bytes for the same seed: for replays and tests.
#[derive(Debug)]
pub struct SeededRandom {
    seed: Seed,
    drawn: Mutex<u64>,
}

impl SeededRandom {
    /// A source that starts anew from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed: Seed::from_number(seed), drawn: Mutex::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomFailed> {
        let mut drawn = self.drawn.lock().map_err(|_| RandomFailed)?;
        for chunk in out.chunks_mut(8) {
            let bytes = self.seed.draw(*drawn, "stream").to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
            *drawn = drawn.wrapping_add(1);
        }
        Ok(())
    }
}

/// Root of the draws of one installation.
///
/// A draw is a function of (seed, number, purpose), so it does not depend on how many were made
/// before: a replay that starts in the middle draws the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl fmt::Debug for Seed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seed(..)")
    }
}

impl Seed {
    /// The seed with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A seed that a person can type.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(number.to_le_bytes()) {
            *to = from;
        }
        Self(bytes)
    }

    /// 64 even bits for the `number`-th draw made for `purpose` (SHA-256 of the three).
    #[must_use]
    pub fn draw(&self, number: u64, purpose: &str) -> u64 {
        let mut input = Vec::with_capacity(40 + purpose.len());
        input.extend_from_slice(&self.0);
        input.extend_from_slice(&number.to_le_bytes());
        input.extend_from_slice(purpose.as_bytes());
        let hash = digest(&SHA256, &input);
        hash.as_ref().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }

    /// An even draw from `0..bound`; 0 if `bound` is 0.
    ///
    /// The bias of the multiplication method is below 2^-32 for bounds under 2^32.
    #[must_use]
    pub fn draw_below(&self, bound: u64, number: u64, purpose: &str) -> u64 {
        let wide = u128::from(self.draw(number, purpose)) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Seed, SeededRandom};

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let bytes = |seed| {
            let mut out = [0; 20];
            SeededRandom::new(seed).fill(&mut out).unwrap();
            out
        };
        assert_eq!(bytes(7), bytes(7));
        assert_ne!(bytes(7), bytes(8));
    }

    #[test]
    fn a_draw_depends_on_its_number_and_purpose_and_stays_below_its_bound() {
        let seed = Seed::from_number(1);
        assert_ne!(seed.draw(1, "a"), seed.draw(2, "a"));
        assert_ne!(seed.draw(1, "a"), seed.draw(1, "b"));
        assert!((0..1000).all(|number| seed.draw_below(10, number, "a") < 10));
        assert_eq!(seed.draw_below(0, 1, "a"), 0);
    }
}
