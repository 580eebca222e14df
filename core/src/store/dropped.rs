//! What was given up: counted for good, and told to the server as ranges of numbers.

use rusqlite::{Connection, params};
use staykit_proto::v1;

use super::database::signed;
use super::error::StoreError;
use super::limits;
use super::segment::Place;
use crate::event::Priority;

/// Why events were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// The byte budget was full.
    Budget,
    /// Older than the age limit.
    Age,
    /// Bytes on flash were damaged.
    Damage,
    /// The server refused them for good.
    Refused,
}

impl DropReason {
    const ALL: [Self; 4] = [Self::Budget, Self::Age, Self::Damage, Self::Refused];

    fn number(self) -> i32 {
        i32::from(match self {
            Self::Budget => v1::DropReason::Budget,
            Self::Age => v1::DropReason::Age,
            Self::Damage => v1::DropReason::Damage,
            Self::Refused => v1::DropReason::Refused,
        })
    }
}

/// How many events were given up for one reason since the buffer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Dropped {
    /// Why.
    pub reason: DropReason,
    /// Their class; `None` if it went with them.
    pub priority: Option<Priority>,
    /// How many.
    pub events: u64,
}

impl Dropped {
    pub(super) fn load(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        let sql = "SELECT reason, priority, events FROM tally ORDER BY reason, priority DESC";
        let mut query = connection.prepare(sql)?;
        let (mut rows, mut all) = (query.query([])?, Vec::new());
        while let Some(row) = rows.next()? {
            let number = row.get::<_, i64>(0)?;
            let class = u8::try_from(row.get::<_, i64>(1)?);
            let priority = class.ok().and_then(Priority::from_number);
            let events = row.get::<_, i64>(2)?.cast_unsigned();
            let reason =
                DropReason::ALL.into_iter().find(|reason| i64::from(reason.number()) == number);
            all.extend(reason.map(|reason| Self { reason, priority, events }));
        }
        Ok(all)
    }
}

/// Numbers that will never arrive: `events` of those from first to last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) epoch: u64,
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    pub(super) events: u64,
    /// Number of the class; 0 if it is not known.
    pub(super) priority: u64,
}

impl Range {
    pub(super) fn of(place: &Place) -> Self {
        let Place { epoch, first_seq, last_seq, events, priority, .. } = *place;
        Self { epoch, first_seq, last_seq, events, priority }
    }

    /// Counts the range and notes it for the next batch, as one with its neighbours.
    pub(super) fn give_up(
        self,
        connection: &Connection,
        reason: DropReason,
    ) -> Result<(), StoreError> {
        self.count(connection, reason)?;
        let whole = self.join_neighbours(connection, reason)?;
        let sql = "INSERT INTO dropped (epoch, first_seq, last_seq, events, reason)
            VALUES (?1, ?2, ?3, ?4, ?5)";
        connection.prepare_cached(sql)?.execute(params![
            signed(whole.epoch),
            signed(whole.first_seq),
            signed(whole.last_seq),
            signed(whole.events),
            reason.number()
        ])?;
        thin_out(connection, self.epoch, reason)
    }

    fn count(&self, connection: &Connection, reason: DropReason) -> Result<(), StoreError> {
        let sql = "INSERT INTO tally (reason, priority, events) VALUES (?1, ?2, ?3)
            ON CONFLICT (reason, priority) DO UPDATE SET events = tally.events + excluded.events";
        let values = params![reason.number(), signed(self.priority), signed(self.events)];
        connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Takes in the ranges that touch this one and are in no batch yet.
    fn join_neighbours(
        self,
        connection: &Connection,
        reason: DropReason,
    ) -> Result<Self, StoreError> {
        let touching = "FROM dropped WHERE batch IS NULL AND epoch = ?1 AND reason = ?2
            AND last_seq >= ?3 AND first_seq <= ?4";
        let (before, behind) = (self.first_seq.saturating_sub(1), self.last_seq.saturating_add(1));
        let place = params![signed(self.epoch), reason.number(), signed(before), signed(behind)];
        let mut query =
            connection.prepare_cached(&format!("SELECT first_seq, last_seq, events {touching}"))?;
        let mut rows = query.query(place)?;
        let mut whole = self;
        while let Some(row) = rows.next()? {
            let column = |place| row.get::<_, i64>(place).map(i64::cast_unsigned);
            whole.first_seq = whole.first_seq.min(column(0)?);
            whole.last_seq = whole.last_seq.max(column(1)?);
            whole.events = whole.events.saturating_add(column(2)?);
        }
        connection.prepare_cached(&format!("DELETE {touching}"))?.execute(place)?;
        Ok(whole)
    }
}

/// Joins those that are closest to each other while there are too many of one epoch and reason.
/// What lies between them has not been given up: the count says how many were.
fn thin_out(connection: &Connection, epoch: u64, reason: DropReason) -> Result<(), StoreError> {
    let sql = "SELECT id, first_seq, last_seq FROM dropped
        WHERE batch IS NULL AND epoch = ?1 AND reason = ?2 ORDER BY first_seq";
    let mut query = connection.prepare_cached(sql)?;
    loop {
        let ranges = query.query_map(params![signed(epoch), reason.number()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })?;
        let ranges: Vec<_> = ranges.collect::<Result<_, _>>()?;
        if ranges.len() <= limits::DROPPED_RANGES.most {
            return Ok(());
        }
        let pairs = ranges.iter().zip(ranges.iter().skip(1));
        let closest = pairs.min_by_key(|(left, right)| right.1.saturating_sub(left.2));
        let Some((left, right)) = closest else { return Ok(()) };
        let join = "UPDATE dropped SET last_seq = max(last_seq, ?3),
            events = events + (SELECT events FROM dropped WHERE id = ?2) WHERE id = ?1";
        connection.execute(join, params![left.0, right.0, right.2])?;
        connection.execute("DELETE FROM dropped WHERE id = ?1", [right.0])?;
    }
}

/// What the server has not been told, and the rows in which it stands; as much as one batch takes.
pub(super) fn unreported(
    connection: &Connection,
) -> Result<Vec<(i64, v1::DroppedRange)>, StoreError> {
    let most = i64::try_from(limits::DROPPED_IN_BATCH.most).unwrap_or(i64::MAX);
    let sql = "SELECT id, epoch, first_seq, last_seq, events, reason FROM dropped
        WHERE batch IS NULL ORDER BY epoch, first_seq, id LIMIT ?1";
    let mut query = connection.prepare_cached(sql)?;
    let ranges = query.query_map([most], |row| {
        let column = |place| row.get::<_, i64>(place).map(i64::cast_unsigned);
        let range = v1::DroppedRange {
            epoch: column(1)?,
            first_seq: column(2)?,
            last_seq: column(3)?,
            events: column(4)?,
            reason: row.get(5)?,
        };
        Ok((row.get(0)?, range))
    })?;
    Ok(ranges.collect::<Result<_, _>>()?)
}
