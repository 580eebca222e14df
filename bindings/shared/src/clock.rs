//! The device's clocks, read natively; the zone, pushed by the facade.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use rustix::time::{ClockId, Timespec, clock_gettime};
use staykit_core::time::{Clock, ClockFailed, ClockReading, OffsetChange, Zone};

use crate::error::Error;

/// Minutes from UTC that a zone may have at most: inhabited ones have 14 hours.
const MOST_OFFSET_MIN: u16 = 18 * 60;

/// Where the device's local time stands, as the platform tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HostZone {
    /// Minutes east of UTC now.
    pub offset_min: i16,
    /// When the offset changes next, wall clock, ms since 1970-01-01T00:00Z; `None` if it does not
    /// within the months that the facade looked at.
    pub next_at_ms: Option<i64>,
    /// Minutes east of UTC from then on; without `next_at_ms` of no meaning.
    pub next_offset_min: i16,
}

impl HostZone {
    pub(crate) fn checked(self) -> Result<Zone, Error> {
        let is_possible = |min: i16| min.unsigned_abs() <= MOST_OFFSET_MIN;
        let offset_min = self.next_offset_min;
        let next = self.next_at_ms.map(|at| OffsetChange { at, offset_min });
        if is_possible(self.offset_min) && (next.is_none() || is_possible(offset_min)) {
            Ok(Zone { offset_min: self.offset_min, next })
        } else {
            Err(Error::Argument("a zone is at most 18 hours from UTC"))
        }
    }
}

thread_local! {
    /// What this thread's call happened at, if not now: the wall clock and the clock since boot, ms.
    static EARLIER: Cell<Option<(i64, i64)>> = const { Cell::new(None) };
}

/// `CLOCK_REALTIME` and `CLOCK_BOOTTIME`, without a call into Kotlin or `ArkTS`; in a rehearsal what
/// they were last set to.
#[derive(Debug)]
pub struct HostClock {
    /// (wall clock, clock since boot), ms.
    rehearsed: Option<Mutex<(i64, u64)>>,
    zone: RwLock<Zone>,
    boot_id: Option<u64>,
    /// The clock since boot at the last reading that the engine may have put on its timeline; what
    /// is recorded for earlier is not before it.
    floor_ms: AtomicU64,
    counts: std::sync::atomic::AtomicBool,
}

impl HostClock {
    /// A clock of this zone; `boot_id` differs between two starts of the device, `None` if the
    /// platform does not tell.
    pub fn new(zone: HostZone, boot_id: Option<u64>) -> Result<Self, Error> {
        Ok(Self {
            rehearsed: None,
            zone: RwLock::new(zone.checked()?),
            boot_id,
            floor_ms: AtomicU64::new(0),
            counts: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// The same, standing at these moments until it is set.
    pub(crate) fn rehearsed(
        zone: HostZone,
        boot_id: Option<u64>,
        (wall_ms, boot_ms): (i64, u64),
    ) -> Result<Self, Error> {
        Ok(Self { rehearsed: Some(Mutex::new((wall_ms, boot_ms))), ..Self::new(zone, boot_id)? })
    }

    /// Sets the clocks of a rehearsal.
    pub(crate) fn set(&self, wall_ms: i64, boot_ms: u64) -> Result<(), Error> {
        let Some(rehearsed) = &self.rehearsed else {
            return Err(Error::Argument("only the clocks of a rehearsal are set"));
        };
        *rehearsed.lock().unwrap_or_else(PoisonError::into_inner) = (wall_ms, boot_ms);
        Ok(())
    }

    /// The person is in another zone, or another change of offset comes next.
    pub fn set_zone(&self, zone: HostZone) -> Result<(), Error> {
        let zone = zone.checked()?;
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone;
        Ok(())
    }

    /// From now on the engine draws a timeline, on which nothing goes back.
    pub(crate) fn begin_timeline(&self) {
        self.counts.store(true, Ordering::Release);
    }

    /// Runs `call`, during which this thread reads the clocks as they stood then. A moment that
    /// cannot be (negative, or later than now) is now.
    pub(crate) fn earlier<T>(wall_ms: i64, boot_ms: i64, call: impl FnOnce() -> T) -> T {
        /// Also after a panic.
        struct Now;
        impl Drop for Now {
            fn drop(&mut self) {
                EARLIER.set(None);
            }
        }
        EARLIER.set(Some((wall_ms, boot_ms)));
        let _now = Now;
        call()
    }

    fn now(&self) -> Result<(i64, u64), ClockFailed> {
        if let Some(rehearsed) = &self.rehearsed {
            return Ok(*rehearsed.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let boot_ms = ms(clock_gettime(ClockId::Boottime));
        let boot_ms = u64::try_from(boot_ms).map_err(|_| ClockFailed)?;
        Ok((ms(clock_gettime(ClockId::Realtime)), boot_ms))
    }

    /// (wall clock, clock since boot), as the engine is to see them.
    fn moment(&self) -> Result<(i64, u64), ClockFailed> {
        let (wall_ms, boot_ms) = self.now()?;
        let earlier = EARLIER.get().and_then(|(wall, boot)| {
            let boot = u64::try_from(boot).ok()?;
            (wall >= 0 && wall <= wall_ms && boot <= boot_ms).then_some((wall, boot))
        });
        let Some((wall, boot)) = earlier else {
            if self.counts.load(Ordering::Acquire) {
                self.floor_ms.fetch_max(boot_ms, Ordering::AcqRel);
            }
            return Ok((wall_ms, boot_ms));
        };
        let late = self.floor_ms.load(Ordering::Acquire).saturating_sub(boot);
        Ok((wall.saturating_add_unsigned(late), boot.saturating_add(late)))
    }
}

impl Clock for HostClock {
    fn read(&self) -> Result<ClockReading, ClockFailed> {
        let (wall_ms, boot_ms) = self.moment()?;
        let zone = *self.zone.read().unwrap_or_else(PoisonError::into_inner);
        Ok(ClockReading { wall_ms, boot_ms, boot_id: self.boot_id, zone })
    }
}

fn ms(time: Timespec) -> i64 {
    time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
}
