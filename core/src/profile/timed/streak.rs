//! Streaks of local days, the days that may be missed, and what repairs a broken one.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::time::{Stamp, civil};

/// Local days in a row with an event of a name, or the time until the streak breaks.
///
/// Days are looked at one after the other. A day without the event is bridged if fewer than
/// `freeze` days of its local week were bridged before, else it breaks the streak. A day that was
/// bridged does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streak {
    /// Name of the events.
    pub event: String,
    /// How many days of a local week are bridged, 0 to 6.
    pub freeze: u8,
    /// An event that gives a broken streak back on the day after the one that broke it.
    pub repair: Option<String>,
    /// What is asked of it.
    pub figure: StreakFigure,
}

/// What is asked of a streak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreakFigure {
    /// How many days it has.
    Days,
    /// How long until it breaks, ms: until the local midnight that ends the last day on which it
    /// can be kept.
    Left,
}

/// A streak, settled up to a day: every day up to it is known to have had the event or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::profile) struct Run {
    /// Days that count; 0 if there is no streak.
    days: u32,
    settled: i32,
    /// The last day with the event.
    active: i32,
    /// Days of week `week` that were bridged.
    bridged: u8,
    week: i64,
    /// The streak that broke last and the day that broke it.
    lost_days: u32,
    lost_on: i32,
}

impl Run {
    pub(super) fn apply(&mut self, streak: &Streak, event: &str, day: i32) {
        let began = *self != Self::default();
        let before = day.saturating_sub(1);
        *self = if began { self.settle(streak, before) } else { Self { settled: before, ..*self } };
        if streak.event == event && (self.active != day || self.days == 0) {
            self.days = self.days.saturating_add(1);
            self.active = day;
        }
        let repairs = streak.repair.as_deref() == Some(event);
        if repairs && self.lost_days > 0 && self.lost_on == before {
            self.days = self.days.saturating_add(self.lost_days);
            self.lost_days = 0;
        }
    }

    /// The streak as it is once the days up to `until` are over.
    fn settle(mut self, streak: &Streak, until: i32) -> Self {
        // A day is over once; the last active one may be settled already.
        while self.days > 0 && self.settled < until {
            self.settled = self.settled.saturating_add(1);
            if self.settled != self.active && !self.bridge(streak, self.settled) {
                (self.lost_days, self.lost_on) = (self.days, self.settled);
                self.days = 0;
            }
        }
        self.settled = self.settled.max(until);
        self
    }

    /// Bridges a missed day, if that is still possible in its week.
    fn bridge(&mut self, streak: &Streak, day: i32) -> bool {
        let week = civil::week(day);
        if self.week != week {
            (self.week, self.bridged) = (week, 0);
        }
        let bridges = self.bridged < streak.freeze;
        self.bridged = self.bridged.saturating_add(u8::from(bridges));
        bridges
    }

    /// Days of the streak on local day `today`.
    pub(super) fn days(&self, streak: &Streak, today: i32) -> u32 {
        self.settle(streak, today.saturating_sub(1)).days
    }

    /// The instant at which the streak breaks if nothing happens; none if there is no streak.
    pub(super) fn breaks_at(&self, streak: &Streak, stamp: &Stamp) -> Option<i64> {
        let mut run = self.settle(streak, stamp.day.saturating_sub(1));
        let mut day = if run.active == stamp.day { stamp.day.saturating_add(1) } else { stamp.day };
        // At most six days of each of two weeks.
        while run.days > 0 && run.bridge(streak, day) && day < stamp.day.saturating_add(15) {
            day = day.saturating_add(1);
        }
        (run.days > 0).then(|| stamp.start_of_day(day.saturating_add(1)))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.unsigned(u64::from(self.days));
        out.signed(i64::from(self.settled));
        out.signed(i64::from(self.active));
        out.byte(self.bridged);
        out.signed(self.week);
        out.unsigned(u64::from(self.lost_days));
        out.signed(i64::from(self.lost_on));
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            days: input.unsigned32()?,
            settled: input.signed32()?,
            active: input.signed32()?,
            bridged: input.byte()?,
            week: input.signed()?,
            lost_days: input.unsigned32()?,
            lost_on: input.signed32()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Run, Streak, StreakFigure};
    use crate::time::{Clock, DAY_MS, Stamp, Timeline, VirtualClock, civil};

    /// Monday 2026-03-02.
    const MONDAY: i32 = 20_514;

    fn streak(freeze: u8, repair: bool) -> Streak {
        let repair = repair.then(|| "pay".to_owned());
        Streak { event: "run".into(), freeze, repair, figure: StreakFigure::Days }
    }

    fn noon(day: i32) -> Stamp {
        let clock = VirtualClock::at(i64::from(day) * DAY_MS + DAY_MS / 2);
        Timeline::default().stamp(&clock.read().unwrap())
    }

    /// A letter a day from Monday on: `r`un, `p`ay, `b`oth, or none.
    fn after(streak: &Streak, days: &str) -> Run {
        let mut run = Run::default();
        for (day, letter) in (MONDAY..).zip(days.chars()) {
            if matches!(letter, 'r' | 'b') {
                run.apply(streak, "run", day);
                run.apply(streak, "run", day);
            }
            if matches!(letter, 'p' | 'b') {
                run.apply(streak, "pay", day);
            }
        }
        run
    }

