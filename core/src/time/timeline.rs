//! From raw readings to one line of instants on which intervals are measured.

use super::moved::{PLAUSIBLE_MS, TOLERANCE_MS, is_moved};
use super::{ClockReading, DAY_MS, Zone};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// A server that says more time was missed than this is not believed: over a year in a drawer.
const MOST_MISSED_MS: i64 = 400 * DAY_MS;

/// One moment, as the fold sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Instant on the timeline: never goes back, measures what really passed. ms; starts as the
    /// wall clock and follows its small corrections forward.
    pub at: i64,
    /// The reading it was made from.
    pub reading: ClockReading,
    /// Local calendar day at `at`, days since 1970-01-01: what windows count. Never goes back
    /// either, so a flight westward lengthens a day and repeats none.
    pub day: i32,
    /// By how much the line is ahead of the true time, ms, as far as a server has told: it was led
    /// by a wall clock that was wrong. Local days begin when they truly do.
    pub lead_ms: i64,
}

impl Stamp {
    /// Minutes since local midnight, as the person sees it on the wall clock.
    #[must_use]
    pub fn minute_of_day(&self) -> u16 {
        self.reading.zone.minute_of_day(self.reading.wall_ms)
    }

    /// The local hour on the wall clock, 0 to 23.
    #[must_use]
    #[inline]
    pub fn hour(&self) -> i64 {
        self.reading.zone.hour(self.reading.wall_ms)
    }

    /// The instant on the timeline at which the wall clock will show `wall_ms`.
    #[must_use]
    pub fn from_wall(&self, wall_ms: i64) -> i64 {
        wall_ms.saturating_sub(self.reading.wall_ms).saturating_add(self.at)
    }

    /// The instant at which local day `day` begins.
    #[must_use]
    pub fn start_of_day(&self, day: i32) -> i64 {
        let true_day = day.saturating_sub(lead_days(self.lead_ms));
        let zone = zone_on_line(&self.reading, self.at.saturating_sub(self.lead_ms));
        zone.instant(true_day, 0).saturating_add(self.lead_ms)
    }

    /// Whether local time is told otherwise than `other` foretold: another zone, or a wall clock
    /// that was moved.
    #[must_use]
    pub fn tells_otherwise(&self, other: &Self) -> bool {
        let ahead = |stamp: &Self| stamp.reading.wall_ms.saturating_sub(stamp.at);
        let zone = |stamp: &Self| stamp.reading.zone.from_instant(self.reading.wall_ms);
        zone(self) != zone(other)
            || self.lead_ms != other.lead_ms
            || ahead(self).abs_diff(ahead(other)) > TOLERANCE_MS
    }

    /// Local calendar day by the wall clock, right or wrong: what an event tells the backend.
    #[must_use]
    pub fn wall_day(&self) -> i32 {
        self.reading.zone.day(self.reading.wall_ms)
    }

    /// The same clocks `at` a later instant.
    #[must_use]
    pub fn later(&self, at: i64) -> Self {
        let ms = at.saturating_sub(self.at);
        let wall_ms = self.reading.wall_ms.saturating_add(ms);
        let zone = self.reading.zone.from_instant(wall_ms);
        let boot_ms = self.reading.boot_ms.saturating_add_signed(ms);
        let reading = ClockReading { wall_ms, boot_ms, zone, ..self.reading };
        let day = day_at(&reading, at, self.lead_ms).max(self.day);
        Self { at, day, lead_ms: self.lead_ms, reading }
    }
}

/// The line so far: the last stamp on it and how often the wall clock was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeline {
    last: Option<Stamp>,
    moved: u32,
    anchor: Option<Anchor>,
}

/// What a server said the time was, at a moment that the clock since boot knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    server_ms: i64,
    reading: ClockReading,
}

impl Anchor {
    /// The true time at a reading of the same boot.
    fn truth(&self, reading: &ClockReading) -> Option<i64> {
        Some(self.server_ms.saturating_add(elapsed_in_boot(&self.reading, reading)?))
    }
}

impl Timeline {
    /// The last stamp.
    #[must_use]
    pub fn last(&self) -> Option<&Stamp> {
        self.last.as_ref()
    }

