//! The journal: sealed frames, appended to files that were filled with zeros beforehand.
//!
//! An append is one `pwrite` and no more. A file is written from front to back under its own key
//! and never again after a failed write, so no nonce repeats. It is never memory-mapped.

mod file;
mod frame;
mod read;
mod sync;

use std::sync::Arc;

use super::base::Base;
use super::disk::{Access, DiskFile};
use super::ends::UncleanEnds;
use super::error::{StoreError, StoreFile};
use super::{limits, names};
use frame::{CLOSED_FRAME_BYTES, FRAME_OVERHEAD, Kind};

pub use file::Spare;
pub(super) use file::remove_draft;
pub(super) use frame::Start;
pub(super) use read::{Frame, Loaded, Started, load};
pub use sync::{SyncDone, SyncTask};

/// The end of the journal to which records go, under the engine's mutex.
#[derive(Debug)]
pub struct Journal {
    base: Arc<Base>,
    active: Active,
    spare: Option<Spare>,
    epoch: u64,
    boot_id: Option<u64>,
    ends: UncleanEnds,
    /// Files filled since one was hardly used.
    filled: u32,
    next: u64,
    synced: u64,
    /// Entries below this were in a file whose sync failed: only a compaction makes them sure.
    suspect: u64,
    /// Closed files whose content is not on flash yet.
    unsynced: Vec<Arc<dyn DiskFile>>,
    folder_unsynced: bool,
    /// Bytes of the files that were made since the opening.
    made: u64,
    /// Bytes of them that may be.
    most: u64,
    /// The buffer takes nothing.
    held: bool,
    /// A file became full since it was last asked.
    switched: bool,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Active {
    spare: Spare,
    /// Number of its first entry.
    first: u64,
    /// Where the next frame goes.
    at: u64,
    /// A write failed: what lies at `at` is unknown, so its nonce counts as used.
    broken: bool,
    /// Takes no entry, though there is room in it.
    shut: bool,
}

impl Journal {
    /// Begins a file in `epoch`; the next entry has number `next`.
    pub(super) fn begin(
        base: Arc<Base>,
        (epoch, first_of_epoch): (u64, bool),
        (boot_id, ends): (Option<u64>, UncleanEnds),
        next: u64,
    ) -> Result<Self, StoreError> {
        let spare = Spare::create(&base, file::wide(limits::FIRST_JOURNAL_FILE.most))?;
        let mut buffer = Vec::with_capacity(limits::FIRST_JOURNAL_FILE.most);
        let start = Start { epoch, first: next, first_of_epoch, boot_id, ends };
        let active = Active::begin(spare, &start, &mut buffer)?;
        Ok(Self {
            base,
            active,
            spare: None,
            epoch,
            boot_id,
            ends,
            filled: 0,
            next,
            synced: next,
            suspect: 0,
            unsynced: Vec::with_capacity(8),
            folder_unsynced: true,
            made: 0,
            most: u64::MAX,
            held: false,
            switched: false,
            buffer,
        })
    }

    /// Entries from `synced` on, in the files `numbers` of an earlier opening, may not be on flash.
    pub(super) fn inherit(&mut self, numbers: &[u64], synced: u64) -> Result<(), StoreError> {
        for number in numbers {
            let file = self.base.folder.open_file(&names::name(*number), Access::Read);
            self.unsynced.push(file.map_err(StoreError::io("open", StoreFile::Journal))?);
        }
        self.synced = self.synced.min(synced);
        Ok(())
    }

    /// Seals `entry` and writes it behind the others; gives its number. It survives the end of
    /// the process from now on, and a power cut once [`Journal::synced`] is above the number.
    ///
    /// Allocates nothing, syncs nothing and touches no other file, unless the file is full and
    /// nobody has [supplied](Journal::supply) a spare. After an error the entry is not there and
    /// the same call may be tried again.
    pub fn append(&mut self, entry: &[u8]) -> Result<u64, StoreError> {
        let (size, limit) = (entry.len(), limits::ENTRY);
        if size > limit.most {
            return Err(StoreError::TooLarge { size, limit });
        }
        if !self.active.has_room(size) {
            // Also if there is no room for another file: maintenance makes some.
            self.switched = true;
            self.switch(size)?;
            self.filled = self.filled.saturating_add(1);
        }
        self.active.write(Kind::Entry, entry, &mut self.buffer)?;
        let number = self.next;
        self.next = self.next.saturating_add(1);
        Ok(number)
    }