    /// Days of the streak on the evening of the last day given.
    fn days(streak: &Streak, days: &str) -> u32 {
        after(streak, days).days(streak, MONDAY + i32::try_from(days.len()).unwrap() - 1)
    }

    #[test]
    fn a_streak_counts_its_days_and_lasts_through_the_day_after() {
        let plain = streak(0, false);
        assert_eq!(days(&plain, "-"), 0);
        assert_eq!(days(&plain, "rrr"), 3);
        assert_eq!(days(&plain, "rrr-"), 3, "there is still time");
        assert_eq!(days(&plain, "rrr--"), 0);
        assert_eq!(days(&plain, "rr-rr"), 2);
    }

    #[test]
    fn missed_days_are_bridged_as_far_as_the_week_allows() {
        let frozen = streak(2, false);
        assert_eq!(days(&frozen, "r-r-r"), 3);
        assert_eq!(days(&frozen, "r--r"), 2);
        assert_eq!(days(&frozen, "r--r-r"), 1, "the third of the week");
        // Saturday and Sunday of one week, Monday and Tuesday of the next.
        assert_eq!(days(&frozen, "rrrrr----r"), 6);
        assert_eq!(days(&frozen, "rrrrr-----r"), 1);
    }

    #[test]
    fn a_broken_streak_comes_back_on_the_next_day_alone() {
        let repaired = streak(0, true);
        assert_eq!(days(&repaired, "rrr-p"), 3);
        assert_eq!(days(&repaired, "rrr-b"), 4);
        assert_eq!(days(&repaired, "rrr-br"), 5);
        assert_eq!(days(&repaired, "rrr-pr"), 1, "on the day of the repair it must be kept, too");
        assert_eq!(days(&repaired, "rrr--p"), 0, "a day late");
        assert_eq!(days(&repaired, "rrrp"), 3, "not broken: nothing to repair");
        assert_eq!(days(&repaired, "rrr-p--"), 0);
    }

    #[test]
    fn it_breaks_at_the_midnight_after_the_last_day_on_which_it_can_be_kept() {
        let left = |streak: &Streak, letters: &str| {
            let today = MONDAY + i32::try_from(letters.len()).unwrap() - 1;
            let at = after(streak, letters).breaks_at(streak, &noon(today))?;
            Some((at - i64::from(today) * DAY_MS) / DAY_MS)
        };
        let plain = streak(0, false);
        assert_eq!(left(&plain, "rr"), Some(2), "tomorrow is enough");
        assert_eq!(left(&plain, "rr-"), Some(1));
        assert_eq!(left(&plain, "rr--"), None);
        assert_eq!(left(&streak(1, false), "rr"), Some(3));
        assert_eq!(left(&streak(1, false), "rr-"), Some(2));
        // Sunday and the Monday after are of two weeks.
        assert_eq!(left(&streak(1, false), "rrrrrr-"), Some(3));
        assert_eq!(left(&streak(0, true), "rr-p"), Some(1), "given back, to be kept today");
    }

    /// The same, day by day, from the list of all days.
    fn by_days(streak: &Streak, active: &[bool], repaired: &[bool]) -> u32 {
        let (mut length, mut lost) = (0_u32, None);
        let mut bridged = std::collections::BTreeMap::<i64, u8>::new();
        for day in 0..active.len() {
            if active[day] {
                length += 1;
            }
            if let Some((days, on)) = lost
                && repaired[day]
                && on + 1 == day
            {
                length += days;
                lost = None;
            }
            let is_over = day + 1 < active.len();
            if is_over && !active[day] && length > 0 {
                let week = civil::week(MONDAY + i32::try_from(day).unwrap());
                let used = bridged.entry(week).or_default();
                if *used < streak.freeze {
                    *used += 1;
                } else {
                    lost = Some((length, day));
                    length = 0;
                }
            }
        }
        length
    }

    proptest! {
        #[test]
        fn it_is_what_walking_through_all_days_gives(
            list in proptest::collection::vec(0_u8..8, 1..60), freeze in 0_u8..4, repair: bool, swap in any::<bool>(),
        ) {
            let streak = streak(freeze, repair);
            let active: Vec<bool> = list.iter().map(|day| *day < 5).collect();
            let repaired: Vec<bool> = list.iter().map(|day| repair && matches!(day, 4 | 5)).collect();
            let mut run = Run::default();
            for (place, day) in (0..list.len()).zip(MONDAY..) {
                let mut events = vec![("run", active[place]), ("pay", repaired[place])];
                if swap { events.reverse(); }
                for (event, happens) in events {
                    if happens { run.apply(&streak, event, day); }
                }
            }
            let today = MONDAY + i32::try_from(list.len()).unwrap() - 1;
            let slow = by_days(&streak, &active, &repaired);
            assert_eq!(run.days(&streak, today), slow);
            // And it ends at the very midnight that was told.
            if let Some(at) = run.breaks_at(&streak, &noon(today)) {
                let first = i32::try_from(at / DAY_MS).unwrap();
                assert_eq!(run.days(&streak, first), 0);
                assert_eq!(run.days(&streak, first - 1), slow);
            } else {
                assert_eq!(slow, 0);
            }
        }
    }
}
