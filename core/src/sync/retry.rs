//! How long to wait after a failure.

use super::{BatchId, limits};
use crate::random::Seed;

/// Pause before attempt `attempt + 1` of a batch, ms: an even draw below a bound that starts at
/// 2 s and doubles to 15 min ("full jitter": Marc Brooker, "Exponential Backoff And Jitter",
/// 2015), so that devices that failed together do not come back together.
#[must_use]
pub fn back_off_ms(seed: &Seed, id: &BatchId, attempt: u32) -> i64 {
    let doubled = limits::FIRST_BACK_OFF_MS.checked_shl(attempt.saturating_sub(1).min(20));
    let bound = doubled.unwrap_or(i64::MAX).clamp(1, limits::LONGEST_BACK_OFF_MS);
    let number = id.first_chunk().map_or(0, |head| u64::from_le_bytes(*head));
    let drawn = seed.draw_below(bound.unsigned_abs(), number ^ u64::from(attempt), "back-off");
    i64::try_from(drawn).unwrap_or(bound)
}

#[cfg(test)]
mod tests {
    use super::{Seed, back_off_ms, limits};

    #[test]
    fn the_pause_is_spread_below_a_bound_that_doubles_up_to_a_quarter_of_an_hour() {
        let seed = Seed::from_number(3);
        let longest =
            |attempt| (0..=255).map(|byte| back_off_ms(&seed, &[byte; 16], attempt)).max().unwrap();
        assert!((1_800..2_000).contains(&longest(1)));
        assert!((14_400..16_000).contains(&longest(4)));
        assert!((800_000..=limits::LONGEST_BACK_OFF_MS).contains(&longest(40)));
    }
}
