//! How records wake the maintenance thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::phases::{Haste, Hot};

/// The longest time an event stays unsynced while the maintenance thread runs: what a power cut
/// may take. Durable events are synced at once.
pub const SYNC_WINDOW: Duration = Duration::from_secs(2);

/// How records wake the maintenance thread.
#[derive(Debug, Default)]
pub(super) struct Wake {
    work: Mutex<Work>,
    changed: Condvar,
    /// [`Work::dirty`], to be read without its lock. It is set and cleared under that one, and
    /// cleared before the round that it calls for takes `hot`: who reads `true` while holding `hot`
    /// will be seen by that round.
    dirty: AtomicBool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a reason of its own to wake up")]
struct Work {
    /// Something was recorded since the last round.
    dirty: bool,
    /// It is to be synced at once.
    urgent: bool,
    /// A journal file is full: the next one is to be prepared, and there is enough to compact.
    full: bool,
    /// The engine ends.
    stop: bool,
}

impl Wake {
    /// Says that something was recorded, and lets go of `hot`. Wakes the thread only out of its
    /// sleep, for a durable event or for a full file; not before `hot` is free, for which it would
    /// wait at once.
    pub(super) fn after(&self, mut hot: MutexGuard<'_, Hot>) {
        // A tick that changed nothing wrote nothing.
        let Some(haste) = hot.take_haste() else { return };
        if haste == Haste::None && self.dirty.load(Ordering::Acquire) {
            return;
        }
        drop(hot);
        let mut work = self.lock();
        let before = *work;
        work.dirty = true;
        work.urgent |= haste == Haste::Durable;
        work.full |= haste == Haste::Full;
        let wakes = *work != before;
        self.dirty.store(true, Ordering::Release);
        drop(work);
        if wakes {
            self.changed.notify_one();
        }
    }

    /// Has another round follow within the window.
    pub(super) fn again(&self) {
        self.lock().dirty = true;
        self.dirty.store(true, Ordering::Release);
    }

    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.changed.notify_all();
    }

    /// Sleeps until there is work, and says whether it is urgent; `None` when the engine ends.
    /// After `failures` rounds that failed there is work for sure, but less haste.
    pub(super) fn wait(&self, failures: u32) -> Option<bool> {
        let mut work = self.lock();
        while !work.dirty && !work.stop && failures == 0 {
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        let idle = |work: &mut Work| {
            let full = work.full && failures == 0;
            !(work.urgent || full || work.stop)
        };
        let window = SYNC_WINDOW * (1 << failures);
        let waited = self.changed.wait_timeout_while(work, window, idle);
        let (mut work, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Work { urgent, stop, .. } = *work;
        *work = Work { stop, ..Work::default() };
        self.dirty.store(false, Ordering::Release);
        (!stop).then_some(urgent)
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
