//! Scores: points of several factors, 0 to 100, with the share of each.

use super::evaluate::amount;
use super::program::Program;
use super::share::{Share, points, whole};
use super::value::Readings;
use crate::profile::Scalar;
use crate::text::Texts;

/// Factors of one score.
pub const MOST_FACTORS: usize = 32;
/// Steps of one factor.
pub const MOST_STEPS: usize = 32;
/// Most that one factor gives, or takes with a minus, in hundredths of a point: ten times a score.
pub const MOST_HUNDREDTHS: i64 = 100_000;
/// A score at most, in hundredths of a point.
const FULL: i64 = 10_000;

/// A number from 0 to 100 that says how much there is of something, as a sum of factors.
///
/// A factor gives whole hundredths of a point. So the shares add up to the score exactly, in
/// binary and in writing.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Its name.
    pub name: String,
    /// Its place in the one order of signals, scores and tables.
    pub place: u16,
    /// What it is made of.
    pub factors: Vec<Factor>,
    /// What it means, with `{0}`, `{1}` ... for `values`.
    pub says: Texts,
    /// Features that fill the places of `says`.
    pub values: Vec<u16>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// What is measured.
    pub of: Program,
    /// The points for it.
    pub scale: Scale,
    /// Its name for people.
    pub says: Texts,
}

/// From what is measured to points, which are in hundredths.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Pairs in rising order of the first: from this value on, so many; nothing below the first.
    Steps(Vec<(f64, i64)>),
    /// Evenly from nothing at `from` to all at `to`, cut to whole hundredths; no less and no more
    /// beyond. `from` may be the larger.
    Linear {
        /// Where the points begin.
        from: f64,
        /// Where all are reached.
        to: f64,
        /// All of them.
        hundredths: i64,
    },
}

impl Score {
    /// The score now, in hundredths of a point.
    #[must_use]
    pub fn hundredths(&self, readings: &impl Readings) -> i64 {
        let points = self.factors.iter().map(|factor| factor.hundredths(readings));
        points.fold(0_i64, i64::saturating_add).clamp(0, FULL)
    }

    /// The score as rules read it.
    pub(crate) fn read(&self, readings: &impl Readings) -> Scalar {
        Scalar::Number(points(self.hundredths(readings)))
    }

    /// What each factor gives now, in order. They add up to the score, unless their sum is below 0
    /// or above 100.
    #[must_use]
    pub fn shares(&self, readings: &impl Readings) -> Vec<Share> {
        let share = |factor: &Factor| Share {
            factor: factor.name.clone(),
            hundredths: factor.hundredths(readings),
        };
        self.factors.iter().map(share).collect()
    }

    /// Whether its figures are within the limits.
    pub(super) fn is_sound(&self) -> bool {
        let count = (1..=MOST_FACTORS).contains(&self.factors.len());
        count && self.factors.iter().all(|factor| factor.scale.is_sound())
    }
}

impl Factor {
    fn hundredths(&self, readings: &impl Readings) -> i64 {
        // What cannot be calculated gives nothing.
        amount(&self.of, readings).map_or(0, |value| self.scale.hundredths(value))
    }
}

impl Scale {
    /// Hundredths of a point for what was measured.
    #[must_use]
    pub fn hundredths(&self, value: f64) -> i64 {
        match self {
            Self::Steps(steps) => {
                let reached = steps.iter().take_while(|(from, _)| *from <= value).last();
                reached.map_or(0, |(_, hundredths)| *hundredths)
            }
            Self::Linear { from, to, hundredths } => {
                let (low, high) = (from.min(*to), from.max(*to));
                let way = value.clamp(low, high) - from;
                cut(way * whole(*hundredths) / (to - from))
            }
        }
    }

    fn is_sound(&self) -> bool {
        let bounded = |hundredths: &i64| hundredths.abs() <= MOST_HUNDREDTHS;
        match self {
            Self::Steps(steps) => {
                (1..=MOST_STEPS).contains(&steps.len())
                    && rising(steps.iter().map(|(from, _)| *from))
                    && steps.iter().all(|(_, hundredths)| bounded(hundredths))
            }
            Self::Linear { from, to, hundredths } => {
                let width = (to - from).abs();
                bounded(hundredths) && width.is_finite() && width > 0.0
            }
        }
    }
}

/// Whether the numbers are finite and each is larger than the one before.
pub(super) fn rising(numbers: impl Iterator<Item = f64>) -> bool {
    let mut last = f64::NEG_INFINITY;
    numbers.into_iter().all(|number| {
        let rises = number.is_finite() && number > last;
        last = number;
        rises
    })
}

#[expect(clippy::cast_possible_truncation, reason = "bounded by MOST_HUNDREDTHS")]
fn cut(hundredths: f64) -> i64 {
    libm::trunc(hundredths) as i64
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use proptest::prelude::proptest;

    #[test]
    fn steps_begin_at_their_value_and_nothing_is_below_the_first() {
        let scale = Scale::Steps(vec![(0.0, 3_000), (3.0, 2_000), (7.0, 0)]);
        let points = [-1.0, 0.0, 2.9, 3.0, 6.9, 7.0, 9e18].map(|value| scale.hundredths(value));
        assert_eq!(points, [0, 3_000, 3_000, 2_000, 2_000, 0, 0]);
        assert!(scale.is_sound());
        assert!(!Scale::Steps(vec![(3.0, 1), (3.0, 2)]).is_sound());
        assert!(!Scale::Steps(vec![]).is_sound());
    }

    #[test]
    fn a_line_has_its_points_at_its_end_and_is_cut_to_hundredths() {
        let scale = Scale::Linear { from: 0.0, to: 600.0, hundredths: 2_500 };
        let points = [-5.0, 0.0, 1.0, 300.0, 599.99, 600.0, 1e300].map(|v| scale.hundredths(v));
        assert_eq!(points, [0, 0, 4, 1_250, 2_499, 2_500, 2_500]);
        let falling = Scale::Linear { from: 30.0, to: 0.0, hundredths: 1_000 };
        let points = [40.0, 30.0, 15.0, 0.0].map(|value| falling.hundredths(value));
        assert_eq!(points, [0, 0, 500, 1_000]);
        assert!(!Scale::Linear { from: 1.0, to: 1.0, hundredths: 1 }.is_sound());
        assert!(!Scale::Linear { from: f64::MIN, to: f64::MAX, hundredths: 1 }.is_sound());
    }

    proptest! {
        #[test]
        fn a_line_never_leaves_its_bounds(from: i32, to: i32, value: f64) {
            let (from, to) = (f64::from(from), f64::from(to));
            let scale = Scale::Linear { from, to, hundredths: 2_500 };
            if scale.is_sound() && !value.is_nan() {
                assert!((0..=2_500).contains(&scale.hundredths(value)));
            }
        }
    }
}