    /// How often the wall clock was found moved while the device ran.
    #[must_use]
    pub fn moved(&self) -> u32 {
        self.moved
    }

    /// What `reading` would be on this line.
    ///
    /// Within one boot the clock since boot tells how much passed. Across boots only the wall
    /// clock is left; if it went back, nothing passed.
    #[must_use]
    pub fn stamp(&self, reading: &ClockReading) -> Stamp {
        let Some(last) = &self.last else {
            let day = reading.zone.day(reading.wall_ms);
            return Stamp { at: reading.wall_ms, reading: *reading, day, lead_ms: 0 };
        };
        let by_wall = reading.wall_ms.saturating_sub(last.reading.wall_ms);
        let passed = match elapsed_in_boot(&last.reading, reading) {
            _ if follows_wall(last, reading) => reading.wall_ms.saturating_sub(last.at),
            Some(ms) if by_wall.abs_diff(ms) > TOLERANCE_MS => ms,
            // Small corrections of the wall clock are followed, so that both lines stay together.
            _ => by_wall,
        };
        let at = last.at.saturating_add(passed.max(0));
        let truth = self.anchor.and_then(|anchor| anchor.truth(reading));
        let (at, lead_ms) = match truth {
            // The line stood still while the device did not know the time.
            Some(truth) if truth.saturating_sub(at) > tolerance() => (truth, 0),
            _ => (at, last.lead_ms),
        };
        // Until now the clocks showed what they showed last, whether anyone looked or not.
        let known = if lead_ms == last.lead_ms { last.later(at).day } else { last.day };
        let day = day_at(reading, at, lead_ms).max(known);
        Stamp { at, reading: *reading, day, lead_ms }
    }

    /// What a server says the time is, at `reading`: the line follows it if it is behind, and if it
    /// is ahead knows by how much. Whether that tells anything new; only then it is a record.
    #[must_use]
    pub fn anchored(&self, server_ms: i64, reading: &ClockReading) -> Option<Self> {
        let last = self.last?;
        let at = self.stamp(reading).at;
        let lead_ms = at.saturating_sub(server_ms);
        let news = lead_ms.abs_diff(last.lead_ms) > TOLERANCE_MS;
        let believed = server_ms >= PLAUSIBLE_MS && lead_ms >= -MOST_MISSED_MS;
        if reading.boot_id.is_none() || !news || !believed {
            return None;
        }
        let anchor = Some(Anchor { server_ms, reading: *reading });
        let lead_ms = if lead_ms > tolerance() { lead_ms } else { 0 };
        let last = Some(Stamp { lead_ms, ..last });
        Some(Self { last, anchor, ..*self })
    }

    /// Moves the line on to `stamp`.
    pub fn apply(&mut self, stamp: &Stamp) {
        if self.last.is_some_and(|last| is_moved(&last.reading, &stamp.reading)) {
            self.moved = self.moved.saturating_add(1);
        }
        self.last = Some(*stamp);
    }

    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.unsigned(u64::from(self.moved));
        out.optional(self.last, |out, stamp| {
            out.signed(stamp.at);
            out.signed(i64::from(stamp.day));
            out.signed(stamp.lead_ms);
            stamp.reading.encode(out);
        });
        out.optional(self.anchor, |out, anchor| {
            out.signed(anchor.server_ms);
            anchor.reading.encode(out);
        });
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            moved: input.unsigned32()?,
            last: input.optional(|input| {
                Ok(Stamp {
                    at: input.signed()?,
                    day: input.signed32()?,
                    lead_ms: input.signed()?,
                    reading: ClockReading::decode(input)?,
                })
            })?,
            anchor: input.optional(|input| {
                Ok(Anchor { server_ms: input.signed()?, reading: ClockReading::decode(input)? })
            })?,
        })
    }
}

impl ClockReading {
    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.signed(self.wall_ms);
        out.unsigned(self.boot_ms);
        out.optional(self.boot_id, Writer::unsigned);
        self.zone.encode(out);
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            wall_ms: input.signed()?,
            boot_ms: input.unsigned()?,
            boot_id: input.optional(Reader::unsigned)?,
            zone: Zone::decode(input)?,
        })
    }
}

