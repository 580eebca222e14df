//! The database: what is stored, once, and what can be asked.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use crate::text;
use crate::verify::{Batch, Dropped, Event};

/// Version of the tables, kept in `user_version`.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// How long a connection waits for another process that reads or copies the file.
const BUSY: Duration = Duration::from_secs(5);

const INSERT_BATCH: &str = "INSERT INTO batches (installation, batch_id, epoch, events, \
     received_ms, sent_wall_ms, sent_boot_ms, attempt, sdk_version, app_version, device_class, \
     packs, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

const INSERT_EVENT: &str = "INSERT OR IGNORE INTO events (installation, epoch, seq, name, \
     wall_ms, offset_min, local_day, session, boot_ms, amount_minor, currency, screen, \
     duration_ms, priority, properties, batch_id) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

const INSERT_DROPPED: &str = "INSERT OR IGNORE INTO dropped (installation, epoch, first_seq, \
     last_seq, reason, events, batch_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Stored now or before: the device may forget it.
    Stored,
    /// Its id belongs to other bytes of the same installation.
    Conflict,
}

/// Opens the database for writing and makes its tables if it is new.
///
/// An acknowledgement is a promise, so a commit waits for the disk (`synchronous = FULL`).
pub(crate) fn open(path: &Path) -> io::Result<Connection> {
    let explain = |error| io::Error::other(format!("database {}: {error}", path.display()));
    let mut connection = connect(path).map_err(explain)?;
    match prepare(&mut connection).map_err(explain)? {
        SCHEMA_VERSION => Ok(connection),
        found => {
            let path = path.display();
            let text = format!("database {path}: tables of version {found}, not {SCHEMA_VERSION}");
            Err(io::Error::new(io::ErrorKind::InvalidData, text))
        }
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Makes the tables if there are none. Gives the version of the tables.
fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut version = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        version = SCHEMA_VERSION;
    }
    transaction.commit()?;
    Ok(version)
}

/// Opens the database for reading beside the writer.
pub(crate) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Stores batches in one transaction: all of them, or with an error none.
pub(crate) fn store<'a>(
    connection: &mut Connection,
    batches: impl Iterator<Item = &'a Batch>,
    received_ms: i64,
) -> rusqlite::Result<Vec<Outcome>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = batches
        .map(|batch| store_batch(&transaction, batch, received_ms))
        .collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(outcomes)
}

fn store_batch(
    transaction: &Transaction<'_>,
    batch: &Batch,
    received_ms: i64,
) -> rusqlite::Result<Outcome> {
    match digest_of(transaction, batch)? {
        Some(digest) if digest != batch.digest => return Ok(Outcome::Conflict),
        Some(_) => refuse_duplicates(transaction, batch.events.len())?,
        None => {
            insert_batch(transaction, batch, received_ms)?;
            for range in &batch.dropped {
                insert_dropped(transaction, batch, range)?;
            }
            let mut stored = 0_usize;
            for event in &batch.events {
                stored = stored.saturating_add(insert_event(transaction, batch, event)?);
            }
            refuse_duplicates(transaction, batch.events.len().saturating_sub(stored))?;
        }
    }
    Ok(Outcome::Stored)
}

fn digest_of(transaction: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<Option<Vec<u8>>> {
    transaction
        .prepare_cached("SELECT digest FROM batches WHERE installation = ?1 AND batch_id = ?2")?
        .query_row(params![batch.installation, batch.id_hex], |row| row.get(0))
        .optional()
}

fn refuse_duplicates(transaction: &Transaction<'_>, events: usize) -> rusqlite::Result<()> {
    if events > 0 {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        transaction
            .prepare_cached("UPDATE tally SET duplicates_refused = duplicates_refused + ?1")?
            .execute([events])?;
    }
    Ok(())
}

fn insert_batch(
    transaction: &Transaction<'_>,
    batch: &Batch,
    received_ms: i64,
) -> rusqlite::Result<()> {
    transaction.prepare_cached(INSERT_BATCH)?.execute(params![
        batch.installation,
        batch.id_hex,
        batch.epoch,
        i64::try_from(batch.events.len()).unwrap_or(i64::MAX),
        received_ms,
        batch.sent_wall_ms,
        batch.sent_boot_ms,
        batch.attempt,
        batch.source.sdk_version,
        batch.source.app_version,
        text::device_class(batch.source.device_class()),
        text::packs(&batch.source.packs),
        batch.digest,
    ])?;
    Ok(())
}

/// 1 if the event is new, 0 if its identity was stored before.
fn insert_event(
    transaction: &Transaction<'_>,
    batch: &Batch,
    event: &Event,
) -> rusqlite::Result<usize> {
    let full = &event.full;
    transaction.prepare_cached(INSERT_EVENT)?.execute(params![
        batch.installation,
        batch.epoch,
        event.seq,
        full.name,
        full.wall_ms,
        full.offset_min,
        full.local_day,
        event.session,
        event.boot_ms,
        full.amount_minor,
        filled(&full.currency),
        filled(&full.screen),
        full.duration_ms,
        text::priority(full.priority()),
        event.properties,
        batch.id_hex,
    ])
}

fn insert_dropped(
    transaction: &Transaction<'_>,
    batch: &Batch,
    range: &Dropped,
) -> rusqlite::Result<()> {
    transaction.prepare_cached(INSERT_DROPPED)?.execute(params![
        batch.installation,
        range.epoch,
        range.first_seq,
        range.last_seq,
        text::reason(range.reason),
        range.events,
        batch.id_hex,
    ])?;
    Ok(())
}

/// An unset text of protobuf is empty; in the database it is NULL.
fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
