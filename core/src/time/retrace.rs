//! Instants of what is stored: of a stored event the wall clock, the offset and the clock since
//! boot are known, but not which boot it was.

use super::moved::TOLERANCE_MS;
use super::timeline::{Stamp, day_at, follows_wall};
use super::{ClockReading, Zone};

/// Goes through stored events in order and says when each was, on the line that ends at a known
/// stamp.
///
/// What passed between two events is what the clock since boot says, unless the device can have
/// been started anew in between; then the wall clock says it, as on the line itself.
#[derive(Debug, Clone)]
pub(crate) struct Retrace {
    end: Stamp,
    /// Where the first event lies if the way from there does not lead to the end.
    shift_ms: i64,
    last: Option<Stamp>,
}

impl Retrace {
    /// The line is known to have come to `end`.
    pub(crate) fn to(end: Stamp) -> Self {
        Self { end, shift_ms: 0, last: None }
    }

    /// The stamp of the next event.
    pub(crate) fn stamp(&mut self, (wall_ms, boot_ms): (i64, u64), offset_min: i32) -> Stamp {
        let zone = Zone::fixed(i16::try_from(offset_min).unwrap_or(0));
        let reading = ClockReading { wall_ms, boot_ms, boot_id: None, zone };
        let at = match &self.last {
            None => wall_ms.saturating_add(self.shift_ms),
            Some(last) => last.at.saturating_add(passed(last, &reading)),
        };
        let at = at.min(self.end.at);
        let first_day = self.last.map_or(i32::MIN, |last| last.day);
        let lead_ms = self.end.lead_ms;
        let day = day_at(&reading, at, lead_ms).clamp(first_day.min(self.end.day), self.end.day);
        let stamp = Stamp { at, reading, day, lead_ms };
        self.last = Some(stamp);
        stamp
    }

    /// Once all events were gone through: the same from where the way does lead to the end; `None`
    /// if it did.
    pub(crate) fn corrected(&self) -> Option<Self> {
        let last = self.last?;
        let missed_ms = self.end.at.saturating_sub(last.at);
        let shift_ms = missed_ms.saturating_sub(passed(&last, &self.end.reading));
        // Whoever was held at the end has lost its way.
        let is_held = last.at == self.end.at && shift_ms != 0;
        let shift_ms = if is_held { 0 } else { shift_ms };
        (shift_ms != 0 && self.shift_ms == 0).then(|| Self { shift_ms, ..Self::to(self.end) })
    }
}

/// What passed since `last`.
fn passed(last: &Stamp, to: &ClockReading) -> i64 {
    let from = &last.reading;
    let by_wall = to.wall_ms.saturating_sub(from.wall_ms);
    if follows_wall(last, to) {
        return to.wall_ms.saturating_sub(last.at).max(0);
    }
    let by_boot =
        to.boot_ms.checked_sub(from.boot_ms).map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
    let since_start = i64::try_from(to.boot_ms).unwrap_or(i64::MAX);
    let ms = match by_boot.filter(|_| from.boot_ms > 0) {
        // It cannot have been started since: it runs for longer than the wall clock says passed.
        Some(ms) if by_wall.abs_diff(ms) > TOLERANCE_MS && by_wall < since_start => ms,
        _ => by_wall,
    };
    ms.max(0)
}