    /// Goes on in a fresh file, so that every entry below the number that comes back is in a
    /// closed one and can be compacted. A journal that is [held](Journal::hold) or has no
    /// [room](Journal::allow) for a file stays in its own, and the number is that of this one's
    /// first entry.
    pub fn rotate(&mut self) -> Result<u64, StoreError> {
        if self.active.first == self.next {
            return Ok(self.next);
        }
        if self.held {
            return Ok(self.active.first);
        }
        // A file that was hardly used makes the next one a small one: zeros cost writes, too.
        if self.active.at < self.active.spare.size / 4 {
            self.filled = 0;
        }
        match self.switch(0) {
            Err(StoreError::Backlog) => Ok(self.active.first),
            switched => switched.map(|()| self.next),
        }
    }

    /// Entries below this number were appended.
    #[must_use]
    pub fn appended(&self) -> u64 {
        self.next
    }

    /// Entries below this number are on flash.
    #[must_use]
    pub fn synced(&self) -> u64 {
        self.synced
    }

    /// Size in bytes of the file that [`Journal::supply`] should get; `None` if there is one or if
    /// too little happens to need one.
    #[must_use]
    pub fn wants_spare(&self) -> Option<usize> {
        let size = limits::JOURNAL_FILE.most;
        let busy = self.filled > 0 || self.active.at > self.active.spare.size / 2;
        let fits = self.room() >= file::wide(size);
        (busy && fits && self.spare.is_none()).then_some(size)
    }

    /// Gives a file to go on in once the present one is full.
    ///
    /// One that was prepared before the present file began is of no use and left to the next
    /// compaction: files follow each other by number.
    pub fn supply(&mut self, spare: Spare) {
        self.made = self.made.saturating_add(spare.size);
        if spare.number > self.active.spare.number {
            self.spare = Some(spare);
        }
    }

    /// Bytes of the files that were made since the opening.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Lets [`Journal::made`] grow to `most` bytes, and gives what held before. Beyond it [`Journal::append`] answers [`StoreError::Backlog`] once the
    /// present file is full.
    pub fn allow(&mut self, most: u64) -> u64 {
        std::mem::replace(&mut self.most, most)
    }

    fn room(&self) -> u64 {
        self.most.saturating_sub(self.made)
    }

    /// The buffer takes nothing: rotations would only use up what room there is.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Not even the present file takes an entry, so that it is of no use to anybody: a store that is
    /// full would grow by one with each start.
    pub fn shut(&mut self) {
        self.hold();
        self.active.shut = true;
    }

    /// The buffer takes something.
    pub fn lift(&mut self) {
        self.held = false;
        self.active.shut = false;
    }

    /// Whether a sync of entries failed that nothing has made sure since.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.synced < self.suspect
    }

    /// A compaction has made all entries below `end` durable elsewhere, by segments and a checkpoint:
    /// without that one the state still needs them. The files that come back are not needed any
    /// more: close them where nobody waits, for that may take the system long.
    pub fn consumed(&mut self, end: u64) -> Vec<Arc<dyn DiskFile>> {
        self.synced = self.synced.max(end.min(self.next));
        if end >= self.active.first {
            return std::mem::replace(&mut self.unsynced, Vec::with_capacity(8));
        }
        Vec::new()
    }

    /// Whether a file became full since the last call.
    pub fn take_switched(&mut self) -> bool {
        std::mem::take(&mut self.switched)
    }

    /// Ends cleanly: everything is on flash, and the next opening can tell.
    pub fn close(mut self) -> Result<(), StoreError> {
        if self.active.broken {
            // So small a file has room at the end.
            self.most = u64::MAX;
            self.switch(0)?;
        }
        self.active.write(Kind::Closed, &[], &mut self.buffer)?;
        let done = self.begin_sync().run();
        self.finish_sync(done).map(|_| ())
    }

    fn switch(&mut self, size: usize) -> Result<(), StoreError> {
        let needed = file::size_for(size);
        let ready = self.spare.take().filter(|spare| spare.size >= needed);
        let spare = if let Some(spare) = ready {
            spare
        } else {
            let spare = Spare::create(&self.base, self.size_within_room(needed)?)?;
            self.made = self.made.saturating_add(spare.size);
            spare
        };
        self.go_on_in(spare)
    }

    /// Size of the file to make, at least `needed`.
    fn size_within_room(&self, needed: u64) -> Result<u64, StoreError> {
        let least = needed.max(file::wide(limits::FIRST_JOURNAL_FILE.most));
        let size = self.usual_size().max(least).min(self.room());
        if size < least { Err(StoreError::Backlog) } else { Ok(size) }
    }

