//! The one door through which the engine learns the time.

use std::fmt;

use super::Zone;

/// A clock, given by the host. Reading it takes no lock held over I/O and no system service
/// slower than a system call: `record()` does it on the app's main thread.
pub trait Clock: Send + Sync {
    /// All clocks of the device at one moment.
    fn read(&self) -> Result<ClockReading, ClockFailed>;
}

/// No time could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockFailed;

impl fmt::Display for ClockFailed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the clock could not be read")
    }
}

impl std::error::Error for ClockFailed {}

/// What all clocks of a device showed at one moment. Every journal record carries one, raw: if a
/// later version judges the clocks better, it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// Wall clock, ms since 1970-01-01T00:00Z. The person or the network can set it.
    pub wall_ms: i64,
    /// Time since the device started, sleep included, in ms.
    pub boot_ms: u64,
    /// Differs between two starts of the device; `None` where the platform has no such thing.
    pub boot_id: Option<u64>,
    /// Offset from UTC, now and next.
    pub zone: Zone,
}

/// Linux's clocks, for desktop and lab. The local offset is what the host says it is.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    zone: Zone,
    boot_id: Option<u64>,
}

impl SystemClock {
    /// A clock in this zone; `boot_id` as in [`ClockReading`].
    #[must_use]
    pub fn new(zone: Zone, boot_id: Option<u64>) -> Self {
        Self { zone, boot_id }
    }
}

impl Default for SystemClock {
    /// A clock in UTC with the boot id that the kernel tells, if it tells one. Reads a file.
    fn default() -> Self {
        let id = std::fs::read("/proc/sys/kernel/random/boot_id").ok();
        let hash = id.map(|id| ring::digest::digest(&ring::digest::SHA256, &id));
        let head = hash.and_then(|hash| hash.as_ref().first_chunk().copied());
        Self { zone: Zone::default(), boot_id: head.map(u64::from_le_bytes) }
    }
}

impl Clock for SystemClock {
    fn read(&self) -> Result<ClockReading, ClockFailed> {
        let wall = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let ms = |time: rustix::time::Timespec| {
            time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
        };
        Ok(ClockReading {
            wall_ms: ms(wall),
            boot_ms: u64::try_from(ms(boot)).map_err(|_| ClockFailed)?,
            boot_id: self.boot_id,
            zone: self.zone,
        })
    }
}
