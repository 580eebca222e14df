//! A batch in the database: how it is formed and put together.

use rusqlite::{Connection, OptionalExtension, params};
use staykit_proto::{Message, v1};

use super::base::Base;
use super::database::signed;
use super::dropped::unreported;
use super::error::{StoreError, StoreFile};
use super::segment::{self, Place};
use crate::codec::Writer;
use crate::crypto::{Purpose, open_blob, seal_blob};
use crate::random::operating_system;

/// The message's format number.
const FORMAT: u32 = 1;
/// Tag of `Batch.segments` (field 5, length-delimited).
const SEGMENTS_TAG: u8 = 5 << 3 | 2;
/// Bytes of that tag and of a length of at most 3 bytes.
const SEGMENT_FRAME: u64 = 4;

/// Names a batch; the server's idempotency key.
pub type BatchId = [u8; 16];

/// How large a batch may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Events.
    pub events: u64,
    /// Bytes as they are sent.
    pub bytes: u64,
    /// Bytes of all segments before compression.
    pub raw_bytes: u64,
}

impl Default for BatchLimits {
    /// What a server accepts: 1,000 events, 512 kB compressed, 1 MB raw.
    fn default() -> Self {
        Self { events: 1_000, bytes: 512_000, raw_bytes: 1_000_000 }
    }
}

/// A batch in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its id.
    pub id: BatchId,
    /// The encoded `Batch`; the same on every try, whatever version of the app sends it.
    pub bytes: Vec<u8>,
    /// Events in it.
    pub events: u64,
    /// Epoch of all of them.
    pub epoch: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// Wall-clock instant before which it should not be tried again, ms; 0 = at once.
    pub not_before_at: i64,
}

/// The row of the batch in flight.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) row: i64,
    pub(super) batch_id: BatchId,
    pub(super) epoch: u64,
    attempts: u32,
    not_before_at: i64,
    header: Vec<u8>,
}

/// Why a batch cannot be put together.
pub(super) enum Unsound {
    /// Its head, or the segment with this id, does not open.
    Damaged(Option<i64>),
    /// The database failed.
    Failed(StoreError),
}

impl From<rusqlite::Error> for Unsound {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl InFlight {
    pub(super) fn find(connection: &Connection) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT id, batch_id, epoch, attempts, not_before, header FROM batch LIMIT 1";
        Ok(connection
            .query_row(sql, [], |row| {
                Ok(Self {
                    row: row.get(0)?,
                    // One of another length fits no head, so that the batch is formed anew.
                    batch_id: row.get::<_, Vec<u8>>(1)?.try_into().unwrap_or_default(),
                    epoch: row.get::<_, i64>(2)?.cast_unsigned(),
                    attempts: u32::try_from(row.get::<_, i64>(3)?).unwrap_or(u32::MAX),
                    not_before_at: row.get(4)?,
                    header: row.get(5)?,
                })
            })
            .optional()?)
    }

    /// The head without segments.
    pub(super) fn head(&self, base: &Base) -> Result<Vec<u8>, StoreError> {
        open_blob(&base.key, Purpose::Batch, &[&base.installation, &self.batch_id], &self.header)
            .map_err(StoreError::sealed(StoreFile::Database))
    }

    pub(super) fn assemble(
        &self,
        base: &Base,
        connection: &Connection,
    ) -> Result<StoredBatch, Unsound> {
        let mut bytes = self.head(base).map_err(|_| Unsound::Damaged(None))?;
        let mut events = 0_u64;
        let mut query = connection.prepare(&format!(
            "SELECT id, {}, body FROM segment WHERE batch = ?1
             ORDER BY priority DESC, epoch, first_seq, id",
            Place::COLUMNS
        ))?;
        let mut rows = query.query([self.row])?;
        while let Some(row) = rows.next()? {
            let (place, body) = (Place::read(row, 1)?, row.get::<_, Vec<u8>>(9)?);
            let id = row.get(0)?;
            let message =
                segment::open(base, &place, &body).map_err(|_| Unsound::Damaged(Some(id)))?;
            bytes.push(SEGMENTS_TAG);
            Writer::new(&mut bytes).bytes(&message);
            events = events.saturating_add(place.events);
        }
        Ok(StoredBatch {
            id: self.batch_id,
            bytes,
            events,
            epoch: self.epoch,
            attempts: self.attempts,
            not_before_at: self.not_before_at,
        })
    }

