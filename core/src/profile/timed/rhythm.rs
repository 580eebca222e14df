//! At which hours of the week the person is here.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::time::{Stamp, civil};

/// Something about the person's hours of the week.
///
/// Every local hour in which the person did anything counts 1, and each local week that begins
/// later takes it down to 2^(-1/4): it counts half after 28 days. Hours follow the clock that the
/// person sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// The hour of the week now: 0 = Monday from midnight, to 167.
    HourOfWeek,
    /// The local hour of the day, 0 to 23, with most of them; the earliest of several. A fault
    /// while there is none.
    BestHour,
    /// The part of them, 0 to 1, in hours of the day from one to before another, over midnight if
    /// the second is the smaller one. A fault while there is none.
    ActiveShare {
        /// 0 to 23.
        from_hour: u8,
        /// 1 to 24.
        to_hour: u8,
    },
    /// Time until the next hour of the week with at least half as many as the strongest; 0 in one.
    /// A fault while there is none.
    NextActive,
}

/// Hours in a week.
const HOURS: usize = 168;
/// What an hour of this week counts: weights are fixed-point, so that the same events give the
/// same bits on every machine.
const WHOLE: u32 = 1 << 16;
/// 2^(-1/4) of it.
const WEEKLY: u64 = 55_109;
/// After so many weeks the heaviest weight is 0.
const FORGOTTEN_WEEKS: i64 = 128;

/// How much each hour of the week weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::profile) struct Histogram {
    /// Of the last hour that was counted.
    week: i64,
    counted: Option<(i32, u8)>,
    weights: Box<[u32]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { week: 0, counted: None, weights: vec![0; HOURS].into() }
    }
}

impl Histogram {
    /// Of all its weights.
    pub(super) const BYTES: usize = HOURS * size_of::<u32>();

    /// The person did something.
    pub(in crate::profile) fn apply(&mut self, stamp: &Stamp) {
        let (day, hour) = (stamp.wall_day(), hour(stamp));
        if self.counted == Some((day, hour)) {
            return;
        }
        self.counted = Some((day, hour));
        let week = civil::week(stamp.day);
        for _ in 0..(week - self.week).clamp(0, FORGOTTEN_WEEKS) {
            for weight in &mut self.weights {
                // Never more than before, so it fits.
                *weight = u32::try_from((u64::from(*weight) * WEEKLY) >> 16).unwrap_or(*weight);
            }
        }
        self.week = self.week.max(week);
        if let Some(weight) = self.weights.get_mut(place(day, hour)) {
            *weight = weight.saturating_add(WHOLE);
        }
    }

    /// The weight of an hour of the day, over all days of the week.
    fn of_hour(&self, hour: usize) -> u64 {
        self.weights.iter().skip(hour).step_by(24).map(|weight| u64::from(*weight)).sum()
    }

    fn total(&self) -> u64 {
        self.weights.iter().map(|weight| u64::from(*weight)).sum()
    }

    pub(super) fn best_hour(&self) -> Option<i64> {
        let mut best = (0, None);
        for (hour, number) in (0..24).zip(0_i64..) {
            let weight = self.of_hour(hour);
            if weight > best.0 {
                best = (weight, Some(number));
            }
        }
        best.1
    }

    #[expect(clippy::cast_precision_loss, reason = "168 weights of 32 bits are below 2^53")]
    pub(super) fn share(&self, from_hour: u8, to_hour: u8) -> Option<f64> {
        let total = self.total();
        let inside = |hour: &u8| {
            let (begun, over) = (*hour >= from_hour, *hour >= to_hour);
            if from_hour < to_hour { begun && !over } else { begun || !over }
        };
        let share: u64 = (0..24).filter(inside).map(|hour| self.of_hour(usize::from(hour))).sum();
        (total > 0).then(|| share as f64 / total as f64)
    }

    fn is_active(&self, place: usize, strongest: u32) -> bool {
        self.weights.get(place).is_some_and(|weight| *weight >= strongest.div_ceil(2))
    }

