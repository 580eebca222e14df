//! A day's use against the person's own of the days before.

use super::ring::Ring;
use super::window::{Unit, Window};

/// The last days held against those before them.
///
/// Only complete local days count, and none that is a holiday of the person's region: the days
/// before take their place. 0 while the person is known for fewer days than both together, or
/// there was nothing to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// How they are held against each other.
    pub figure: BaselineFigure,
    /// What is measured per day.
    pub measure: Measure,
    /// The last days.
    pub recent_days: u16,
    /// Those before them.
    pub baseline_days: u16,
}

/// What a baseline measures per local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Events of a name.
    Events(String),
    /// Time spent in sessions.
    SessionTime,
}

/// How recent days are held against the days before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineFigure {
    /// By how much each recent day fell below the mean before: the smallest of these drops
    /// (0.5 = down by half).
    Drop,
    /// By how much each recent day rose above the mean before: the smallest of these rises
    /// (1.0 = doubled).
    Rise,
    /// How many standard deviations (of the days before) the mean of the recent days is above the
    /// mean before; 0 if all days before were the same.
    Zscore,
    /// The mean of the recent days as a part of the mean before, less 1 (-0.5 = half).
    Drift,
}

/// What is remembered of every measure: as far back as the profile reaches.
pub(super) const DAYS: Window = Window { unit: Unit::Days, length: 180 };

/// Whole numbers about the days.
#[derive(Default)]
struct Totals {
    days: u16,
    most: i64,
    least: i64,
    recent: i128,
    before: i128,
    squares: i128,
}

impl Baseline {
    /// Whether there are days on both sides, and not more than are remembered.
    pub(super) fn is_valid(&self) -> bool {
        let both = self.recent_days.saturating_add(self.baseline_days);
        self.recent_days > 0 && self.baseline_days > 0 && both < DAYS.length
    }

    /// The figure on local day `today`; the profile began on day `began`.
    pub(super) fn read(
        &self,
        daily: &Ring<i64>,
        (began, today): (i32, i32),
        is_holiday: impl Fn(i32) -> bool,
    ) -> f64 {
        let wanted = self.recent_days.saturating_add(self.baseline_days);
        let mut totals = Totals { least: i64::MAX, ..Totals::default() };
        for back in 1..i32::from(DAYS.length) {
            let day = today.saturating_sub(back);
            if day < began || totals.days == wanted {
                break;
            }
            if !is_holiday(day) {
                self.take_in(daily.amount(i64::from(day)), &mut totals);
            }
        }
        if totals.days < wanted { 0.0 } else { self.figure(&totals) }
    }

    fn take_in(&self, amount: i64, totals: &mut Totals) {
        let wide = i128::from(amount);
        if totals.days < self.recent_days {
            totals.most = totals.most.max(amount);
            totals.least = totals.least.min(amount);
            totals.recent += wide;
        } else {
            totals.before += wide;
            totals.squares = totals.squares.saturating_add(wide.saturating_mul(wide));
        }
        totals.days += 1;
    }

    fn figure(&self, totals: &Totals) -> f64 {
        let (k, n) = (i128::from(self.recent_days), i128::from(self.baseline_days));
        let before = totals.before;
        let against = |amount: i128, days: i128| ratio(amount * n, before * days);
        match self.figure {
            BaselineFigure::Zscore => {
                // n² times the variance, as whole numbers: 0 is 0.
                let spread =
                    n.saturating_mul(totals.squares).saturating_sub(before.saturating_mul(before));
                let apart = totals.recent * n - before * k;
                if spread <= 0 { 0.0 } else { near(apart) / (near(k) * libm::sqrt(near(spread))) }
            }
            _ if before <= 0 => 0.0,
            BaselineFigure::Drop => 1.0 - against(i128::from(totals.most), 1),
            BaselineFigure::Rise => against(i128::from(totals.least), 1) - 1.0,
            BaselineFigure::Drift => against(totals.recent, k) - 1.0,
        }
    }
}

fn ratio(of: i128, to: i128) -> f64 {
    near(of) / near(to)
}

/// The nearest float: exact below 2^53, which no count or daily duration reaches.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn near(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::super::moment::Moment;
    use super::{Baseline, BaselineFigure, DAYS, Measure, Ring};
    use crate::time::{Clock, DAY_MS, Stamp, Timeline, VirtualClock};

    fn stamp(day: i32) -> Stamp {
        let clock = VirtualClock::at(i64::from(day) * DAY_MS);
        Timeline::default().stamp(&clock.read().unwrap())
    }

    /// 3 days against 4, with so much use on each day from 100 on, seen the day after them.
    fn seen(figure: BaselineFigure, days: &[i64], holidays: &[i32]) -> f64 {
        let mut ring = Ring::new(DAYS);
        for (uses, day) in days.iter().zip(100..) {
            ring.add(&Moment { stamp: &stamp(day), session: 1 }, *uses);
        }
        let measure = Measure::Events("open".into());
        let baseline = Baseline { figure, measure, recent_days: 3, baseline_days: 4 };
        let today = 100 + i32::try_from(days.len()).unwrap();
        baseline.read(&ring, (100, today), |day| holidays.contains(&day))
    }

    #[track_caller]
    fn is(found: f64, expected: f64) {
        assert_eq!(found.to_bits(), expected.to_bits(), "{found} is not {expected}");
    }

    #[test]
    fn the_smallest_drop_of_the_recent_days_counts() {
        let after =
            |recent: [i64; 3]| seen(BaselineFigure::Drop, &[&[10; 4], &recent[..]].concat(), &[]);
        is(after([5, 4, 3]), 0.5);
        is(after([0, 0, 0]), 1.0);
        assert!(after([0, 12, 0]) < 0.0);
    }

    #[test]
    fn rise_drift_and_deviation_are_what_they_say() {
        let days = [10, 10, 10, 10, 30, 20, 25];
        is(seen(BaselineFigure::Rise, &days, &[]), 1.0);
        is(seen(BaselineFigure::Drift, &days, &[]), 1.5);
        is(seen(BaselineFigure::Zscore, &days, &[]), 0.0);
        // Mean 10, deviation 2; mean 16 since.
        is(seen(BaselineFigure::Zscore, &[8, 12, 8, 12, 16, 16, 16], &[]), 3.0);
    }

    #[test]
    fn without_a_full_baseline_or_anything_in_it_there_is_no_figure() {
        for figure in [
            BaselineFigure::Drop,
            BaselineFigure::Rise,
            BaselineFigure::Zscore,
            BaselineFigure::Drift,
        ] {
            is(seen(figure, &[10, 20, 10, 20, 1, 1], &[]), 0.0);
            is(seen(figure, &[0; 7], &[]), 0.0);
        }
    }

    #[test]
    fn holidays_are_skipped_on_both_sides_and_the_days_before_count() {
        // A holiday among the recent days and one among those before.
        let days = [10, 99, 10, 10, 10, 5, 0, 5, 5];
        is(seen(BaselineFigure::Drop, &days, &[101, 106]), 0.5);
        is(seen(BaselineFigure::Drop, &days, &[101, 102, 106]), 0.0);
        let all: Vec<i32> = (0..200).collect();
        is(seen(BaselineFigure::Drop, &days, &all), 0.0);
    }
}