    fn go_on_in(&mut self, spare: Spare) -> Result<(), StoreError> {
        self.folder_unsynced = true;
        let start = Start {
            epoch: self.epoch,
            first: self.next,
            first_of_epoch: false,
            boot_id: self.boot_id,
            ends: self.ends,
        };
        let begun = Active::begin(spare, &start, &mut self.buffer);
        // That file's start may be there all the same, and then no entry counts that follows here.
        self.active.broken |= begun.is_err();
        let mut last = std::mem::replace(&mut self.active, begun?);
        // So that a loss of the new file shows. Without it that would merely not show.
        if !last.broken
            && let Err(error) = last.write(Kind::Continued, &[], &mut self.buffer)
        {
            log::debug!("a journal file does not say that it goes on: {error}");
        }
        self.unsynced.push(last.spare.file);
        Ok(())
    }

    fn usual_size(&self) -> u64 {
        let limit = if self.filled > 0 { limits::JOURNAL_FILE } else { limits::FIRST_JOURNAL_FILE };
        file::wide(limit.most)
    }
}

impl Active {
    fn begin(spare: Spare, start: &Start, buffer: &mut Vec<u8>) -> Result<Self, StoreError> {
        let (at, first) = (file::HEADER_BYTES, start.first);
        let mut active = Self { spare, first, at, broken: false, shut: false };
        let content = start.encode();
        active.write(Kind::Start, &content, buffer)?;
        Ok(active)
    }

    fn has_room(&self, size: usize) -> bool {
        let frames = file::wide(size + FRAME_OVERHEAD + CLOSED_FRAME_BYTES);
        !self.broken && !self.shut && frames <= self.spare.size.saturating_sub(self.at)
    }

    fn write(
        &mut self,
        kind: Kind,
        content: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        frame::seal(&self.spare.key, self.at, kind, content, buffer)?;
        let written = self.spare.file.write_all_at(buffer, self.at);
        self.broken |= written.is_err();
        written.map_err(StoreError::io("append", StoreFile::Journal))?;
        self.at = self.at.saturating_add(file::wide(buffer.len()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, Kind};
    use crate::crypto::DataKey;
    use crate::store::{Folder, Opened, Store, StoreError, SyncDone};
    use crate::time::{Clock, VirtualClock};
    use std::fs::File;
    use std::path::Path;
    use std::sync::Arc;

    fn open(path: &Path) -> Opened {
        let (mut folder, key) = (Folder::open(path).unwrap(), || DataKey::new([1; 32]));
        if folder.identity().is_none() {
            folder.create_identity([2; 16], b"wrapped", &key()).unwrap();
        }
        Store::open(folder, key(), &VirtualClock::at(0).read().unwrap()).unwrap()
    }

    /// Lets every write to the present file fail.
    fn break_file(journal: &mut Journal, path: &Path) {
        journal.active.spare.file = Arc::new(File::open(path.join("lock")).unwrap());
    }

    #[test]
    fn after_a_failed_write_the_same_entry_goes_to_another_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        journal.append(b"one").unwrap();
        let whole = Arc::clone(&journal.active.spare.file);
        break_file(&mut journal, folder.path());
        assert!(matches!(journal.append(b"two"), Err(StoreError::Io { .. })));
        journal.active.spare.file = whole;
        assert_eq!(journal.append(b"two"), Ok(1));
        drop(journal);
        assert_eq!(open(folder.path()).entries, [b"one".to_vec(), b"two".to_vec()]);
    }

    #[test]
    fn an_entry_that_was_written_although_the_write_failed_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        journal.active.write(Kind::Entry, b"one", &mut Vec::new()).unwrap();
        journal.active.broken = true;
        assert_eq!(journal.append(b"one"), Ok(0));
        drop(journal);
        let mut opened = open(folder.path());
        assert_eq!(opened.entries, [b"one".to_vec()]);
        let end = opened.journal.rotate().unwrap();
        assert_eq!(opened.store.compact(end, None).unwrap().lost_entries, 1);
    }

    #[test]
    fn after_a_failed_sync_only_a_compaction_makes_entries_sure() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(folder.path()).journal;
        journal.append(b"one").unwrap();
        let task = journal.begin_sync();
        let failed = SyncDone { task, result: Err(std::io::ErrorKind::Other.into()) };
        assert!(journal.finish_sync(failed).is_err());
        journal.append(b"two").unwrap();
        let done = journal.begin_sync().run();
        assert_eq!(journal.finish_sync(done), Ok(0));
        journal.consumed(1);
        let done = journal.begin_sync().run();
        assert_eq!(journal.finish_sync(done), Ok(2));
    }

    #[test]
    fn what_a_killed_process_left_unsynced_is_not_taken_for_synced() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).journal.append(b"one").unwrap();
        let mut journal = open(folder.path()).journal;
        assert!(journal.needs_sync());
        let done = journal.begin_sync().run();
        assert_eq!(journal.finish_sync(done), Ok(1));
        journal.close().unwrap();
        assert!(!open(folder.path()).journal.needs_sync());
    }
}