    /// The instant at which the next active hour begins, that of `stamp` if it is one.
    pub(super) fn active_at(&self, stamp: &Stamp) -> Option<i64> {
        let strongest = self.weights.iter().copied().max().filter(|weight| *weight > 0)?;
        let (day, hour) = (stamp.wall_day(), hour(stamp));
        if self.is_active(place(day, hour), strongest) {
            return Some(stamp.at);
        }
        let zone = stamp.reading.zone;
        // The same hour a week later is the last one that can be it, or a week after that. An hour
        // that a change of the offset skips is none: clocks show the next one then.
        let hours = (1..=2 * HOURS).filter_map(|ahead| {
            let ahead = usize::from(hour) + ahead;
            let day = day.saturating_add(i32::try_from(ahead / 24).ok()?);
            let hour = u8::try_from(ahead % 24).ok()?;
            let active = self.is_active(place(day, hour), strongest);
            let wall_ms = active.then(|| zone.instant(day, u16::from(hour) * 60))?;
            let shown = (zone.day(wall_ms), zone.minute_of_day(wall_ms) / 60);
            (shown == (day, u16::from(hour))).then_some(wall_ms)
        });
        let mut ahead = hours.filter(|wall_ms| *wall_ms > stamp.reading.wall_ms);
        ahead.next().map(|wall_ms| stamp.from_wall(wall_ms))
    }

    pub(in crate::profile) fn encode(&self, out: &mut Writer<'_>) {
        out.signed(self.week);
        out.optional(self.counted, |out, (day, hour)| {
            out.signed(i64::from(day));
            out.byte(hour);
        });
        self.weights.iter().for_each(|weight| out.unsigned(u64::from(*weight)));
    }

    pub(in crate::profile) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut histogram = Self {
            week: input.signed()?,
            counted: input.optional(|input| Ok((input.signed32()?, input.byte()?)))?,
            ..Self::default()
        };
        for weight in &mut histogram.weights {
            *weight = input.unsigned32()?;
        }
        Ok(histogram)
    }
}

fn hour(stamp: &Stamp) -> u8 {
    u8::try_from(stamp.minute_of_day() / 60).unwrap_or(0)
}

/// The hour of the week.
fn place(day: i32, hour: u8) -> usize {
    usize::from(civil::weekday(day).saturating_sub(1)) * 24 + usize::from(hour)
}

/// The hour of the week that local clocks show.
pub(super) fn hour_of_week(stamp: &Stamp) -> i64 {
    i64::try_from(place(stamp.wall_day(), hour(stamp))).unwrap_or(0)
}

/// The instant at which local clocks show another hour.
pub(super) fn next_hour(stamp: &Stamp) -> i64 {
    let minute = (stamp.minute_of_day() / 60 + 1) % 24 * 60;
    stamp.from_wall(stamp.reading.zone.next_showing(stamp.reading.wall_ms, minute))
}

#[cfg(test)]
mod tests {
    use super::{HOURS, Histogram, WHOLE, hour_of_week, next_hour};
    use crate::time::{Clock, HOUR_MS, OffsetChange, Stamp, Timeline, VirtualClock, Zone};

    /// Monday 2026-03-02, midnight UTC.
    const MONDAY: i64 = 20_514 * 24 * HOUR_MS;

    fn at(hours: i64) -> Stamp {
        in_zone(MONDAY + hours * HOUR_MS, Zone::fixed(0))
    }

    fn in_zone(wall_ms: i64, zone: Zone) -> Stamp {
        let clock = VirtualClock::at(wall_ms);
        clock.set_zone(zone);
        Timeline::default().stamp(&clock.read().unwrap())
    }

    fn active(hours: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        for hours in hours {
            histogram.apply(&at(*hours));
        }
        histogram
    }

    #[test]
    fn an_hour_counts_once_however_much_happens_in_it() {
        let mut histogram = active(&[20, 20, 44, 9]);
        histogram.apply(&in_zone(MONDAY + 9 * HOUR_MS + 59 * 60_000, Zone::fixed(0)));
        assert_eq!(histogram.best_hour(), Some(20));
        assert_eq!(histogram.total(), 3 * u64::from(WHOLE));
        assert_eq!(active(&[20, 9]).best_hour(), Some(9), "the earlier of two");
        assert_eq!(active(&[]).best_hour(), None);
    }

