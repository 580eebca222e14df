//! Counts and times in a ring, with their sum at hand: conditions read it far more often than events
//! change it.

use super::moment::Moment;
use super::ring::Ring;
use super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Whole numbers in a ring.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    ring: Ring<i64>,
    /// Sum of all that the ring holds; the end of the range if it is beyond.
    sum: i64,
    /// The first bucket whose window lacks something of it, or an earlier one.
    until: i64,
}

impl Tally {
    pub(super) fn new(window: Window) -> Self {
        Self { ring: Ring::new(window), sum: 0, until: i64::MAX }
    }

    pub(super) fn ring(&self) -> &Ring<i64> {
        &self.ring
    }

    /// Adds to the bucket of the moment.
    pub(super) fn add(&mut self, moment: &Moment<'_>, amount: i64) {
        let goes_on = self.ring.ends_at(moment);
        let bucket = self.ring.bucket(moment);
        let before = *bucket;
        *bucket = before.saturating_add(amount);
        let added = bucket.checked_sub(before).filter(|_| goes_on && before != 0);
        match added.and_then(|added| self.exact_sum()?.checked_add(added)) {
            Some(sum) => self.sum = sum,
            None => self.take_in(),
        }
    }

    /// The sum over the window that ends at the moment.
    #[inline]
    pub(super) fn sum(&self, moment: &Moment<'_>) -> i64 {
        let bucket = self.ring.bucket_of(moment);
        if self.ring.reaches(bucket) && bucket < self.until {
            self.sum
        } else {
            self.add_up(moment)
        }
    }

    /// Apart, so that what is asked most stays short.
    #[cold]
    fn add_up(&self, moment: &Moment<'_>) -> i64 {
        sum(self.ring.held(moment))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.ring.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut tally = Self { ring: Ring::decode(window, input)?, ..Self::new(window) };
        tally.take_in();
        Ok(tally)
    }

    fn exact_sum(&self) -> Option<i64> {
        Some(self.sum).filter(|sum| *sum > i64::MIN && *sum < i64::MAX)
    }

    fn take_in(&mut self) {
        self.sum = sum(self.ring.all());
        self.until = self.ring.complete_until();
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
