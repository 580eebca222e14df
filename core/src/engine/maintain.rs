//! What the caller of `record` does not wait for: syncs, segments, spare files.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::Error;
use super::phases::{Cold, Hot, Upkeep, Warehouse};
use super::shared::{Shared, lock, lock_between};
use super::wake::SYNC_WINDOW;
use crate::store::{Bounds, Evicted, Store, StoreError, StoreFile, SyncTask, limits};
use crate::time::HOUR_MS;

/// Bytes of entries that make a compaction worth it: three quarters of a journal file. Each
/// compaction begins another, which costs its size in zeros however few entries come into it:
/// 1,300 bytes an event after every 200. Uploads do not wait for this.
const WORTH_COMPACTING: u64 = 192 << 10;

/// One compaction takes a few ms; a budget below that leaves it to the next round.
const LEAST_BUDGET: Duration = Duration::from_millis(5);

/// Bytes of journal files that are compacted however few entries they hold.
const MOST_FILES: u64 = 1 << 20;

/// Entries since the last checkpoint that an opening replays at most, give or take a compaction.
const LONGEST_TAIL: u64 = 2_000;

/// The same after a clean end: 0.2 ms at the opening, against one commit at the end.
const SHORT_TAIL: u64 = 200;

/// Bytes of a checkpoint that an entry may cost: a checkpoint of 16 kB comes every 1,000 entries.
const CHECKPOINT_SHARE: u64 = 16;

/// Doublings of the window between rounds that fail: at most about a minute.
const MOST_PATIENT: u32 = 5;

/// How far the engine's thread stands back: Android's `THREAD_PRIORITY_BACKGROUND`.
#[cfg(any(target_os = "linux", target_os = "android"))]
const BACKGROUND: i32 = 10;

/// What a round of maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Maintained {
    /// Events that moved from the journal into the buffer.
    pub compacted: u64,
    /// Entries that still wait in memory because flash takes none.
    pub waiting: usize,
    /// Events given up because they were too old or the byte budget was full.
    pub dropped: u64,
}