    #[test]
    fn after_28_days_an_hour_counts_half() {
        let histogram = active(&[20, 28 * 24 + 9]);
        let share = histogram.share(20, 21).unwrap();
        assert!((share - 1.0 / 3.0).abs() < 1e-4, "{share}");
        assert_eq!(histogram.best_hour(), Some(9));
        let long = active(&[20, 20 + 600 * 24 * 7, 9 + 601 * 24 * 7]);
        assert_eq!(long.weights.iter().filter(|weight| **weight > 0).count(), 2);
        assert_eq!(active(&[20, 24 * 7 * 1_000 + 3]).share(3, 4), Some(1.0), "forgotten");
    }

    #[test]
    fn a_share_may_pass_midnight() {
        let histogram = active(&[22, 23, 24, 12]);
        assert_eq!(histogram.share(22, 1), Some(0.75));
        assert_eq!(histogram.share(1, 22), Some(0.25));
        assert_eq!(histogram.share(0, 24), Some(1.0));
        assert_eq!(active(&[]).share(0, 24), None);
    }

    #[test]
    fn the_next_active_hour_is_at_least_half_as_strong_as_the_strongest() {
        let week = i64::try_from(HOURS).unwrap();
        // Monday at 20 in two weeks, Wednesday at 12 in the second, Friday in the first.
        let histogram = active(&[20, 4 * 24 + 1, 20 + week, 48 + 12 + week]);
        let next =
            |hours: i64| histogram.active_at(&at(hours)).map(|at| (at - MONDAY) / HOUR_MS - hours);
        assert_eq!(next(20 + 2 * week), Some(0));
        assert_eq!(next(21 + 2 * week), Some(39));
        assert_eq!(next(48 + 13 + 2 * week), Some(week + 20 - 61), "over Friday");
        assert_eq!(Histogram::default().active_at(&at(0)), None);
    }

    #[test]
    fn hours_that_a_change_of_the_offset_repeats_or_skips_end_where_clocks_show_it() {
        // Berlin, 2026-10-25: 03:00 becomes 02:00 (01:00 UTC).
        let autumn = 1_792_890_000_000;
        let next = Some(OffsetChange { at: autumn, offset_min: 60 });
        let zone = Zone { offset_min: 120, next };
        let ended = |wall_ms| next_hour(&in_zone(wall_ms, zone)) - autumn;
        assert_eq!(ended(autumn - 2 * HOUR_MS), -HOUR_MS);
        // 02:30 is looked at again when it becomes 02:00, and ends an hour later.
        assert_eq!(ended(autumn - HOUR_MS / 2), 0);
        assert_eq!(ended(autumn), HOUR_MS);
        let mut histogram = Histogram::default();
        histogram.apply(&in_zone(autumn - HOUR_MS / 2, zone));
        histogram.apply(&in_zone(autumn + HOUR_MS / 2, zone));
        assert_eq!(histogram.total(), u64::from(WHOLE));
        assert_eq!(hour_of_week(&in_zone(autumn, zone)), 6 * 24 + 2);
    }

    #[test]
    fn an_active_hour_that_a_change_of_the_offset_skips_is_not_the_next_one() {
        // Berlin, 2026-03-29: 02:00 becomes 03:00 (01:00 UTC).
        let spring = 1_774_746_000_000;
        let next = Some(OffsetChange { at: spring, offset_min: 120 });
        let zone = Zone { offset_min: 60, next };
        let mut histogram = Histogram::default();
        // The Sunday before, at two.
        histogram.apply(&in_zone(spring - 7 * 24 * HOUR_MS, zone));
        let now = in_zone(spring - 5 * HOUR_MS, zone);
        let a_week_later = spring + 7 * 24 * HOUR_MS - HOUR_MS;
        assert_eq!(histogram.active_at(&now), Some(a_week_later));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let histogram = active(&[1, 2, 500]);
        let mut bytes = Vec::new();
        histogram.encode(&mut crate::codec::Writer::new(&mut bytes));
        let mut input = crate::codec::Reader::new(&bytes, "test");
        assert_eq!(Histogram::decode(&mut input), Ok(histogram));
    }
}
