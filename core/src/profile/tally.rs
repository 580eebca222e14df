//! Counts and times in a ring, with their sum at hand: conditions read it far more often than events
//! change it.

use std::cell::Cell;

use super::moment::Moment;
use super::ring::Ring;
use super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Whole numbers in a ring.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    ring: Ring<i64>,
    known: Cell<Known>,
}

/// The sum that was asked for last.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// The bucket that its window ends with.
    bucket: i64,
    sum: i64,
}

impl Known {
    /// No moment has this bucket.
    const NOTHING: Self = Self { bucket: i64::MIN, sum: 0 };

    fn plus(self, amount: i64) -> Option<Self> {
        // At the ends of the range it is not exact.
        let is_exact = self.sum > i64::MIN && self.sum < i64::MAX;
        let sum = self.sum.checked_add(amount).filter(|_| is_exact)?;
        Some(Self { sum, ..self })
    }
}

/// What is held, not what was asked.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring
    }
}

impl Tally {
    pub(super) fn new(window: Window) -> Self {
        Self { ring: Ring::new(window), known: Cell::new(Known::NOTHING) }
    }

    pub(super) fn ring(&self) -> &Ring<i64> {
        &self.ring
    }

    /// Adds to the bucket of the moment.
    pub(super) fn add(&mut self, moment: &Moment<'_>, amount: i64) {
        let bucket = self.ring.bucket(moment);
        let before = *bucket;
        *bucket = before.saturating_add(amount);
        let added = bucket.checked_sub(before);
        let goes_on = |known: &Known| {
            known.bucket == self.ring.bucket_of(moment) && self.ring.ends_at(moment)
        };
        let known = Some(self.known.get()).filter(goes_on);
        let known = added.and_then(|added| known?.plus(added));
        self.known.set(known.unwrap_or(Known::NOTHING));
    }

    /// The sum over the window that ends at the moment.
    #[inline]
    pub(super) fn sum(&self, moment: &Moment<'_>) -> i64 {
        let (bucket, known) = (self.ring.bucket_of(moment), self.known.get());
        if bucket == known.bucket { known.sum } else { self.add_up(bucket, moment) }
    }

    #[cold]
    fn add_up(&self, bucket: i64, moment: &Moment<'_>) -> i64 {
        let sum = sum(self.ring.held(moment));
        self.known.set(Known { bucket, sum });
        sum
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.ring.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { ring: Ring::decode(window, input)?, ..Self::new(window) })
    }
}

/// Exact, however the amounts are ordered.
fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    let sum: i128 = amounts.map(i128::from).sum();
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::super::window::Unit;
    use super::{Moment, Tally, Window, sum};
    use crate::time::{Clock, Timeline, VirtualClock};
    use proptest::prelude::{any, prop, prop_oneof, proptest};

    proptest! {
        #[test]
        fn the_sum_at_hand_is_the_sum_of_the_window(
            steps in prop::collection::vec((0_i64..400_000, prop_oneof![20 => -3_i64..9, 1 => any::<i64>()]), 1..60),
            last in prop::collection::vec(0_i64..200_000, 5),
        ) {
            let clock = VirtualClock::at(1_700_000_000_000);
            let stamp = || Timeline::default().stamp(&clock.read().unwrap());
            let mut tally = Tally::new(Window { unit: Unit::Minutes, length: 5 });
            for (ms, amount) in steps {
                clock.advance(ms);
                tally.add(&Moment { stamp: &stamp(), session: 1 }, amount);
                let stamp = stamp();
                let moment = Moment { stamp: &stamp, session: 1 };
                assert_eq!(tally.sum(&moment), sum(tally.ring().held(&moment)));
            }
            for ms in last {
                clock.advance(ms);
                let stamp = stamp();
                let moment = Moment { stamp: &stamp, session: 1 };
                assert_eq!(tally.sum(&moment), sum(tally.ring().held(&moment)));
            }
        }
    }
}
