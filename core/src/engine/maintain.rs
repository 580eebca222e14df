//! What the caller of `record` does not wait for: syncs, segments, spare files.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::Error;
use super::phases::{Cold, Hot};
use super::shared::{Shared, lock};
use super::wake::SYNC_WINDOW;

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

/// Starts the engine's one thread.
pub(super) fn spawn(shared: &Arc<Shared>) -> Result<JoinHandle<()>, Error> {
    let shared = Arc::clone(shared);
    let run = move || {
        let mut failures = 0;
        while shared.wake.wait(failures) {
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
