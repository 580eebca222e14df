//! A count that forgets: each event counts less with every day.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Events of a name, each counting 1 on its local day and half as much every `half_life_days`
/// later, in steps at local midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decayed {
    /// Name of the events.
    pub event: String,
    /// After so many days an event counts half.
    pub half_life_days: u16,
}

/// Sums below this count as nothing: what is forgotten needs no further look.
const FORGOTTEN: f64 = 0.001;

/// The sum as of a local day.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::profile) struct Weight {
    sum: f64,
    day: i32,
}

impl Weight {
    pub(super) fn apply(&mut self, decayed: &Decayed, day: i32) {
        *self = Self { sum: self.sum(decayed, day) + 1.0, day };
    }

    /// The sum on a day that is not before the last event's.
    pub(super) fn sum(&self, decayed: &Decayed, day: i32) -> f64 {
        let days = f64::from(day.saturating_sub(self.day).max(0));
        let sum = self.sum * libm::exp2(-days / f64::from(decayed.half_life_days.max(1)));
        if sum < FORGOTTEN { 0.0 } else { sum }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.float(self.sum);
        out.signed(i64::from(self.day));
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let sum = input.float()?;
        // A sum of less than an event a millisecond.
        if !(0.0..1e15).contains(&sum) {
            return Err(input.malformed());
        }
        Ok(Self { sum, day: input.signed32()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{Decayed, Weight};

    fn decayed(half_life_days: u16) -> Decayed {
        Decayed { event: "open".into(), half_life_days }
    }

    #[test]
    fn an_event_counts_half_after_its_half_life_and_nothing_in_the_end() {
        let mut weight = Weight::default();
        weight.apply(&decayed(7), 100);
        let sums = [100, 107, 114, 170].map(|day| weight.sum(&decayed(7), day));
        assert_eq!(sums.map(f64::to_bits), [1.0, 0.5, 0.25, 0.0].map(f64::to_bits));
    }

    proptest! {
        #[test]
        fn the_sum_is_that_over_all_events(days in proptest::collection::vec(0_i32..6, 1..60), half_life in 1_u16..30) {
            let (mut weight, mut all, mut today) = (Weight::default(), Vec::new(), 20_000);
            for later in days {
                today += later;
                all.push(today);
                weight.apply(&decayed(half_life), today);
            }
            let slow: f64 = all
                .iter()
                .map(|day| libm::pow(0.5, f64::from(today - day) / f64::from(half_life)))
                .sum();
            assert!((weight.sum(&decayed(half_life), today) - slow).abs() < 0.002 + slow * 1e-9);
        }
    }
}
