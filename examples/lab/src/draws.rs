//! Chance that comes out the same for the same seed.

use staykit_core::random::Seed;

/// Draws that depend on nothing but the seed, a number and a purpose: the order in which they are
/// made does not matter, so a process that starts again in the middle draws the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draws(Seed);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Seed::from_number(seed))
    }

    /// Draws of their own for, say, one user.
    pub(crate) fn of(&self, number: u64, purpose: &str) -> Self {
        Self::new(self.0.draw(number, purpose))
    }

    /// 64 even bits.
    pub(crate) fn bits(&self, number: u64, purpose: &str) -> u64 {
        self.0.draw(number, purpose)
    }

    /// An even draw from `0..bound`.
    pub(crate) fn below(&self, bound: u64, number: u64, purpose: &str) -> u64 {
        self.0.draw_below(bound, number, purpose)
    }

    /// An even draw from a range of milliseconds, minutes or the like.
    pub(crate) fn between(&self, least: i64, most: i64, number: u64, purpose: &str) -> i64 {
        let width = u64::try_from(most.saturating_sub(least)).unwrap_or(0);
        let draw = self.below(width.saturating_add(1), number, purpose);
        least.saturating_add(i64::try_from(draw).unwrap_or(0))
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&self, percent: u64, number: u64, purpose: &str) -> bool {
        self.below(100, number, purpose) < percent
    }

    /// One of several; `None` if there are none.
    pub(crate) fn pick<'a, T>(&self, all: &'a [T], number: u64, purpose: &str) -> Option<&'a T> {
        let bound = u64::try_from(all.len()).unwrap_or(0);
        all.get(usize::try_from(self.below(bound, number, purpose)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::Draws;

    #[test]
    fn draws_repeat_for_a_seed_and_stay_within_their_bounds() {
        let (one, two) = (Draws::new(7), Draws::new(7));
        assert_eq!(one.of(3, "user").bits(1, "a"), two.of(3, "user").bits(1, "a"));
        assert!((0..500).all(|n| (-5..=5).contains(&one.between(-5, 5, n, "x"))));
        let hits = (0..1_000).filter(|n| one.chance(25, *n, "y")).count();
        assert!((200..300).contains(&hits), "{hits}");
    }
}
