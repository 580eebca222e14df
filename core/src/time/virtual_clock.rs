//! A clock that stands until it is told to move.

use std::sync::{Mutex, PoisonError};

use super::{Clock, ClockFailed, ClockReading, Zone};

/// A clock for replays and tests. Share it in an [`std::sync::Arc`] and set it while the engine
/// runs.
///
/// ```
/// use staykit_core::time::{Clock, VirtualClock};
///
/// let clock = VirtualClock::at(1_700_000_000_000);
/// clock.advance(1_500);
/// assert_eq!(clock.read()?.wall_ms, 1_700_000_001_500);
/// # Ok::<(), staykit_core::time::ClockFailed>(())
/// ```
#[derive(Debug)]
pub struct VirtualClock {
    reading: Mutex<Option<ClockReading>>,
}

impl VirtualClock {
    /// A clock that shows `wall_ms` (ms since 1970-01-01T00:00Z) in UTC, on a device that started
    /// with the epoch of its wall clock or, for earlier instants, right then.
    #[must_use]
    pub fn at(wall_ms: i64) -> Self {
        Self {
            reading: Mutex::new(Some(ClockReading {
                wall_ms,
                boot_ms: u64::try_from(wall_ms).unwrap_or(0),
                boot_id: Some(1),
                zone: Zone::default(),
            })),
        }
    }

    /// Lets `ms` pass on every clock; going backwards stops at the start of the device.
    pub fn advance(&self, ms: i64) {
        self.change(|reading| {
            reading.wall_ms = reading.wall_ms.saturating_add(ms);
            reading.boot_ms = reading.boot_ms.saturating_add_signed(ms);
        });
    }

    /// Lets time pass until the wall clock shows `wall_ms`.
    pub fn advance_to(&self, wall_ms: i64) {
        self.change(|reading| {
            let ms = wall_ms.saturating_sub(reading.wall_ms);
            reading.wall_ms = wall_ms;
            reading.boot_ms = reading.boot_ms.saturating_add_signed(ms);
        });
    }

    /// Moves the wall clock alone, as a person does in the settings.
    pub fn set_wall(&self, wall_ms: i64) {
        self.change(|reading| reading.wall_ms = wall_ms);
    }

    /// Takes the device to another offset from UTC.
    pub fn set_zone(&self, zone: Zone) {
        self.change(|reading| reading.zone = zone);
    }

    /// Starts the device anew: time since boot begins at 0 under a new boot id.
    pub fn reboot(&self) {
        self.change(|reading| {
            reading.boot_ms = 0;
            reading.boot_id = reading.boot_id.map(|id| id.wrapping_add(1));
        });
    }

    /// Makes reading fail from now on.
    pub fn fail(&self) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn change(&self, change: impl FnOnce(&mut ClockReading)) {
        if let Some(reading) = self.reading.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
        {
            change(reading);
        }
    }
}

impl Clock for VirtualClock {
    fn read(&self) -> Result<ClockReading, ClockFailed> {
        (*self.reading.lock().unwrap_or_else(PoisonError::into_inner)).ok_or(ClockFailed)
    }
}
