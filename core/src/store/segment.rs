//! Events into sealed, compressed segments and back.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rusqlite::{Connection, params};
use staykit_proto::segment::{Property, Row, pack, rows, seq_deltas, seqs};
use staykit_proto::{Message, v1};

use super::base::Base;
use super::database::signed;
use super::error::{StoreError, StoreFile};
use super::limits;
use super::record::NumberedEvent;
use crate::crypto::{Purpose, open_blob, seal_blob};
use crate::event::{Priority, Value};
use crate::time::{ClockReading, HOUR_MS};

/// Slower levels win less than 1 % on event data.
const DEFLATE_LEVEL: u8 = 6;

/// Where a segment is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Waits for a batch.
    Waiting,
    /// Belongs to the batch in flight.
    Sending,
    /// On the server; kept to fill new features from, evicted first.
    Acknowledged,
    /// Refused by the server for good.
    Refused,
}

impl State {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Sending => 1,
            Self::Acknowledged => 2,
            Self::Refused => 3,
        }
    }

    /// A number that no version wrote is taken for one that waits: that loses nothing.
    pub(super) fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Sending,
            2 => Self::Acknowledged,
            3 => Self::Refused,
            _ => Self::Waiting,
        }
    }
}

/// What stands beside a segment in clear, bound to it by its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) epoch: u64,
    pub(super) priority: u64,
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    pub(super) events: u64,
    /// Size of the encoded `BatchSegment`.
    pub(super) bytes: u64,
    /// Size of the segment before compression.
    pub(super) raw_bytes: u64,
    /// Wall clock of the oldest event, in whole hours since 1970.
    pub(super) oldest_hour: i64,
}

impl Place {
    /// Columns in the order that [`Place::read`] expects.
    pub(super) const COLUMNS: &'static str =
        "epoch, priority, first_seq, last_seq, events, bytes, raw_bytes, oldest_hour";

    pub(super) fn read(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Self> {
        let column = |place: usize| row.get::<_, i64>(from + place).map(i64::cast_unsigned);
        Ok(Self {
            epoch: column(0)?,
            priority: column(1)?,
            first_seq: column(2)?,
            last_seq: column(3)?,
            events: column(4)?,
            bytes: column(5)?,
            raw_bytes: column(6)?,
            oldest_hour: row.get(from + 7)?,
        })
    }

    fn bind(&self) -> Vec<u8> {
        [
            self.epoch,
            self.priority,
            self.first_seq,
            self.last_seq,
            self.events,
            self.bytes,
            self.raw_bytes,
            self.oldest_hour.cast_unsigned(),
        ]
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
    }
}

/// Events of one epoch and class on their way into a segment.
#[derive(Debug)]
pub(super) struct Group {
    epoch: u64,
    priority: Priority,
    seqs: Vec<u64>,
    rows: Vec<Row>,
    estimate: usize,
}

impl Group {
    pub(super) fn new(epoch: u64, priority: Priority) -> Self {
        Self { epoch, priority, seqs: Vec::new(), rows: Vec::new(), estimate: 0 }
    }

    /// Some of the events of a segment, to become one of their own.
    pub(super) fn of(place: &Place, rows: Vec<(u64, Row)>) -> Result<Self, StoreError> {
        let class = u8::try_from(place.priority).ok().and_then(Priority::from_number);
        let class = class.ok_or(StoreError::Damaged(StoreFile::Database))?;
        let mut group = Self::new(place.epoch, class);
        for (seq, row) in rows {
            group.push(seq, row);
        }
        Ok(group)
    }

    /// Whether `row` still fits, behind what is there.
    pub(super) fn takes(&self, seq: u64, row: &Row) -> bool {
        self.rows.len() < limits::SEGMENT_EVENTS.most
            && self.seqs.last().is_none_or(|last| *last < seq)
            && (self.rows.is_empty() || self.estimate + estimate(row) <= limits::SEGMENT_RAW.most)
    }

