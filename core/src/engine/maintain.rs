//! What the caller of `record` does not wait for: syncs, segments, spare files.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::Error;
use super::open::{Cold, Hot};
use super::{Shared, lock};

/// The longest time an event stays unsynced while the maintenance thread runs: what a power cut
/// may take. Durable events are synced at once.
pub const SYNC_WINDOW: Duration = Duration::from_secs(2);
/// Entries that make a compaction worth it: about a segment.
const WORTH_COMPACTING: u64 = 200;

/// Doublings of the window between rounds that fail: at most about a minute.
const MOST_PATIENT: u32 = 5;

/// What a round of maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Maintained {
    /// Events that moved from the journal into the buffer.
    pub compacted: u64,
    /// Entries that still wait in memory because flash takes none.
    pub waiting: usize,
}

/// How records wake the maintenance thread.
#[derive(Debug, Default)]
pub(super) struct Signals {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct Work {
    /// Something was recorded since the last round.
    dirty: bool,
    /// It is to be synced at once.
    urgent: bool,
    /// The engine ends.
    stop: bool,
}

impl Signals {
    /// Says that something was recorded. Wakes the thread only out of its sleep, or for a durable
    /// event.
    pub(super) fn wake(&self, hot: &mut Hot) {
        let urgent = hot.live().is_ok_and(|live| std::mem::take(&mut live.urgent));
        let mut work = lock(&self.work);
        if !work.dirty || (urgent && !work.urgent) {
            work.dirty = true;
            work.urgent |= urgent;
            self.changed.notify_one();
        }
    }

    pub(super) fn stop(&self) {
        lock(&self.work).stop = true;
        self.changed.notify_all();
    }

    /// Sleeps until there is work; `false` when the engine ends. After `failures` rounds that
    /// failed there is work for sure, but less haste.
    fn wait(&self, failures: u32) -> bool {
        let mut work = lock(&self.work);
        while !work.dirty && !work.stop && failures == 0 {
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        let idle = |work: &mut Work| !work.urgent && !work.stop;
        let window = SYNC_WINDOW * (1 << failures);
        let waited = self.changed.wait_timeout_while(work, window, idle);
        let (mut work, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (work.dirty, work.urgent) = (false, false);
        !work.stop
    }
}

/// Starts the engine's one thread.
pub(super) fn spawn(shared: &Arc<Shared>) -> Result<JoinHandle<()>, Error> {
    let shared = Arc::clone(shared);
    let run = move || {
        let mut failures = 0;
        while shared.signals.wait(failures) {
            let mut cold = lock(&shared.cold);
            match shared.maintain(&mut cold, SYNC_WINDOW) {
                Ok(_) | Err(Error::Locked | Error::Closed) => failures = 0,
                Err(error) => {
                    log::warn!("maintenance will be tried again: {error}");
                    failures = (failures + 1).min(MOST_PATIENT);
                }
            }
        }
    };
    let builder = std::thread::Builder::new().name("staykit".to_owned());
    builder.spawn(run).map_err(|error| Error::Thread(error.kind()))
}

impl Shared {
    pub(super) fn maintain(&self, cold: &mut Cold, budget: Duration) -> Result<Maintained, Error> {
        self.sync(cold)?;
        let mut done = Maintained::default();
        // One compaction takes a few ms; a budget below that leaves it to the next round.
        let uncompacted = lock(&self.hot).live()?.uncompacted;
        if uncompacted >= WORTH_COMPACTING && budget >= Duration::from_millis(5) {
            done.compacted = self.compact(cold)?;
        }
        let wanted = lock(&self.hot).live()?.journal.wants_spare();
        if let Some(size) = wanted {
            let spare = cold.open()?.store.prepare_spare(size)?;
            lock(&self.hot).live()?.journal.supply(spare);
        }
        done.waiting = lock(&self.hot).live()?.waiting.len();
        Ok(done)
    }

    /// Makes everything recorded so far durable.
    pub(super) fn sync(&self, cold: &mut Cold) -> Result<(), Error> {
        if let (Cold::Locked(_), Hot::Locked(_)) = (&*cold, &*lock(&self.hot)) {
            return Ok(());
        }
        let task = {
            let mut hot = lock(&self.hot);
            let live = match hot.live() {
                Err(Error::Closed) => return Ok(()),
                other => other?,
            };
            live.write_waiting()?;
            if !live.journal.needs_sync() {
                return Ok(());
            }
            live.journal.begin_sync()
        };
        let done = task.run();
        lock(&self.hot).live()?.journal.finish_sync(done)?;
        Ok(())
    }

    /// Moves what the journal holds into the buffer, with a checkpoint of the state.
    pub(super) fn compact(&self, cold: &mut Cold) -> Result<u64, Error> {
        let warehouse = cold.open()?;
        let (end, checkpoint, moved) = {
            let mut hot = lock(&self.hot);
            let live = hot.live()?;
            live.write_waiting()?;
            let end = live.journal.rotate()?;
            let mut checkpoint = Vec::new();
            live.state.encode(&live.pack, &mut checkpoint);
            (end, checkpoint, live.uncompacted)
        };
        let done = warehouse.store.compact(end, Some(&checkpoint))?;
        let mut hot = lock(&self.hot);
        let live = hot.live()?;
        live.journal.consumed(end);
        live.uncompacted = live.uncompacted.saturating_sub(moved);
        Ok(done.events)
    }
}