    /// Takes the batch apart; its segments wait again.
    pub(super) fn dissolve(&self, connection: &Connection) -> Result<(), StoreError> {
        let sql = "UPDATE segment SET state = 0, batch = NULL WHERE batch = ?1";
        connection.execute(sql, [self.row])?;
        connection.execute("UPDATE dropped SET batch = NULL WHERE batch = ?1", [self.row])?;
        connection.execute("DELETE FROM batch WHERE id = ?1", [self.row])?;
        Ok(())
    }
}

/// Forms a batch of waiting segments and of what was dropped; whether there was either.
pub(super) fn form(
    base: &Base,
    connection: &Connection,
    limits: &BatchLimits,
    source: &v1::Source,
) -> Result<bool, StoreError> {
    let dropped = unreported(connection)?;
    let alone = dropped.first().map(|(_, range)| range.epoch);
    let Some(epoch) = first_waiting_epoch(connection)?.or(alone) else { return Ok(false) };
    let mut message = v1::Batch {
        format: FORMAT,
        installation: base.installation.to_vec(),
        epoch,
        dropped: dropped.iter().map(|(_, range)| *range).collect(),
        source: Some(source.clone()),
        ..v1::Batch::default()
    };
    let row = insert(base, connection, &mut message)?;
    for (id, _) in &dropped {
        connection.execute("UPDATE dropped SET batch = ?1 WHERE id = ?2", [row, *id])?;
    }
    let head = u64::try_from(message.encoded_len()).unwrap_or(u64::MAX);
    for id in choose(connection, epoch, limits, head)? {
        let sql = "UPDATE segment SET state = 1, batch = ?1 WHERE id = ?2";
        connection.execute(sql, params![row, id])?;
    }
    Ok(true)
}

/// Inserts the head of a batch under a fresh id. The id is the operating system's, so that no
/// seed of a host can give two batches one id.
pub(super) fn insert(
    base: &Base,
    connection: &Connection,
    head: &mut v1::Batch,
) -> Result<i64, StoreError> {
    let id: BatchId = operating_system().map_err(|_| StoreError::NoRandomness)?;
    head.batch_id = id.to_vec();
    let place: [&[u8]; 2] = [&base.installation, &id];
    let header = seal_blob(&base.key, Purpose::Batch, &place, &head.encode_to_vec())
        .map_err(StoreError::sealed(StoreFile::Database))?;
    let sql = "INSERT INTO batch (batch_id, epoch, attempts, not_before, header)
        VALUES (?1, ?2, 0, 0, ?3)";
    connection.execute(sql, params![id.as_slice(), signed(head.epoch), header])?;
    Ok(connection.last_insert_rowid())
}

fn first_waiting_epoch(connection: &Connection) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT epoch FROM segment WHERE state = 0
        ORDER BY priority DESC, epoch, first_seq LIMIT 1";
    let epoch: Option<i64> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(epoch.map(i64::cast_unsigned))
}

/// As many segments as fit, one at least: a segment alone is within what a server accepts.
fn choose(
    connection: &Connection,
    epoch: u64,
    limits: &BatchLimits,
    head: u64,
) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT id, events, bytes, raw_bytes FROM segment WHERE state = 0 AND epoch = ?1
        ORDER BY priority DESC, epoch, first_seq, id";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([signed(epoch)])?;
    let (mut chosen, mut events, mut bytes, mut raw) = (Vec::new(), 0_u64, head, 0_u64);
    while let Some(row) = rows.next()? {
        let column = |place| row.get::<_, i64>(place).map(i64::cast_unsigned);
        events = events.saturating_add(column(1)?);
        bytes = bytes.saturating_add(column(2)?).saturating_add(SEGMENT_FRAME);
        raw = raw.saturating_add(column(3)?);
        let fits = events <= limits.events && bytes <= limits.bytes && raw <= limits.raw_bytes;
        if !fits && !chosen.is_empty() {
            break;
        }
        chosen.push(row.get(0)?);
    }
    Ok(chosen)
}
