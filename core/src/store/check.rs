//! Ends that were not clean: how many there were, and what they may have left of the database.

use rusqlite::{Connection, OptionalExtension};

use super::Store;
use super::database::MAGIC;
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::DATABASE;
use super::found::Ended;

/// How often a use of the store did not end by closing it, since the buffer was made. One that was
/// followed by no compaction is not in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct UncleanEnds {
    /// The process died alone.
    pub killed: u64,
    /// The device may have stopped.
    pub power_lost: u64,
}

impl Store {
    /// Looks through the whole database for what a power cut may have done to it in spite of its
    /// log; takes as long as reading it does. Whether it is sound.
    ///
    /// One that is not is marked, so that the next opening sets it aside, begins an epoch and
    /// keeps what is in the journal. Until then nothing more is taken from that.
    pub fn check(&mut self) -> Result<bool, StoreError> {
        let Some(database) = &self.database else { return Ok(true) };
        let sql = "PRAGMA quick_check(1)";
        let found = database.read().query_row(sql, [], |row| row.get::<_, String>(0));
        let sound = match found.map_err(StoreError::from) {
            Ok(found) => found == "ok",
            Err(StoreError::Damaged(_)) => false,
            Err(error) => return Err(error),
        };
        if !sound {
            self.condemn()?;
        }
        Ok(sound)
    }

    fn condemn(&mut self) -> Result<(), StoreError> {
        self.database = None;
        let file = self.base.folder.open_file(DATABASE, Access::Write);
        file.and_then(|file| {
            file.write_all_at(&[0; MAGIC.len()], 0)?;
            file.sync_all()
        })
        .map_err(StoreError::io("mark", StoreFile::Database))
    }

    /// How often the store did not end cleanly.
    pub fn unclean_ends(&self) -> Result<UncleanEnds, StoreError> {
        let mut ends = UncleanEnds::default();
        if let Some(database) = &self.database {
            ends.killed = times(database.read(), Ended::Killed)?;
            ends.power_lost = times(database.read(), Ended::PowerLost)?;
        }
        match self.uncounted {
            Some(Ended::Killed) => ends.killed += 1,
            Some(Ended::PowerLost) => ends.power_lost += 1,
            _ => {}
        }
        Ok(ends)
    }
}

fn number(ended: Ended) -> i64 {
    match ended {
        Ended::New => 0,
        Ended::Clean => 1,
        Ended::Killed => 2,
        Ended::PowerLost => 3,
    }
}

fn times(connection: &Connection, ended: Ended) -> Result<u64, StoreError> {
    let sql = "SELECT times FROM ended WHERE how = ?1";
    let times =
        connection.query_row(sql, [number(ended)], |row| row.get::<_, i64>(0)).optional()?;
    Ok(times.map_or(0, i64::cast_unsigned))
}

pub(super) fn count_end(connection: &Connection, ended: Ended) -> Result<(), StoreError> {
    let sql = "INSERT INTO ended (how, times) VALUES (?1, 1)
        ON CONFLICT (how) DO UPDATE SET times = times + 1";
    connection.execute(sql, [number(ended)])?;
    Ok(())
}
