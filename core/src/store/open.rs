//! Opening: what is there, what follows from it, where to go on.

use std::sync::Arc;

use super::Store;
use super::base::Base;
use super::database::admit_file;
use super::ends::Ended;
use super::error::StoreError;
use super::folder::Folder;
use super::found::{Buffer, Damage};
use super::journal::{self, Journal};
use super::scan::Scan;
use crate::crypto::DataKey;
use crate::time::ClockReading;

/// An open store.
#[derive(Debug)]
pub struct Opened {
    /// The buffer.
    pub store: Store,
    /// Where records go.
    pub journal: Journal,
    /// The newest checkpoint that can be read.
    pub checkpoint: Option<Vec<u8>>,
    /// The journal's entries after that checkpoint, oldest first.
    pub entries: Vec<Vec<u8>>,
    /// Epoch to number events in.
    pub epoch: u64,
    /// The epoch has just begun: sequence numbers start at 1 again, whatever the checkpoint and
    /// the entries say.
    pub first_of_epoch: bool,
    /// Last sequence number given in this epoch; 0 if none was.
    pub last_seq: u64,
    /// How many entries, the last ones, are in no segment yet.
    pub uncompacted: u64,
    /// Behind so many of the entries damage may have taken some, and with them anything they said.
    pub doubt: Option<usize>,
    /// How the last use ended.
    pub ended: Ended,
    /// What could not be read.
    pub damage: Damage,
}

/// Files of no use that an opening leaves to maintenance.
const MOST_USELESS: usize = 2;

impl Store {
    /// Opens the store in `folder`. [`StoreError::WrongKey`] and [`StoreError::Newer`] leave it
    /// untouched.
    ///
    /// A new epoch begins, durably, whenever it cannot be proven that the numbering continues:
    /// the database is missing or damaged, no checkpoint that fits the journal can be read,
    /// entries are missing, or the device may have lost what was not synced.
    pub fn open(
        folder: Folder,
        key: DataKey,
        reading: &ClockReading,
    ) -> Result<Opened, StoreError> {
        let mut base = Base::new(folder, key)?;
        base.modernise()?;
        let (buffer, mut damage) = Buffer::read(&base)?;
        let scan = Scan::run(&base, &buffer)?;
        (damage.journal_files, damage.torn_files) = (scan.unreadable, scan.torn);
        damage.lost_entries = scan.lost;
        damage.skipped_places = scan.skipped;
        damage.database_missing = scan.headless && !damage.database_set_aside;
        let ended = scan.ended(&buffer, base.folder.is_fresh(), reading.boot_id);
        let last_seq = scan.last_seq(&buffer);
        let proven = scan.continues(&buffer, &base, ended, &damage);
        let last_seq = last_seq.filter(|_| proven);
        let epoch = match last_seq {
            Some(_) => scan.epoch.max(1),
            None => base.begin_epoch(scan.epoch)?,
        };
        let doubt = scan.doubt(ended, damage.database_set_aside);
        let first_of_epoch = last_seq.is_none() || ended == Ended::New;
        let begun = (epoch, first_of_epoch);
        let ends = buffer.ends.and(scan.ends, ended);
        base.number_above(scan.highest);
        let base = Arc::new(base);
        let mut journal =
            Journal::begin(Arc::clone(&base), begun, (reading.boot_id, ends), scan.next)?;
        if ended != Ended::Clean {
            journal.inherit(&scan.live, buffer.position.consumed.min(buffer.covered))?;
        }
        journal::remove_draft(&base)?;
        let mut store = Self {
            base,
            database: buffer.database,
            recyclable: None,
            idle: scan.idle,
            doubted: false,
            ends,
            useless: scan.useless,
        };
        // Starts that nothing follows must not pile up; what cannot be read is not met again.
        if scan.unreadable > 0 || store.useless.len() > MOST_USELESS {
            store.tidy();
        }
        Ok(Opened {
            store,
            journal,
            checkpoint: buffer.checkpoint,
            entries: scan.entries.into_iter().map(|(_, entry)| entry).collect(),
            epoch,
            first_of_epoch,
            last_seq: last_seq.unwrap_or(0),
            uncompacted: scan.next.saturating_sub(buffer.position.consumed),
            doubt,
            ended,
            damage,
        })
    }
}

impl Base {
    /// Brings the identity to the newest format, before any other file: from then on an older
    /// version refuses the store.
    fn modernise(&mut self) -> Result<(), StoreError> {
        match admit_file(self) {
            Err(newer @ StoreError::Newer { .. }) => Err(newer),
            _ => self.folder.modernise(&self.key),
        }
    }

    /// Begins an epoch above every one that was ever begun. Durable when it returns.
    fn begin_epoch(&mut self, seen: u64) -> Result<u64, StoreError> {
        let floor = self.folder.identity().map_or(0, |identity| identity.epoch);
        let epoch = floor.max(seen).saturating_add(1);
        self.folder.begin_epoch(epoch, &self.key)?;
        Ok(epoch)
    }
}
