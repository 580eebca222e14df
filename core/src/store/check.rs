//! Ends that were not clean: how many there were, and what they may have left of the database.

use rusqlite::{Connection, OptionalExtension};

use super::Store;
use super::database::{MAGIC, signed};
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::DATABASE;
use super::found::Ended;

/// How often a use of the store did not end by closing it, since the installation was made. Each
/// journal file and the buffer say so: only if both are lost does the count begin anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct UncleanEnds {
    /// The process died alone.
    pub killed: u64,
    /// The device may have stopped.
    pub power_lost: u64,
}

impl UncleanEnds {
    /// What `self` and `other` know together, and one more.
    pub(super) fn and(self, other: Self, ended: Ended) -> Self {
        let killed = self.killed.max(other.killed);
        let power_lost = self.power_lost.max(other.power_lost);
        Self {
            killed: killed.saturating_add(u64::from(ended == Ended::Killed)),
            power_lost: power_lost.saturating_add(u64::from(ended == Ended::PowerLost)),
        }
    }

    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self { killed: times(connection, KILLED)?, power_lost: times(connection, POWER_LOST)? })
    }
}

/// Rows of the table `ended`.
const KILLED: i64 = 2;
const POWER_LOST: i64 = 3;
/// Ends by a power cut after which the database was looked through.
const CHECKED: i64 = 4;

impl Store {
    /// Looks through the whole database for what a power cut may have done to it in spite of its
    /// log; takes as long as reading it does. Whether it is sound.
    ///
    /// One that is not is marked, so that the next opening sets it aside, begins an epoch and
    /// keeps what is in the journal. Until then nothing more is taken from that.
    pub fn check(&mut self) -> Result<bool, StoreError> {
        let power_lost = self.ends.power_lost;
        self.doubted = false;
        let Some(database) = &mut self.database else { return Ok(true) };
        let sql = "PRAGMA quick_check(1)";
        let found = database.read().query_row(sql, [], |row| row.get::<_, String>(0));
        let sound = match found.map_err(StoreError::from) {
            Ok(found) => found == "ok",
            Err(StoreError::Damaged(_)) => false,
            Err(error) => return Err(error),
        };
        if sound {
            database.transaction(|inner| note(inner, CHECKED, power_lost))?;
        } else {
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

    /// Something in the database could not be read: [`Store::is_suspect`] from now on.
    pub fn doubt(&mut self) {
        self.doubted = true;
    }

    /// Whether the device may have stopped since the database was looked through last, or
    /// something in it could not be read.
    pub fn is_suspect(&self) -> Result<bool, StoreError> {
        let Some(database) = &self.database else { return Ok(false) };
        Ok(self.doubted || times(database.read(), CHECKED)? < self.ends.power_lost)
    }

    /// How often the store did not end cleanly.
    #[must_use]
    pub fn unclean_ends(&self) -> UncleanEnds {
        self.ends
    }
}

fn times(connection: &Connection, how: i64) -> Result<u64, StoreError> {
    let sql = "SELECT times FROM ended WHERE how = ?1";
    let times = connection.query_row(sql, [how], |row| row.get::<_, i64>(0)).optional()?;
    Ok(times.map_or(0, i64::cast_unsigned))
}

fn note(connection: &Connection, how: i64, times: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO ended (how, times) VALUES (?1, ?2)
        ON CONFLICT (how) DO UPDATE SET times = excluded.times WHERE times < excluded.times";
    connection.prepare_cached(sql)?.execute([how, signed(times)])?;
    Ok(())
}

/// A database that is new was not there when the device stopped.
pub(super) fn note_ends(
    connection: &Connection,
    ends: UncleanEnds,
    is_new: bool,
) -> Result<(), StoreError> {
    if is_new {
        note(connection, CHECKED, ends.power_lost)?;
    }
    if ends != UncleanEnds::load(connection)? {
        note(connection, KILLED, ends.killed)?;
        note(connection, POWER_LOST, ends.power_lost)?;
    }
    Ok(())
}
