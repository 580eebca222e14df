//! Instants with the offset that the log states.

use jiff::civil::Time;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A moment and the offset from UTC where it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    /// ms since 1970-01-01T00:00Z.
    pub(crate) wall_ms: i64,
    /// Minutes east of UTC.
    pub(crate) offset_min: i16,
}

impl Instant {
    pub(crate) fn new(wall_ms: i64, offset_min: i16) -> Self {
        Self { wall_ms, offset_min }
    }

    /// Reads RFC 3339 and its relatives (`2026-03-01T09:00:00+08:00`, `2026-03-01 09:00`,
    /// `2026-03-01`). A time without an offset is taken as UTC, a date alone as its midnight.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let pieces = DateTimeParser::new().parse_pieces(text.trim()).ok()?;
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        let at = offset.to_timestamp(local).ok()?;
        Some(Self {
            wall_ms: at.as_millisecond(),
            offset_min: i16::try_from(offset.seconds() / 60).ok()?,
        })
    }

    /// RFC 3339 with milliseconds and offset.
    pub(crate) fn rfc3339(&self) -> String {
        let local = self.local("%Y-%m-%dT%H:%M:%S%.3f");
        format!("{local}{}", offset(self.offset_min))
    }

    fn local(&self, format: &str) -> String {
        let shift = SignedDuration::from_mins(i64::from(self.offset_min));
        let local = Timestamp::from_millisecond(self.wall_ms)
            .and_then(|at| at.checked_add(shift))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        local.strftime(format).to_string()
    }
}

/// `2026-03-01 09:00 +08:00`, for people.
pub(crate) fn show(at: Instant) -> String {
    format!("{} {}", at.local("%Y-%m-%d %H:%M"), offset(at.offset_min))
}

fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_keeps_the_offset_it_was_written_with() {
        let at = Instant::parse("2026-03-01T09:00:30.250+08:00").unwrap();
        assert_eq!(at, Instant::new(1_772_326_830_250, 480));
        assert_eq!(show(at), "2026-03-01 09:00 +08:00");
        assert_eq!(at.rfc3339(), "2026-03-01T09:00:30.250+08:00");
        assert_eq!(Instant::parse(&at.rfc3339()), Some(at));
    }

    #[test]
    fn offsets_west_of_greenwich_and_of_half_hours_are_right() {
        let at = Instant::parse("2026-03-01T00:10:00-03:30").unwrap();
        assert_eq!(at.offset_min, -210);
        assert_eq!(show(at), "2026-03-01 00:10 -03:30");
    }

    #[test]
    fn times_without_an_offset_are_utc_and_dates_alone_are_midnight() {
        let utc = Instant::parse("2024-03-13T10:21:14Z").unwrap();
        assert_eq!(Instant::parse("2024-03-13 10:21:14"), Some(utc));
        assert_eq!(Instant::parse("2024-03-13"), Instant::parse("2024-03-13T00:00:00Z"));
        assert_eq!(Instant::parse("yesterday"), None);
        assert_eq!(Instant::parse(""), None);
    }
}
