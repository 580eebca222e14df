//! Making entries durable without the mutex under which they are appended.

use std::io;
use std::sync::Arc;

use super::Journal;
use crate::store::disk::DiskFile;
use crate::store::error::{StoreError, StoreFile};

/// What has to be synced. Taken under the engine's mutex, [run](SyncTask::run) without it.
#[derive(Debug)]
pub struct SyncTask {
    files: Vec<Arc<dyn DiskFile>>,
    folder: Option<Arc<dyn DiskFile>>,
    up_to: u64,
}

/// What came of a [`SyncTask`], for [`Journal::finish_sync`].
#[derive(Debug)]
pub struct SyncDone {
    pub(super) task: SyncTask,
    pub(super) result: io::Result<()>,
}

impl SyncTask {
    /// The files: who holds them while the outcome is noted closes none under the mutex.
    #[must_use]
    pub fn files(&self) -> Vec<Arc<dyn DiskFile>> {
        self.files.clone()
    }

    /// Waits until everything is on flash.
    #[must_use]
    pub fn run(self) -> SyncDone {
        let result = self
            .files
            .iter()
            .try_for_each(|file| file.sync_data())
            .and_then(|()| self.folder.as_ref().map_or(Ok(()), |folder| folder.sync_all()));
        SyncDone { task: self, result }
    }
}

impl Journal {
    /// Whether entries are appended that are not on flash yet.
    #[must_use]
    pub fn needs_sync(&self) -> bool {
        self.synced < self.next
    }

    /// Everything appended so far, to be synced. Give the outcome to [`Journal::finish_sync`].
    #[must_use]
    pub fn begin_sync(&self) -> SyncTask {
        let active = std::iter::once(&self.active.spare.file);
        let folder = self.folder_unsynced.then(|| self.base.folder.handle());
        SyncTask {
            files: self.unsynced.iter().chain(active).map(Arc::clone).collect(),
            folder,
            up_to: self.next,
        }
    }

    /// Notes what a sync achieved; gives [`Journal::synced`].
    ///
    /// After a failed one the system may have dropped the pages, and a later success would prove
    /// nothing: writing goes on in another file, and the entries count as synced only once a
    /// compaction has [consumed](Journal::consumed) them.
    pub fn finish_sync(&mut self, done: SyncDone) -> Result<u64, StoreError> {
        let SyncDone { task: SyncTask { files, folder, up_to }, result } = done;
        self.unsynced.retain(|file| !files.iter().any(|synced| Arc::ptr_eq(file, synced)));
        if let Err(error) = result {
            self.suspect = self.next;
            self.active.broken = true;
            return Err(StoreError::io("sync", StoreFile::Journal)(error));
        }
        self.folder_unsynced &= folder.is_none();
        if !self.folder_unsynced && self.synced >= self.suspect.min(up_to) {
            self.synced = self.synced.max(up_to);
        }
        Ok(self.synced)
    }
}
