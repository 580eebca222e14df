//! Whether the wall clock was moved between two readings.

use super::ClockReading;

/// Within one boot, the wall clock may differ from the clock since boot by this much before it
/// counts as moved: network time corrects by seconds, a person by minutes and more.
pub(super) const TOLERANCE_MS: u64 = 2 * 60_000;
/// 1990-01-01. A device that was never told the time shows an earlier date; the first plausible
/// one is then followed.
pub(super) const PLAUSIBLE_MS: i64 = 631_152_000_000;

/// Whether the wall clock was moved, forward or back, while the device ran from one reading to the
/// other. Corrections as the network makes them, another zone, daylight saving and a device that
/// learns the time for the first time since it was started are no move.
///
/// Of readings that do not name their boot it is found only if the device cannot have been started
/// in between: it runs for longer than the wall clock says passed.
pub(crate) fn is_moved(from: &ClockReading, to: &ClockReading) -> bool {
    if from.wall_ms < PLAUSIBLE_MS || to.wall_ms < PLAUSIBLE_MS {
        return false;
    }
    let by_wall = to.wall_ms.saturating_sub(from.wall_ms);
    let runs_for = i64::try_from(to.boot_ms).unwrap_or(i64::MAX);
    let ran_on = match (from.boot_id, to.boot_id) {
        (Some(from), Some(to)) => from == to,
        _ => from.boot_ms > 0 && by_wall < runs_for,
    };
    let by_boot = to.boot_ms.checked_sub(from.boot_ms).filter(|_| ran_on);
    by_boot.is_some_and(|ms| by_wall.abs_diff(i64::try_from(ms).unwrap_or(i64::MAX)) > TOLERANCE_MS)
}

#[cfg(test)]
mod tests {
    use super::{ClockReading, TOLERANCE_MS, is_moved};
    use crate::time::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, VirtualClock, Zone};

    const START: i64 = 1_700_000_000_000;

    /// What the clock shows before and after something happens to it.
    fn around(change: impl FnOnce(&VirtualClock)) -> [ClockReading; 2] {
        let clock = VirtualClock::at(START);
        clock.advance(HOUR_MS);
        let before = clock.read().unwrap();
        change(&clock);
        [before, clock.read().unwrap()]
    }

    fn found(change: impl FnOnce(&VirtualClock)) -> bool {
        let [from, to] = around(change);
        is_moved(&from, &to)
    }

    fn sets(by: i64) -> impl FnOnce(&VirtualClock) {
        move |clock| clock.set_wall(START + HOUR_MS + by)
    }

    #[test]
    fn a_clock_set_forward_or_back_is_moved_and_a_correction_by_the_network_is_none() {
        let tolerance = i64::try_from(TOLERANCE_MS).unwrap();
        for by in [DAY_MS, -DAY_MS, tolerance + 1, -tolerance - 1] {
            assert!(found(sets(by)), "{by}");
        }
        for by in [0, 5_000, -5_000, tolerance, -tolerance] {
            assert!(!found(sets(by)), "{by}");
        }
    }

    #[test]
    fn travel_a_restart_and_a_clock_that_learns_the_time_are_no_move() {
        assert!(!found(|clock| clock.set_zone(Zone::fixed(-480))));
        assert!(!found(|clock| {
            clock.reboot();
            clock.set_wall(START + 9 * DAY_MS);
        }));
        let clock = VirtualClock::at(5_000);
        let unset = clock.read().unwrap();
        clock.set_wall(START);
        assert!(!is_moved(&unset, &clock.read().unwrap()));
    }

    #[test]
    fn without_boot_ids_it_is_found_where_there_can_have_been_no_restart() {
        let unnamed = |[from, to]: [ClockReading; 2]| {
            // The device was started at `START`.
            let since = |of: ClockReading| of.boot_ms - START.unsigned_abs();
            let [from, to] =
                [from, to].map(|of| ClockReading { boot_id: None, boot_ms: since(of), ..of });
            is_moved(&from, &to)
        };
        assert!(unnamed(around(sets(-DAY_MS))));
        assert!(unnamed(around(sets(30 * MINUTE_MS))));
        assert!(!unnamed(around(sets(DAY_MS))), "it may have been off for a day");
        assert!(!unnamed(around(|clock| clock.advance(DAY_MS))));
    }
}
