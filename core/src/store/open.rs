//! Opening: what is there, what follows from it, where to go on.

use std::sync::Arc;

use super::base::Base;
use super::database::{Checkpoints, Database, Position};
use super::error::StoreError;
use super::folder::Folder;
use super::journal::{self, Journal};
use super::record::{Body, decode_entry};
use super::scan::Scan;
use super::{Store, StoreFile};
use crate::crypto::DataKey;
use crate::time::ClockReading;

/// How the last use of a store ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// There was none.
    New,
    /// By [`Journal::close`].
    Clean,
    /// The process died, the device ran on: nothing is lost.
    Killed,
    /// The device may have stopped in between: entries that were not synced may be lost.
    PowerLost,
}

/// What could not be read when a store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Damage {
    /// The database would not open and was set aside.
    pub database_set_aside: bool,
    /// Checkpoints newer than the one in use.
    pub checkpoints: u32,
    /// Journal files of which nothing can be read.
    pub journal_files: u32,
    /// Journal files whose end is torn or which are damaged from some place on.
    pub torn_files: u32,
    /// Entries known to be missing. What a power cut took from the end cannot be known.
    pub lost_entries: u64,
}

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
    /// How the last use ended.
    pub ended: Ended,
    /// What could not be read.
    pub damage: Damage,
}

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
        let (buffer, mut damage) = Buffer::read(&base)?;
        let scan = Scan::run(&base, &buffer)?;
        (damage.journal_files, damage.torn_files) = (scan.unreadable, scan.torn);
        damage.lost_entries = scan.lost;
        let ended = scan.ended(&buffer, base.folder.is_fresh(), reading.boot_id);
        let last_seq = scan.last_seq(&buffer);
        let proven = scan.continues(&buffer, &base, ended, &damage);
        let last_seq = last_seq.filter(|_| proven);
        let epoch = match last_seq {
            Some(_) => scan.epoch.max(1),
            None => base.begin_epoch(scan.epoch)?,
        };
        let first_of_epoch = last_seq.is_none() || ended == Ended::New;
        let begun = (epoch, first_of_epoch);
        base.number_above(scan.highest);
        let base = Arc::new(base);
        let mut journal = Journal::begin(Arc::clone(&base), begun, reading.boot_id, scan.next)?;
        if ended != Ended::Clean {
            journal.inherit(&scan.live, buffer.position.consumed)?;
        }
        journal::remove_draft(&base)?;
        for number in &scan.useless {
            base.folder.remove(&journal::name(*number), StoreFile::Journal)?;
        }
        Ok(Opened {
            store: Self { base, database: buffer.database, recyclable: None },
            journal,
            checkpoint: buffer.checkpoint,
            entries: scan.entries.into_iter().map(|(_, entry)| entry).collect(),
            epoch,
            first_of_epoch,
            last_seq: last_seq.unwrap_or(0),
            ended,
            damage,
        })
    }
}

/// What the database says.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    database: Option<Database>,
    pub(super) position: Position,
    checkpoint: Option<Vec<u8>>,
    /// First entry that is not in the checkpoint.
    pub(super) covered: u64,
}

impl Buffer {
    /// Reads the database; one that will not open is set aside.
    fn read(base: &Base) -> Result<(Self, Damage), StoreError> {
        let damage = Damage::default();
        match Self::try_read(base) {
            Ok((buffer, checkpoints)) => Ok((buffer, Damage { checkpoints, ..damage })),
            Err(StoreError::Damaged(_)) => {
                base.folder.set_database_aside()?;
                Ok((Self::default(), Damage { database_set_aside: true, ..damage }))
            }
            Err(error) => Err(error),
        }
    }

    fn try_read(base: &Base) -> Result<(Self, u32), StoreError> {
        let Some(database) = Database::open(base)? else { return Ok((Self::default(), 0)) };
        let position = Position::load(base, database.read())?;
        let checkpoints = Checkpoints::load(base, database.read())?;
        let (checkpoint, covered) = checkpoints.newest.unzip();
        let buffer =
            Self { database: Some(database), position, checkpoint, covered: covered.unwrap_or(0) };
        Ok((buffer, checkpoints.unreadable))
    }
}

impl Base {
    /// Begins an epoch above every one that was ever begun. Durable when it returns.
    fn begin_epoch(&mut self, seen: u64) -> Result<u64, StoreError> {
        let floor = self.folder.identity().map_or(0, |identity| identity.epoch);
        let epoch = floor.max(seen).saturating_add(1);
        self.folder.begin_epoch(epoch, &self.key)?;
        Ok(epoch)
    }
}

/// The last event in `entry`; fails if the entry makes no sense.
pub(super) fn last_seq_in(entry: &[u8]) -> Result<Option<u64>, StoreError> {
    let records = decode_entry(entry).map_err(StoreError::malformed(StoreFile::Journal))?;
    Ok(records.iter().rev().find_map(|record| match &record.body {
        Body::Event(numbered) => Some(numbered.seq),
        Body::Other { .. } => None,
    }))
}
