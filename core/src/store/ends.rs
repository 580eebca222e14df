//! How uses of the store ended, and how often they did not end cleanly.

use rusqlite::{Connection, OptionalExtension};

use super::database::signed;
use super::error::StoreError;

/// How the last use of a store ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// There was none.
    New,
    /// By [`super::Journal::close`].
    Clean,
    /// The process died, the device ran on: nothing is lost.
    Killed,
    /// The device may have stopped in between: entries that were not synced may be lost.
    PowerLost,
}

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
        note_checked(connection, ends.power_lost)?;
    }
    if ends != UncleanEnds::load(connection)? {
        note(connection, KILLED, ends.killed)?;
        note(connection, POWER_LOST, ends.power_lost)?;
    }
    Ok(())
}

/// Notes that the database was looked through after so many power cuts.
pub(super) fn note_checked(connection: &Connection, power_lost: u64) -> Result<(), StoreError> {
    note(connection, CHECKED, power_lost)
}

/// After how many power cuts it was.
pub(super) fn checked_after(connection: &Connection) -> Result<u64, StoreError> {
    times(connection, CHECKED)
}
