//! Local civil time without a time-zone database: the offset now and the next change of it,
//! pushed by the host, are enough for every window and quiet hour of the coming months.

use super::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// The offset from UTC that holds now, and when and to what it changes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone {
    /// Minutes east of UTC now.
    pub offset_min: i16,
    /// The next change, if the host knows one.
    pub next: Option<OffsetChange>,
}

/// A change of offset, such as the start of daylight saving time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetChange {
    /// Wall-clock instant of the change, ms since 1970-01-01T00:00Z.
    pub at: i64,
    /// Minutes east of UTC from then on.
    pub offset_min: i16,
}

impl Zone {
    /// A zone whose offset never changes.
    #[must_use]
    pub fn fixed(offset_min: i16) -> Self {
        Self { offset_min, next: None }
    }

    /// Minutes east of UTC at wall-clock instant `wall_ms`.
    #[must_use]
    pub fn offset_at(&self, wall_ms: i64) -> i16 {
        match self.next {
            Some(change) if wall_ms >= change.at => change.offset_min,
            _ => self.offset_min,
        }
    }

    /// The same zone as told at wall-clock instant `wall_ms`: a change that is past by then is the
    /// offset that holds.
    #[must_use]
    pub fn from_instant(&self, wall_ms: i64) -> Self {
        let next = self.next.filter(|change| change.at > wall_ms);
        Self { offset_min: self.offset_at(wall_ms), next }
    }

    /// Local calendar day at `wall_ms`, days since 1970-01-01.
    #[must_use]
    pub fn day(&self, wall_ms: i64) -> i32 {
        let days = self.local_ms(wall_ms).div_euclid(DAY_MS);
        i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
    }

    /// Minutes since local midnight at `wall_ms`, 0 to 1439.
    #[must_use]
    pub fn minute_of_day(&self, wall_ms: i64) -> u16 {
        let minutes = self.local_ms(wall_ms).rem_euclid(DAY_MS) / MINUTE_MS;
        u16::try_from(minutes).unwrap_or(0)
    }

    /// The local hour at `wall_ms`, 0 to 23.
    #[must_use]
    #[inline]
    pub fn hour(&self, wall_ms: i64) -> i64 {
        self.local_ms(wall_ms).rem_euclid(DAY_MS) / HOUR_MS
    }

    /// First wall-clock instant at or after the moment that local clocks show `minute` of `day`.
    ///
    /// A time that a change of offset skips gives the instant of the change; one that occurs
    /// twice gives its first occurrence.
    #[must_use]
    pub fn instant(&self, day: i32, minute: u16) -> i64 {
        let local = i64::from(day) * DAY_MS + i64::from(minute) * MINUTE_MS;
        let before = local - i64::from(self.offset_min) * MINUTE_MS;
        match self.next {
            Some(change) if before >= change.at => {
                (local - i64::from(change.offset_min) * MINUTE_MS).max(change.at)
            }
            _ => before,
        }
    }

    /// The next wall-clock instant after `wall_ms` at which local clocks begin to show `minute` of
    /// a day, or at which the offset changes: then it is to be asked again.
    #[must_use]
    pub fn next_showing(&self, wall_ms: i64, minute: u16) -> i64 {
        let local = self.local_ms(wall_ms);
        let today = local.saturating_sub(local.rem_euclid(DAY_MS));
        let shown = today.saturating_add(i64::from(minute) * MINUTE_MS);
        let next = if shown > local { shown } else { shown.saturating_add(DAY_MS) };
        let next = next.saturating_sub(i64::from(self.offset_at(wall_ms)) * MINUTE_MS);
        let change = self.next.filter(|change| change.at > wall_ms);
        change.map_or(next, |change| next.min(change.at))
    }

    fn local_ms(&self, wall_ms: i64) -> i64 {
        wall_ms.saturating_add(i64::from(self.offset_at(wall_ms)) * MINUTE_MS)
    }

    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.signed(i64::from(self.offset_min));
        out.optional(self.next, |out, change| {
            out.signed(change.at);
            out.signed(i64::from(change.offset_min));
        });
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let offset =
            |input: &mut Reader<'_>| i16::try_from(input.signed()?).map_err(|_| input.malformed());
        Ok(Self {
            offset_min: offset(input)?,
            next: input.optional(|input| {
                Ok(OffsetChange { at: input.signed()?, offset_min: offset(input)? })
            })?,
        })
    }
}

