//! What an opening finds: how the last use ended, what is damaged, what the database says.

use super::base::Base;
use super::database::{Checkpoints, Database, Position};
use super::ends::UncleanEnds;
use super::error::{StoreError, StoreFile};
use super::record::{Body, decode_entry};

/// What could not be read when a store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Damage {
    /// The database would not open and was set aside.
    pub database_set_aside: bool,
    /// The journal goes on where a database ended that is not there any more.
    pub database_missing: bool,
    /// Checkpoints newer than the one in use.
    pub checkpoints: u32,
    /// Journal files of which nothing can be read.
    pub journal_files: u32,
    /// Journal files whose end is torn or which are damaged somewhere.
    pub torn_files: u32,
    /// Damaged places in journal files; what lies behind them was read.
    pub skipped_places: u32,
    /// Entries known to be missing. What a power cut took from the end cannot be known.
    pub lost_entries: u64,
}

/// What the database says.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) database: Option<Database>,
    pub(super) position: Position,
    pub(super) checkpoint: Option<Vec<u8>>,
    /// First entry that is not in the checkpoint.
    pub(super) covered: u64,
    pub(super) ends: UncleanEnds,
}

impl Buffer {
    /// Reads the database; one that will not open is set aside.
    pub(super) fn read(base: &Base) -> Result<(Self, Damage), StoreError> {
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
        database.touch()?;
        let position = Position::load(base, database.read())?;
        let checkpoints = Checkpoints::load(base, database.read())?;
        let (checkpoint, covered) = checkpoints.newest.unzip();
        let (covered, ends) = (covered.unwrap_or(0), UncleanEnds::load(database.read())?);
        let buffer = Self { database: Some(database), position, checkpoint, covered, ends };
        Ok((buffer, checkpoints.unreadable))
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
