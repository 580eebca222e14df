//! A habit: often enough in enough of the last days or weeks.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::moment::Moment;
use crate::profile::ring::{Ring, start};
use crate::profile::{Unit, Window};
use crate::time::{Stamp, civil};

/// Whether in at least `least` of the last `of` whole days or weeks there were at least `times`
/// events of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regularity {
    /// Name of the events.
    pub event: String,
    /// How many of them make a unit count.
    pub times: u32,
    /// Local days or local weeks.
    pub unit: Unit,
    /// How many units must count.
    pub least: u16,
    /// Of how many, the current one left out.
    pub of: u16,
}

impl Regularity {
    /// What must be remembered: the units that are looked at, and the current one.
    pub(in crate::profile) fn window(&self) -> Window {
        Window { unit: self.unit, length: self.of.saturating_add(1) }
    }
}

/// Events per unit.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::profile) struct PerUnit(Ring<i64>);

impl PerUnit {
    pub(super) fn new(habit: &Regularity) -> Self {
        Self(Ring::new(habit.window()))
    }

    pub(super) fn apply(&mut self, moment: &Moment<'_>) {
        self.0.add(moment, 1);
    }

    pub(super) fn holds(&self, habit: &Regularity, stamp: &Stamp) -> bool {
        let now = unit_of(habit, stamp);
        let times = i64::from(habit.times);
        let counting = (now - i64::from(habit.of)..now).filter(|at| self.0.amount(*at) >= times);
        counting.count() >= usize::from(habit.least)
    }

    /// The current unit ends.
    pub(super) fn changes_at(&self, habit: &Regularity, moment: &Moment<'_>) -> Option<i64> {
        self.0.changes_at(moment)?;
        let next = unit_of(habit, moment.stamp).saturating_add(1);
        Some(start(habit.unit, next, moment.stamp))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.0.encode(out);
    }

    pub(super) fn decode(habit: &Regularity, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(Ring::decode(habit.window(), input)?))
    }
}

fn unit_of(habit: &Regularity, stamp: &Stamp) -> i64 {
    match habit.unit {
        Unit::Weeks => civil::week(stamp.day),
        _ => i64::from(stamp.day),
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, PerUnit, Regularity, Unit};
    use crate::time::{Clock, DAY_MS, Stamp, Timeline, VirtualClock};

    fn in_session(stamp: &Stamp) -> Moment<'_> {
        Moment { stamp, session: 1 }
    }

    /// Noon, so many days after Monday 2026-03-02.
    fn day(days: i64) -> Stamp {
        let clock = VirtualClock::at((20_514 + days) * DAY_MS + DAY_MS / 2);
        Timeline::default().stamp(&clock.read().unwrap())
    }

    #[test]
    fn weeks_count_when_they_are_over_and_three_of_four_are_enough() {
        let habit =
            Regularity { event: "run".into(), times: 2, unit: Unit::Weeks, least: 3, of: 4 };
        let mut weeks = PerUnit::new(&habit);
        // Twice in the first, second and fourth week, once in the third.
        for at in [0, 3, 7, 8, 14, 21, 27] {
            weeks.apply(&in_session(&day(at)));
        }
        assert!(!weeks.holds(&habit, &day(27)), "the fourth is not over");
        assert_eq!(weeks.changes_at(&habit, &in_session(&day(27))), Some(day(28).at - DAY_MS / 2));
        assert!(weeks.holds(&habit, &day(28)));
        assert!(!weeks.holds(&habit, &day(35)), "the first is five weeks ago");
    }

    #[test]
    fn of_days_each_is_a_unit_and_today_is_none_yet() {
        let habit = Regularity { event: "run".into(), times: 1, unit: Unit::Days, least: 2, of: 3 };
        let mut days = PerUnit::new(&habit);
        for at in [0, 2] {
            days.apply(&in_session(&day(at)));
        }
        assert!(!days.holds(&habit, &day(2)));
        assert!(days.holds(&habit, &day(3)));
        assert!(!days.holds(&habit, &day(4)));
    }
}
