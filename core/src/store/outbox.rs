//! Batches: formed once, the same bytes on every try, gone on an acknowledgement of their id.

use rusqlite::{Connection, OptionalExtension, params};
use staykit_proto::v1;

use super::Store;
use super::batch::{BatchId, BatchLimits, InFlight, StoredBatch, Unsound, form};
use super::dropped::{DropReason, Range};
use super::error::StoreError;
use super::limits;
use super::segment::{Place, State};
use crate::time::HOUR_MS;

/// What has yet to reach the server, the batch in flight included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Waiting {
    /// Events in segments. What is still in the journal is not counted.
    pub events: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes that they will take in batches.
    pub bytes: u64,
    /// Wall clock of the oldest event, rounded down to the hour, ms since 1970.
    pub oldest_wall_ms: Option<i64>,
}

impl Store {
    /// What has yet to be acknowledged.
    pub fn waiting(&self) -> Result<Waiting, StoreError> {
        let Some(database) = &self.database else { return Ok(Waiting::default()) };
        // These columns are in clear: what anybody wrote there must not make the sum overflow.
        let sql =
            "SELECT sum(events & 0xffffffff), count(*), sum(bytes & 0xffffffff), min(oldest_hour)
            FROM segment WHERE state IN (0, 1)";
        Ok(database.read().query_row(sql, [], |row| {
            let sum = |place| row.get::<_, Option<i64>>(place).map(|sum| sum.unwrap_or(0));
            Ok(Waiting {
                events: sum(0)?.cast_unsigned(),
                segments: sum(1)?.cast_unsigned(),
                bytes: sum(2)?.cast_unsigned(),
                oldest_wall_ms: row
                    .get::<_, Option<i64>>(3)?
                    .map(|hour| hour.saturating_mul(HOUR_MS)),
            })
        })?)
    }

    /// The batch in flight; if there is none, one is formed and made durable: of one epoch, the
    /// most important class first, then the oldest. With it goes what was dropped, alone if no
    /// segment waits. `None` if there is neither.
    ///
    /// `source` is used only when a batch is formed. A segment that turns out to be damaged is
    /// given up and reported as dropped.
    pub fn next_batch(
        &mut self,
        limits: &BatchLimits,
        source: &v1::Source,
    ) -> Result<Option<StoredBatch>, StoreError> {
        loop {
            let base = self.base.clone();
            let Some(database) = &mut self.database else { return Ok(None) };
            let Some(batch) = InFlight::find(database.read())? else {
                if database.transaction(|inner| form(&base, inner, limits, source))? {
                    continue;
                }
                return Ok(None);
            };
            match batch.assemble(&base, database.read()) {
                Ok(stored) => return Ok(Some(stored)),
                Err(Unsound::Failed(error)) => return Err(error),
                Err(Unsound::Damaged(segment)) => database.transaction(|inner| {
                    if let Some(id) = segment {
                        give_up(inner, id, DropReason::Damage)?;
                    }
                    batch.dissolve(inner)
                })?,
            }
        }
    }

    /// Counts a try of this batch, before it is sent; gives the number of the try, from 1.
    /// `None` if no such batch is in flight.
    pub fn note_attempt(&mut self, id: &BatchId) -> Result<Option<u32>, StoreError> {
        let Some(database) = &mut self.database else { return Ok(None) };
        let attempts: Option<i64> = database.transaction(|inner| {
            let sql = "UPDATE batch SET attempts = attempts + 1 WHERE batch_id = ?1";
            inner.execute(sql, [id.as_slice()])?;
            let sql = "SELECT attempts FROM batch WHERE batch_id = ?1";
            Ok(inner.query_row(sql, [id.as_slice()], |row| row.get(0)).optional()?)
        })?;
        Ok(attempts.map(|count| u32::try_from(count).unwrap_or(u32::MAX)))
    }

    /// Lets this batch rest until the wall clock shows `not_before_at`. Whether it is in flight.
    pub fn defer(&mut self, id: &BatchId, not_before_at: i64) -> Result<bool, StoreError> {
        let Some(database) = &mut self.database else { return Ok(false) };
        let sql = "UPDATE batch SET not_before = ?2 WHERE batch_id = ?1";
        database
            .transaction(|inner| Ok(inner.execute(sql, params![id.as_slice(), not_before_at])? > 0))
    }

    /// The server has this batch. Its segments stay as those evicted first. Whether it was in
    /// flight.
    pub fn acknowledge(&mut self, id: &BatchId) -> Result<bool, StoreError> {
        let Some(database) = &mut self.database else { return Ok(false) };
        database.transaction(|inner| {
            let Some(batch) = InFlight::find(inner)?.filter(|batch| batch.batch_id == *id) else {
                return Ok(false);
            };
            let sql = "UPDATE segment SET state = ?2, batch = NULL WHERE batch = ?1";
            inner.execute(sql, params![batch.row, State::Acknowledged.number()])?;
            inner.execute("DELETE FROM dropped WHERE batch = ?1", [batch.row])?;
            inner.execute("DELETE FROM batch WHERE id = ?1", [batch.row])?;
            prune(inner)?;
            Ok(true)
        })
    }
}

/// Gives a segment up for `reason`: counted, and told to the server in the next batch. One that
/// was refused stays until room is needed; one that is damaged is of no use to anybody.
pub(super) fn give_up(
    connection: &Connection,
    segment: i64,
    reason: DropReason,
) -> Result<(), StoreError> {
    let sql = format!("SELECT {} FROM segment WHERE id = ?1", Place::COLUMNS);
    let place = connection.query_row(&sql, [segment], |row| Place::read(row, 0))?;
    Range::of(&place).give_up(connection, reason)?;
    if reason == DropReason::Refused {
        let keep = "UPDATE segment SET state = ?2, batch = NULL WHERE id = ?1";
        connection.execute(keep, params![segment, State::Refused.number()])?;
    } else {
        connection.execute("DELETE FROM segment WHERE id = ?1", [segment])?;
    }
    Ok(())
}

/// Evicts segments that are done with until those left are within
/// [`limits::KEPT_AFTER_UPLOAD`]: the least important class first, then the oldest.
pub(super) fn prune(connection: &Connection) -> Result<(), StoreError> {
    let kept = i64::try_from(limits::KEPT_AFTER_UPLOAD.most).unwrap_or(i64::MAX);
    let sql = "DELETE FROM segment WHERE id IN (
        SELECT id FROM (
            SELECT id, sum(bytes) OVER (ORDER BY priority DESC, epoch DESC, first_seq DESC, id)
                AS total
            FROM segment WHERE state IN (2, 3)
        ) WHERE total > ?1)";
    connection.execute(sql, [kept])?;
    Ok(())
}
