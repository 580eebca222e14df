//! Hours of days of the week.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::time::{Stamp, civil};

/// From one local time of day to before another, on some days of the week. Over midnight it is
/// the day on which the hours began that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekHours {
    /// Bit 0 = Monday, to bit 6 = Sunday.
    pub days: u8,
    /// Minutes since midnight, 0 to 1439.
    pub from_min: u16,
    /// Minutes since midnight, 1 to 1440; smaller than `from_min` over midnight.
    pub to_min: u16,
}

/// Minutes of a day.
pub(in crate::profile) const DAY_MIN: u16 = 1_440;

impl WeekHours {
    /// Whether the bounds are bounds: some day, and a length.
    pub(in crate::profile) fn is_valid(self) -> bool {
        (1..128).contains(&self.days)
            && self.from_min < DAY_MIN
            && (1..=DAY_MIN).contains(&self.to_min)
            && self.from_min != self.to_min
    }

    /// Whether the wall clock shows one of these hours.
    pub(super) fn holds(self, stamp: &Stamp) -> bool {
        let (day, minute) = (stamp.wall_day(), stamp.minute_of_day());
        let on = |day: i32| self.days >> (civil::weekday(day).saturating_sub(1)) & 1 == 1;
        if self.from_min < self.to_min {
            return on(day) && (self.from_min..self.to_min).contains(&minute);
        }
        on(day) && minute >= self.from_min || on(day.saturating_sub(1)) && minute < self.to_min
    }

    /// The next instant at which the wall clock shows a bound, or jumps.
    pub(super) fn changes_at(self, stamp: &Stamp) -> i64 {
        let shows =
            |minute: u16| stamp.reading.zone.next_showing(stamp.reading.wall_ms, minute % DAY_MIN);
        stamp.from_wall(shows(self.from_min).min(shows(self.to_min)))
    }

    pub(super) fn encode(self, out: &mut Writer<'_>) {
        out.byte(self.days);
        out.unsigned(u64::from(self.from_min));
        out.unsigned(u64::from(self.to_min));
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let days = input.byte()?;
        let mut minute = || u16::try_from(input.unsigned()?).map_err(|_| input.malformed());
        Ok(Self { days, from_min: minute()?, to_min: minute()? })
    }
}