    pub(super) fn push(&mut self, seq: u64, row: Row) {
        self.estimate += estimate(&row);
        self.seqs.push(seq);
        self.rows.push(row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Compresses, seals and inserts the events as one segment, and empties the group.
    pub(super) fn store(
        &mut self,
        base: &Base,
        connection: &Connection,
        (state, batch): (State, Option<i64>),
    ) -> Result<(), StoreError> {
        let raw = pack(&self.rows).encode_to_vec();
        let message = v1::BatchSegment {
            seq_delta: seq_deltas(&self.seqs),
            priority: i32::from(self.priority.number()),
            compression: v1::Compression::Deflate.into(),
            raw_bytes: u32::try_from(raw.len()).unwrap_or(u32::MAX),
            body: compress_to_vec(&raw, DEFLATE_LEVEL),
        }
        .encode_to_vec();
        let place = self.place(raw.len(), message.len());
        let body =
            seal_blob(&base.key, Purpose::Segment, &[&base.installation, &place.bind()], &message)
                .map_err(StoreError::sealed(StoreFile::Database))?;
        insert(connection, &place, (state, batch), &body)?;
        *self = Self::new(self.epoch, self.priority);
        Ok(())
    }

    fn place(&self, raw: usize, bytes: usize) -> Place {
        let wide = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let oldest = self.rows.iter().map(|row| row.wall_ms).min().unwrap_or(0);
        Place {
            epoch: self.epoch,
            priority: u64::from(self.priority.number()),
            first_seq: self.seqs.first().copied().unwrap_or(0),
            last_seq: self.seqs.last().copied().unwrap_or(0),
            events: wide(self.rows.len()),
            bytes: wide(bytes),
            raw_bytes: wide(raw),
            oldest_hour: oldest.div_euclid(HOUR_MS),
        }
    }
}

/// More than the row takes before compression: each column's longest integer, each text in full.
fn estimate(row: &Row) -> usize {
    const COLUMNS: usize = 48;
    const PROPERTY: usize = 32;
    let properties = row.properties.iter().map(|(name, value)| {
        let text = if let Property::Text(text) = value { text.len() } else { 0 };
        PROPERTY + name.len() + text
    });
    COLUMNS + row.name.len() + properties.sum::<usize>()
}

fn insert(
    connection: &Connection,
    place: &Place,
    (state, batch): (State, Option<i64>),
    body: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO segment (epoch, priority, first_seq, last_seq, events, bytes,
        raw_bytes, oldest_hour, state, batch, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    connection.prepare_cached(sql)?.execute(params![
        signed(place.epoch),
        signed(place.priority),
        signed(place.first_seq),
        signed(place.last_seq),
        signed(place.events),
        signed(place.bytes),
        signed(place.raw_bytes),
        place.oldest_hour,
        state.number(),
        batch,
        body
    ])?;
    Ok(())
}

/// The encoded `BatchSegment` in a sealed body.
pub(super) fn open(base: &Base, place: &Place, body: &[u8]) -> Result<Vec<u8>, StoreError> {
    open_blob(&base.key, Purpose::Segment, &[&base.installation, &place.bind()], body)
        .map_err(StoreError::sealed(StoreFile::Database))
}

/// The events in an encoded `BatchSegment`, with their sequence numbers.
pub(super) fn unpack(message: &[u8]) -> Result<Vec<(u64, Row)>, StoreError> {
    let damaged = || StoreError::Damaged(StoreFile::Database);
    let segment = v1::BatchSegment::decode(message).map_err(|_| damaged())?;
    let size = usize::try_from(segment.raw_bytes).map_err(|_| damaged())?;
    let raw = decompress_to_vec_with_limit(&segment.body, size).map_err(|_| damaged())?;
    let columns = v1::Segment::decode(raw.as_slice()).map_err(|_| damaged())?;
    let rows = rows(&columns).map_err(|_| damaged())?;
    let seqs = seqs(&segment.seq_delta).map_err(|_| damaged())?;
    if rows.len() == seqs.len() { Ok(seqs.into_iter().zip(rows).collect()) } else { Err(damaged()) }
}

/// The row that an event becomes.
pub(super) fn row(reading: &ClockReading, numbered: NumberedEvent) -> Row {
    let NumberedEvent { session, local_day, event, .. } = numbered;
    let properties = event.properties().iter();
    Row {
        name: event.name().to_owned(),
        wall_ms: reading.wall_ms,
        offset_min: i32::from(reading.zone.offset_at(reading.wall_ms)),
        local_day,
        session,
        boot_ms: reading.boot_ms,
        properties: properties.map(|(name, value)| (name.clone(), property(value))).collect(),
    }
}

fn property(value: &Value) -> Property {
    match value {
        Value::Text(text) => Property::Text(text.clone()),
        Value::Integer(number) => Property::Integer(*number),
        Value::Number(number) => Property::Number(*number),
        Value::Flag(flag) => Property::Flag(*flag),
        Value::Money { minor, currency } => {
            Property::Money { minor: *minor, currency: currency.code().to_owned() }
        }
    }
}