/// Day of the week of a calendar day: 1 = Monday to 7 = Sunday.
#[must_use]
pub fn weekday(day: i32) -> u8 {
    // 1970-01-01 was a Thursday.
    let from_monday = (i64::from(day) + 3).rem_euclid(7);
    u8::try_from(from_monday + 1).unwrap_or(1)
}

/// Number of the calendar week (from Monday) that `day` belongs to.
#[must_use]
pub fn week(day: i32) -> i64 {
    (i64::from(day) + 3).div_euclid(7)
}

/// First day of week `week`.
#[must_use]
pub fn first_day_of_week(week: i64) -> i32 {
    i32::try_from(week.saturating_mul(7).saturating_sub(3)).unwrap_or(i32::MAX)
}

/// Year, month (1 to 12) and day of month of a calendar day (proleptic Gregorian).
///
/// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
#[must_use]
pub fn date(day: i32) -> (i64, u8, u8) {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day_of_month).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::{OffsetChange, Zone, date, first_day_of_week, week, weekday};

    use crate::time::HOUR_MS as HOURS;

    /// Berlin before the last Sunday of March 2026, when 02:00 becomes 03:00 (01:00 UTC).
    const SPRING: i64 = 1_774_746_000_000;
    const BERLIN: Zone =
        Zone { offset_min: 60, next: Some(OffsetChange { at: SPRING, offset_min: 120 }) };

    #[test]
    fn days_begin_at_local_midnight_on_both_sides_of_a_change() {
        let day = BERLIN.day(SPRING);
        assert_eq!(date(day), (2026, 3, 29));
        assert_eq!(BERLIN.day(SPRING - 2 * HOURS - 1), day - 1);
        assert_eq!(BERLIN.instant(day, 0), SPRING - 2 * HOURS);
        // The day has 23 hours.
        assert_eq!(BERLIN.instant(day + 1, 0) - BERLIN.instant(day, 0), 23 * HOURS);
    }

    #[test]
    fn a_local_time_that_is_skipped_is_the_instant_of_the_change() {
        let day = BERLIN.day(SPRING);
        assert_eq!(BERLIN.instant(day, 150), SPRING);
        assert_eq!(BERLIN.minute_of_day(SPRING), 180);
        assert_eq!(BERLIN.minute_of_day(SPRING - 1), 119);
    }

    #[test]
    fn a_local_time_that_occurs_twice_is_its_first_occurrence() {
        // Berlin, last Sunday of October 2026: 03:00 becomes 02:00 (01:00 UTC).
        let autumn = 1_792_890_000_000;
        let zone =
            Zone { offset_min: 120, next: Some(OffsetChange { at: autumn, offset_min: 60 }) };
        let day = zone.day(autumn);
        assert_eq!(zone.instant(day, 150), autumn - HOURS / 2);
    }

    #[test]
    fn a_time_is_shown_next_today_or_tomorrow_and_looked_at_again_when_clocks_jump() {
        let day = BERLIN.day(SPRING);
        let shown = |wall_ms, minute| BERLIN.next_showing(wall_ms, minute);
        // 01:30 is to come, 01:00 is gone and comes after the clocks have jumped.
        assert_eq!(shown(SPRING - HOURS, 90), SPRING - HOURS / 2);
        assert_eq!(shown(SPRING - HOURS, 60), SPRING);
        assert_eq!(shown(SPRING, 60), BERLIN.instant(day + 1, 60));
        assert_eq!(shown(SPRING, 181), SPRING + HOURS / 60);
    }

    #[test]
    fn weeks_run_from_monday_to_sunday() {
        // 2026-11-16 is a Monday.
        let monday = 20_773;
        assert_eq!(date(monday), (2026, 11, 16));
        assert_eq!((weekday(monday), weekday(monday + 6)), (1, 7));
        assert_eq!(week(monday), week(monday + 6));
        assert_eq!(first_day_of_week(week(monday + 3)), monday);
        assert_ne!(week(monday), week(monday - 1));
    }

    #[test]
    fn dates_agree_with_known_ones_before_and_after_1970() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!(date(11_016), (2000, 2, 29));
    }
}