/// Starts the engine's one thread.
pub(super) fn spawn(shared: &Arc<Shared>) -> Result<JoinHandle<()>, Error> {
    let shared = Arc::clone(shared);
    let run = move || {
        stand_back();
        let mut failures = 0;
        while let Some(urgent) = shared.wake.wait(failures) {
            let mut cold = lock(&shared.cold);
            match shared.maintain(&mut cold, SYNC_WINDOW, urgent) {
                Ok(_) | Err(Error::Locked | Error::Closed) => {
                    failures = 0;
                    // A compaction without a checkpoint leaves the state to the journal, whose sync
                    // the next checkpoint may save.
                    if shared.has_unsynced() {
                        shared.wake.again();
                    }
                }
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

/// Lets the app's threads go first: a record that wakes this one is not to wait for it on the same
/// core.
fn stand_back() {
    // Elsewhere it would be the whole process that stands back.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = rustix::process::nice(BACKGROUND) {
        log::debug!("the maintenance thread keeps its priority: {error}");
    }
}

/// What a round of maintenance finds, looked up at once: each time that it takes `hot` a record may
/// have to wait, or may have to wake it.
struct Found {
    /// Whether what waited in memory could be written.
    written: Result<(), StoreError>,
    task: Option<SyncTask>,
    /// Enough lies in the journal for a compaction, by its entries or by its files: each start of
    /// the app begins one, however little comes into it.
    worth: bool,
    spare: Option<usize>,
    now_at: i64,
}

impl Shared {
    fn has_unsynced(&self) -> bool {
        matches!(&*lock_between(&self.hot), Hot::Open(live) if live.has_unsynced())
    }

    /// Does what is due. What compaction makes durable needs no sync of its own, except that an
    /// `urgent` event does not wait for so much.
    pub(super) fn maintain(
        &self,
        cold: &mut Cold,
        budget: Duration,
        urgent: bool,
    ) -> Result<Maintained, Error> {
        let found = self.look(cold)?;
        let worth = found.worth && budget >= LEAST_BUDGET;
        let suspect = cold.open()?.upkeep.suspect;
        let synced =
            if urgent || suspect || !worth { self.run_sync(cold, found.task) } else { Ok(0) };
        check(cold.open()?);
        cold.open()?.store.tidy();
        let mut done = Maintained::default();
        if worth {
            // What cannot be synced, or waits in memory, is helped by this more than by anything.
            done.compacted = self.compact(cold).or_else(|error| {
                self.sync(cold)?;
                Err(error)
            })?;
            if synced.is_err() || found.written.is_err() {
                self.sync(cold)?;
            }
            done.waiting = lock_between(&self.hot).live()?.waiting.len();
        } else {
            done.waiting = synced?;
            found.written?;
        }
        done.dropped = self.keep_within_bounds(cold, worth, found.now_at)?;
        if let Some(size) = found.spare.filter(|_| !worth) {
            self.prepare_spare(cold, size)?;
        }
        Ok(done)
    }

    fn look(&self, cold: &mut Cold) -> Result<Found, Error> {
        let reading = self.reading()?;
        let journal_bytes = cold.open()?.upkeep.journal_bytes;
        let many_files = journal_bytes >= MOST_FILES.max(self.config.byte_budget() / 8);
        let mut hot = lock_between(&self.hot);
        let live = hot.live()?;
        let written = live.write_waiting();
        Ok(Found {
            task: live.journal.needs_sync().then(|| live.journal.begin_sync()),
            worth: live.uncompacted_bytes >= WORTH_COMPACTING
                || (many_files && live.uncompacted > 0)
                || written == Err(StoreError::Backlog),
            written,
            spare: live.journal.wants_spare(),
            now_at: live.state.timeline.stamp(&reading).at,
        })
    }

    /// Prepares the journal file that records go on in, so that nobody has to wait for one.
    fn supply_spare(&self, cold: &mut Cold) -> Result<(), Error> {
        let wanted = lock_between(&self.hot).live()?.journal.wants_spare();
        wanted.map_or(Ok(()), |size| self.prepare_spare(cold, size))
    }

    fn prepare_spare(&self, cold: &mut Cold, size: usize) -> Result<(), Error> {
        let spare = cold.open()?.store.prepare_spare(size)?;
        lock_between(&self.hot).live()?.journal.supply(spare);
        Ok(())
    }

    /// Makes everything recorded so far durable.
    pub(super) fn sync(&self, cold: &mut Cold) -> Result<(), Error> {
        if matches!(cold, Cold::Locked(_)) && matches!(&*lock_between(&self.hot), Hot::Locked(_)) {
            return Ok(());
        }
        let (task, written) = {
            let mut hot = lock_between(&self.hot);
            let live = match hot.live() {
                Err(Error::Closed) => return Ok(()),
                other => other?,
            };
            // What is there is synced even if more cannot be written.
            let written = live.write_waiting();
            (live.journal.needs_sync().then(|| live.journal.begin_sync()), written)
        };
        self.run_sync(cold, task)?;
        Ok(written?)
    }

    /// The same; a compaction makes room for what waits in memory, if that is what it waits for.
    pub(super) fn flush(&self, cold: &mut Cold) -> Result<(), Error> {
        match self.sync(cold) {
            Err(Error::Store(StoreError::Backlog)) if self.compact(cold).is_ok() => self.sync(cold),
            synced => synced,
        }
    }

    /// Runs a sync and notes what came of it; how many entries wait in memory.
    fn run_sync(&self, cold: &mut Cold, task: Option<SyncTask>) -> Result<usize, Error> {
        let Some(task) = task else { return Ok(0) };
        // Held until the lock is free again: the last to let go of a file closes it.
        let _files = task.files();
        let done = task.run();
        let waiting = {
            let mut hot = lock_between(&self.hot);
            let live = hot.live()?;
            live.journal.finish_sync(done)?;
            live.waiting.len()
        };
        if let (Cold::Open(warehouse), Ok(reading)) = (cold, self.reading()) {
            warehouse.synced_at = Some(reading.wall_ms);
        }
        Ok(waiting)
    }

    /// Gives up what is too old, once an hour, and what the byte budget has no room for, then and
    /// after each compaction; how many events that the collector never got.
    fn keep_within_bounds(
        &self,
        cold: &mut Cold,
        compacted: bool,
        now_at: i64,
    ) -> Result<u64, Error> {
        let Warehouse { store, upkeep, .. } = cold.open()?;
        let hourly =
            upkeep.bounded_at.is_none_or(|then| now_at.abs_diff(then) >= HOUR_MS.unsigned_abs());
        if !hourly && !compacted {
            return Ok(0);
        }
        let oldest_ms = now_at.saturating_sub(self.config.age_limit_ms());
        let bounds = Bounds { bytes: self.config.byte_budget(), oldest_ms };
        let expired = if hourly { store.expire(&bounds)? } else { Evicted::default() };
        let evicted = store.shrink(&bounds)?;
        upkeep.bounded_at = if hourly { Some(now_at) } else { upkeep.bounded_at };
        self.allow_room(cold);
        let dropped = expired.dropped.saturating_add(evicted.dropped);
        if dropped > 0 {
            log::warn!("{dropped} events were given up: too old, or no room");
        }
        Ok(dropped)
    }

    /// Moves what the journal holds into the buffer, with a checkpoint of the state if one is due.
    pub(super) fn compact(&self, cold: &mut Cold) -> Result<u64, Error> {
        self.move_or_hold(cold, false)
    }

    /// The same, with a checkpoint for sure: nothing recorded so far will be replayed.
    pub(super) fn checkpoint(&self, cold: &mut Cold) -> Result<(), Error> {
        self.move_or_hold(cold, true).map(|_| ())
    }

    /// While the buffer takes nothing, the journal does not change its file for nothing.
    fn move_or_hold(&self, cold: &mut Cold, with_checkpoint: bool) -> Result<u64, Error> {
        let mut moved = self.move_journal(cold, with_checkpoint, false);
        if let Ok((events, false)) = moved {
            // The buffer takes events: the present file and what waits in memory follow.
            let rest = self.move_journal(cold, true, true);
            moved = rest.map(|(more, whole)| (events.saturating_add(more), whole));
        }
        let Cold::Open(warehouse) = &mut *cold else { return moved.map(|(events, _)| events) };
        match &moved {
            Ok(_) => {
                warehouse.trouble = None;
                if let Hot::Open(live) = &mut *lock_between(&self.hot) {
                    live.journal.lift();
                }
                self.allow_room(cold);
            }
            Err(Error::Store(error)) => {
                warehouse.trouble = Some(error.clone());
                warehouse.note_damage(error);
                if let Hot::Open(live) = &mut *lock_between(&self.hot) {
                    live.journal.hold();
                }
            }
            Err(_) => {}
        }
        moved.map(|(events, _)| events)
    }

    /// Lets the journal grow to the byte budget and half of what files may exceed it by; the other
    /// half is left to the rest. Whoever cannot tell the sizes leaves it at what held before.
    fn allow_room(&self, cold: &mut Cold) {
        let made = lock_between(&self.hot).live().map_or(0, |live| live.journal.made());
        let Ok(Warehouse { store, .. }) = cold.open() else { return };
        let Ok(room) = room(store, self.config.byte_budget()) else { return };
        // A file that is made meanwhile counts twice rather than not at all.
        if let Hot::Open(live) = &mut *lock_between(&self.hot) {
            live.journal.allow(made.saturating_add(room));
        }
    }

    /// At the end: an opening replays what is in no checkpoint, and time is dearer then.
    pub(super) fn ease_opening(&self, cold: &mut Cold) {
        let Ok(Warehouse { store, upkeep, .. }) = cold.open() else { return };
        store.tidy();
        let covered = upkeep.covered;
        let appended = lock_between(&self.hot).live().map_or(0, |live| live.journal.appended());
        if appended.saturating_sub(covered) > SHORT_TAIL
            && let Err(error) = self.checkpoint(cold)
        {
            log::debug!("the next opening has more to replay: {error}");
        }
    }

    /// How many events were moved, and whether that was everything. With `beyond`, it is, whatever
    /// room the journal has: a file for the next entries, and one for those that wait.
    fn move_journal(
        &self,
        cold: &mut Cold,
        with_checkpoint: bool,
        beyond: bool,
    ) -> Result<(u64, bool), Error> {
        if let Err(error) = self.supply_spare(cold) {
            // Then the rotation makes a file itself, under the lock that records wait for.
            log::debug!("no journal file was prepared: {error}");
        }
        let upkeep = &cold.open()?.upkeep;
        let (end, checkpoint, (moved, whole), spare) = {
            let mut hot = lock_between(&self.hot);
            let live = hot.live()?;
            let end = live.close_file(beyond)?;
            // What was recorded under one pack is not to be replayed under another.
            let due = with_checkpoint
                || upkeep.pack != live.state.pack
                || live.journal.is_suspect()
                || upkeep.is_checkpoint_due(end, self.config.byte_budget());
            // The state knows all that was recorded: what else there is would be replayed on it.
            let whole = live.waiting.is_empty() && end == live.journal.appended();
            let checkpoint = (due && whole).then(|| {
                let mut bytes = Vec::with_capacity(upkeep.checkpoint_bytes);
                live.state.encode(&live.pack, &mut bytes);
                (bytes, live.state.pack.clone())
            });
            let moved = if whole { (live.uncompacted, live.uncompacted_bytes) } else { (0, 0) };
            (end, checkpoint, (moved, whole), live.journal.wants_spare())
        };
        // For the time that compressing takes.
        if let Some(size) = spare
            && let Err(error) = self.prepare_spare(cold, size)
        {
            log::debug!("no journal file was prepared: {error}");
        }
        let Warehouse { store, upkeep, .. } = cold.open()?;
        let state = checkpoint.as_ref().map(|(bytes, _)| bytes.as_slice());
        let done = store.compact(end, state)?;
        upkeep.journal_bytes = done.journal_bytes;
        let covered = checkpoint.is_some();
        if let Some((bytes, pack)) = checkpoint {
            (upkeep.covered, upkeep.checkpoint_bytes, upkeep.pack) = (end, bytes.len(), pack);
        }
        let closed = {
            let mut hot = lock_between(&self.hot);
            let live = hot.live()?;
            live.uncompacted = live.uncompacted.saturating_sub(moved.0);
            live.uncompacted_bytes = live.uncompacted_bytes.saturating_sub(moved.1);
            // Events are in segments, but facts and counts in the journal alone.
            if covered { live.journal.consumed(end) } else { Vec::new() }
        };
        drop(closed);
        Ok((done.events, whole))
    }
}

impl Warehouse {
    /// A database that turns out damaged is looked through by the next round, and set aside by the
    /// next opening.
    pub(super) fn note_damage(&mut self, error: &StoreError) {
        if *error == StoreError::Damaged(StoreFile::Database) {
            self.store.doubt();
            self.upkeep.suspect = true;
        }
    }
}

impl Upkeep {
    /// Whether the compaction up to entry `end` is to bring a checkpoint along: once enough
    /// entries share its cost, before an opening has too many of them to replay, and before the
    /// files that hold them take an eighth of the byte budget.
    fn is_checkpoint_due(&self, end: u64, byte_budget: u64) -> bool {
        let tail = end.saturating_sub(self.covered);
        let bytes = u64::try_from(self.checkpoint_bytes).unwrap_or(u64::MAX);
        self.checkpoint_bytes == 0
            || tail >= LONGEST_TAIL
            || tail.saturating_mul(CHECKPOINT_SHARE) >= bytes
            || self.journal_bytes >= byte_budget / 8
    }
}

/// Bytes that the journal may still grow by.
pub(super) fn room(store: &Store, byte_budget: u64) -> Result<u64, StoreError> {
    let slack = u64::try_from(limits::BUDGET_SLACK.most / 2).unwrap_or(0);
    Ok(byte_budget.saturating_add(slack).saturating_sub(store.file_bytes()?))
}

/// Looks through the database if the device may have stopped since that was done last: once in the
/// life of an engine, and again in the next one if this one was killed before.
fn check(warehouse: &mut Warehouse) {
    if !warehouse.upkeep.suspect {
        return;
    }
    let store = &mut warehouse.store;
    match store.is_suspect().and_then(|suspect| Ok(!suspect || store.check()?)) {
        Ok(sound) => {
            warehouse.upkeep.suspect = false;
            if !sound {
                warehouse.damage.database_set_aside = true;
                log::error!("the buffer is damaged: the next opening sets it aside");
            }
        }
        Err(error) => log::warn!("the buffer could not be looked through yet: {error}"),
    }
}