/// The zone for true instants as the line has them, `at` being that of the reading: its offset changes when the wall clock shows that it does,
/// however far that clock was moved.
fn zone_on_line(reading: &ClockReading, at: i64) -> Zone {
    let behind = at.saturating_sub(reading.wall_ms);
    let mut zone = reading.zone;
    if let Some(change) = &mut zone.next {
        change.at = change.at.saturating_add(behind);
    }
    zone
}

/// Whether this is the first plausible date of a device that did not know the time.
pub(super) fn follows_wall(last: &Stamp, reading: &ClockReading) -> bool {
    last.at < PLAUSIBLE_MS && reading.wall_ms >= PLAUSIBLE_MS
}

fn tolerance() -> i64 {
    i64::try_from(TOLERANCE_MS).unwrap_or(i64::MAX)
}

/// The local day at `at` on a line that is ahead by `lead_ms`.
pub(super) fn day_at(reading: &ClockReading, at: i64, lead_ms: i64) -> i32 {
    let true_at = at.saturating_sub(lead_ms);
    zone_on_line(reading, true_at).day(true_at).saturating_add(lead_days(lead_ms))
}

/// The whole days of a lead, rounded: the number of a day stays that of the line, only its beginning
/// moves.
fn lead_days(lead_ms: i64) -> i32 {
    let days = lead_ms.saturating_add(DAY_MS / 2).div_euclid(DAY_MS);
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// Time between two readings of one boot; `None` if they are not known to be of one.
fn elapsed_in_boot(from: &ClockReading, to: &ClockReading) -> Option<i64> {
    let same = from.boot_id.is_some() && from.boot_id == to.boot_id;
    (same && to.boot_ms >= from.boot_ms)
        .then(|| i64::try_from(to.boot_ms - from.boot_ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Timeline;
    use crate::time::{Clock, DAY_MS, HOUR_MS, OffsetChange, VirtualClock, Zone};

    const START: i64 = 1_700_000_000_000;

    fn applied(clock: &VirtualClock, line: &mut Timeline) -> i64 {
        let stamp = line.stamp(&clock.read().unwrap());
        line.apply(&stamp);
        stamp.at
    }

    #[test]
    fn a_wall_clock_moved_by_hand_moves_no_instant() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        let first = applied(&clock, &mut line);
        clock.set_wall(START + 48 * HOUR_MS);
        clock.advance(HOUR_MS);
        assert_eq!(applied(&clock, &mut line) - first, HOUR_MS);
        clock.set_wall(START);
        clock.advance(HOUR_MS);
        assert_eq!(applied(&clock, &mut line) - first, 2 * HOUR_MS);
        assert_eq!(line.moved(), 2);
    }

    #[test]
    fn a_wall_clock_set_a_year_ahead_and_back_moves_no_day() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        applied(&clock, &mut line);
        let day = line.last().unwrap().day;
        clock.set_wall(START + 365 * 24 * HOUR_MS);
        applied(&clock, &mut line);
        assert_eq!(line.last().unwrap().day, day);
        clock.set_wall(START);
        clock.advance(24 * HOUR_MS);
        applied(&clock, &mut line);
        assert_eq!(line.last().unwrap().day, day + 1);
    }

    #[test]
    fn days_begin_where_they_were_told_to_when_a_moved_clock_passes_a_change_of_offset() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        let next = Some(OffsetChange { at: START + 30 * HOUR_MS, offset_min: 120 });
        clock.set_zone(Zone { offset_min: 60, next });
        applied(&clock, &mut line);
        clock.set_wall(START + 10 * HOUR_MS);
        applied(&clock, &mut line);
        let stamp = *line.last().unwrap();
        for days in 1..4 {
            let begins_at = stamp.start_of_day(stamp.day + days);
            assert_eq!(stamp.later(begins_at).day, stamp.day + days);
            assert_eq!(stamp.later(begins_at - 1).day, stamp.day + days - 1);
            for hours in [12, 19, 21, 23] {
                let later = stamp.later(stamp.at + hours * HOUR_MS);
                let seen = later.start_of_day(stamp.day + days);
                assert!(seen == begins_at || begins_at < later.at, "seen after {hours} h");
            }
        }
    }

    #[test]
    fn a_midnight_before_a_flight_westward_has_been_whether_anyone_looked_or_not() {
        let days = [true, false].map(|looked| {
            let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
            applied(&clock, &mut line);
            // Past midnight in Greenwich, then to where it is still the day before.
            clock.advance(3 * HOUR_MS);
            if looked {
                applied(&clock, &mut line);
            }
            clock.set_zone(Zone::fixed(-300));
            clock.advance(HOUR_MS);
            applied(&clock, &mut line);
            line.last().unwrap().day
        });
        assert_eq!(days[0], days[1]);
    }

    #[test]
    fn a_device_that_did_not_know_the_time_follows_the_first_plausible_one() {
        let (clock, mut line) = (VirtualClock::at(60_000), Timeline::default());
        applied(&clock, &mut line);
        clock.set_wall(START);
        assert_eq!(applied(&clock, &mut line), START);
        assert_eq!(line.moved(), 0);
    }

    #[test]
    fn a_reboot_is_bridged_by_the_wall_clock_and_never_goes_back() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        let first = applied(&clock, &mut line);
        clock.reboot();
        clock.advance(HOUR_MS);
        assert_eq!(applied(&clock, &mut line) - first, HOUR_MS);
        clock.reboot();
        clock.set_wall(START - HOUR_MS);
        assert_eq!(applied(&clock, &mut line) - first, HOUR_MS);
        assert_eq!(line.moved(), 0);
    }

    #[test]
    fn a_server_gives_back_the_time_that_a_reset_clock_has_missed() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        applied(&clock, &mut line);
        // Off for nine days; the clock lost its battery and shows the past.
        clock.reboot();
        clock.set_wall(START - 300 * 24 * HOUR_MS);
        assert_eq!(applied(&clock, &mut line), START);
        let reading = clock.read().unwrap();
        assert_eq!(line.anchored(START + 60_000, &reading), None, "a minute is no news");
        assert_eq!(line.anchored(START + 500 * 24 * HOUR_MS, &reading), None, "not believed");
        line = line.anchored(START + 9 * 24 * HOUR_MS, &reading).unwrap();
        clock.advance(HOUR_MS);
        assert_eq!(applied(&clock, &mut line), START + 9 * 24 * HOUR_MS + HOUR_MS);
        // Said again, it is no news; and the next boot goes on from there.
        let truth = START + 9 * 24 * HOUR_MS + HOUR_MS;
        assert_eq!(line.anchored(truth, &clock.read().unwrap()), None);
        clock.reboot();
        clock.advance(HOUR_MS);
        assert_eq!(applied(&clock, &mut line), truth + HOUR_MS);
    }

    #[test]
    fn a_line_that_is_ahead_begins_its_days_when_they_truly_begin() {
        let midnight = START.div_euclid(DAY_MS) * DAY_MS;
        // First seen with a clock that is 100 days and 7 hours ahead.
        let clock = VirtualClock::at(midnight + 100 * DAY_MS + 7 * HOUR_MS + 10 * HOUR_MS);
        let mut line = Timeline::default();
        let first = applied(&clock, &mut line);
        let truth = midnight + 10 * HOUR_MS;
        line = line.anchored(truth, &clock.read().unwrap()).unwrap();
        clock.set_wall(truth);
        applied(&clock, &mut line);
        let day = line.last().unwrap().day;
        clock.advance(14 * HOUR_MS - 1);
        applied(&clock, &mut line);
        assert_eq!(line.last().unwrap().day, day, "a millisecond before midnight");
        let stamp = *line.last().unwrap();
        assert_eq!(stamp.start_of_day(day + 1), stamp.at + 1);
        assert_eq!(stamp.later(stamp.at + 1).day, day + 1);
        clock.advance(1);
        assert_eq!(applied(&clock, &mut line) - first, 14 * HOUR_MS);
        assert_eq!(line.last().unwrap().day, day + 1);
        // Told again, the lead is what it was.
        assert_eq!(line.anchored(midnight + DAY_MS, &clock.read().unwrap()), None);
    }

    #[test]
    fn network_time_that_corrects_by_seconds_is_followed() {
        let (clock, mut line) = (VirtualClock::at(START), Timeline::default());
        applied(&clock, &mut line);
        clock.set_wall(START + 5_000);
        assert_eq!(applied(&clock, &mut line), START + 5_000);
        assert_eq!(line.moved(), 0);
    }
}
