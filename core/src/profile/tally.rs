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
    /// Sum of all that the ring holds, exact.
    total: i128,
}

impl Tally {
    pub(super) fn new(window: Window) -> Self {
        Self { ring: Ring::new(window), total: 0 }
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
        let added = i128::from(*bucket) - i128::from(before);
        self.total = if goes_on { self.total + added } else { exact(self.ring.all()) };
    }

    /// The sum over the window that ends at the moment.
    pub(super) fn sum(&self, moment: &Moment<'_>) -> i64 {
        let sum =
            if self.ring.ends_at(moment) { self.total } else { exact(self.ring.held(moment)) };
        i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.ring.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let ring = Ring::decode(window, input)?;
        Ok(Self { total: exact(ring.all()), ring })
    }
}

fn exact(amounts: impl Iterator<Item = i64>) -> i128 {
    amounts.map(i128::from).sum()
}

#[cfg(test)]
mod tests {
    use super::super::window::Unit;
    use super::{Moment, Tally, Window, exact};
    use crate::time::{Clock, Timeline, VirtualClock};
    use proptest::prelude::{Strategy, prop, proptest};

    proptest! {
        #[test]
        fn the_sum_at_hand_is_the_sum_of_the_window(
            steps in prop::collection::vec((0_i64..400_000, -3_i64..9), 1..60),
            last in (0_i64..900_000).prop_map(|ms| ms),
        ) {
            let clock = VirtualClock::at(1_700_000_000_000);
            let stamp = || Timeline::default().stamp(&clock.read().unwrap());
            let mut tally = Tally::new(Window { unit: Unit::Minutes, length: 5 });
            for (ms, amount) in steps {
                clock.advance(ms);
                tally.add(&Moment { stamp: &stamp(), session: 1 }, amount);
                let stamp = stamp();
                let moment = Moment { stamp: &stamp, session: 1 };
                assert_eq!(i128::from(tally.sum(&moment)), exact(tally.ring().held(&moment)));
            }
            clock.advance(last);
            let stamp = stamp();
            let moment = Moment { stamp: &stamp, session: 1 };
            assert_eq!(i128::from(tally.sum(&moment)), exact(tally.ring().held(&moment)));
        }
    }
}
