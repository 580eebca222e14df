//! What lies on flash. `core/docs/storage-format.md` has every byte.
//!
//! Two halves that never wait for each other: the [`Journal`] takes records, one `pwrite` each,
//! under the engine's mutex; the [`Store`] is the `SQLite` buffer behind a mutex of its own, to
//! which maintenance moves closed journal files as sealed, compressed segments, and from which
//! batches are formed.

mod answer;
mod base;
mod batch;
mod bounds;
mod check;
mod compact;
mod database;
mod disk;
mod dropped;
mod ends;
mod error;
mod export;
mod folder;
mod found;
mod identity;
mod journal;
pub mod limits;
mod names;
mod open;
mod outbox;
pub mod record;
mod reset;
mod scan;
mod segment;
mod split;
mod versions;

use std::sync::Arc;

use base::Base;
use database::Database;

pub use batch::{BatchId, BatchLimits, StoredBatch};
pub use bounds::{Bounds, Evicted};
pub use compact::Compacted;
pub use disk::{Access, Disk, DiskFile, SystemDisk};
pub use dropped::{DropReason, Dropped};
pub use ends::{Ended, UncleanEnds};
pub use error::{StoreError, StoreFile};
pub use export::{Stats, StoredEvent};
pub use folder::Folder;
pub use found::Damage;
pub use identity::{Identity, Installation, Reset};
pub use journal::{Journal, Spare, SyncDone, SyncTask};
pub use open::Opened;
pub use outbox::Waiting;
pub use split::Split;

/// The `SQLite` buffer: segments, checkpoints, outbox. For maintenance and upload, never on the
/// path of a record.
#[derive(Debug)]
pub struct Store {
    base: Arc<Base>,
    /// Made by the first compaction: until then the journal has everything.
    database: Option<Database>,
    /// A consumed journal file, kept to be used again.
    recyclable: Option<u64>,
    /// Files of the journal that were begun by earlier openings for nothing.
    idle: Vec<u64>,
    /// Something in the database could not be read.
    doubted: bool,
    /// Ends up to now.
    ends: UncleanEnds,
    /// Journal files that the opening found to be of no use.
    useless: Vec<u64>,
}

impl Store {
    /// Whose store this is.
    #[must_use]
    pub fn installation(&self) -> Installation {
        self.base.installation
    }

    /// Destroys the wrapped key first, then removes every file of the store. Drop the [`Journal`]
    /// before.
    pub fn erase(self) -> Result<(), StoreError> {
        drop(self.database);
        self.base.folder.destroy()
    }

    fn database(&mut self) -> Result<&mut Database, StoreError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => Database::create(&self.base)?,
        };
        Ok(self.database.insert(database))
    }
}
