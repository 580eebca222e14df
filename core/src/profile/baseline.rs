//! A day's use against the person's own mean.

use super::filter::approximate;
use super::ring::Ring;
use crate::time::Stamp;

/// [`super::Feature::BaselineDrop`] at `stamp`; `began_day` is the profile's first local day.
pub(super) fn drop(
    daily: &Ring<i64>,
    (recent_days, baseline_days): (u16, u16),
    began_day: i32,
    stamp: &Stamp,
) -> f64 {
    let today = i64::from(stamp.day);
    let (recent, baseline) = (i64::from(recent_days), i64::from(baseline_days));
    if today - i64::from(began_day) < recent + baseline {
        return 0.0;
    }
    let first_recent = today - recent;
    let before: i64 = ((first_recent - baseline)..first_recent)
        .fold(0, |sum, day| sum.saturating_add(daily.amount(day)));
    if before <= 0 {
        return 0.0;
    }
    let most = (first_recent..today).map(|day| daily.amount(day)).max().unwrap_or(0);
    1.0 - approximate(most) * f64::from(baseline_days) / approximate(before)
}

#[cfg(test)]
mod tests {
    use super::super::moment::Moment;
    use super::super::window::{Unit, Window};
    use super::{Ring, drop};
    use crate::time::{Clock, DAY_MS, Stamp, Timeline, VirtualClock};

    fn stamp(day: i64) -> Stamp {
        let clock = VirtualClock::at(day * DAY_MS);
        Timeline::default().stamp(&clock.read().unwrap())
    }

    /// Uses of 10 a day for 4 days from day 100, then `recent`, seen the day after them.
    fn after(recent: &[i64]) -> f64 {
        let mut ring = Ring::new(Window { unit: Unit::Days, length: 8 });
        let days = [10; 4].iter().chain(recent).zip(100..);
        days.for_each(|(uses, day)| {
            ring.add(&Moment { stamp: &stamp(day), session: 1 }, *uses);
        });
        drop(&ring, (3, 4), 100, &stamp(104 + i64::try_from(recent.len()).unwrap()))
    }

    #[test]
    fn the_smallest_drop_of_the_recent_days_counts() {
        assert_eq!(after(&[5, 4, 3]).to_bits(), 0.5_f64.to_bits());
        assert_eq!(after(&[0, 0, 0]).to_bits(), 1.0_f64.to_bits());
        assert!(after(&[0, 12, 0]) < 0.0);
    }

    #[test]
    fn without_a_full_baseline_there_is_no_drop() {
        assert_eq!(after(&[0, 0]).to_bits(), 0.0_f64.to_bits());
        let empty = Ring::new(Window { unit: Unit::Days, length: 8 });
        assert_eq!(drop(&empty, (3, 4), 0, &stamp(200)).to_bits(), 0.0_f64.to_bits());
    }
}
