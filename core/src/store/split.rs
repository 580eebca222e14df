//! What to do with a batch that the server finds too large, or in which it finds a poison event.

use rusqlite::{Connection, params};
use staykit_proto::{Message, v1};

use super::Store;
use super::base::Base;
use super::batch::BatchId;
use super::batch::{InFlight, insert};
use super::dropped::DropReason;
use super::error::{StoreError, StoreFile};
use super::outbox::{give_up, prune};
use super::segment::{self, Group, Place, State};

/// What became of a batch that was split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Half of its events are in flight under a new id; the others wait.
    Halved,
    /// It held one event alone, which was set aside and counted as refused.
    SetAside {
        /// Epoch of the event.
        epoch: u64,
        /// Its sequence number.
        seq: u64,
    },
    /// It held no event, only what was dropped: refused all the same. What it told is kept and
    /// told again by the next one.
    Empty,
    /// No such batch is in flight.
    Unknown,
}

impl Store {
    /// Halves the batch in flight, as often as needed down to a single event, which is set aside.
    pub fn split(&mut self, id: &BatchId) -> Result<Split, StoreError> {
        let base = self.base.clone();
        let Some(database) = &mut self.database else { return Ok(Split::Unknown) };
        database.transaction(|inner| {
            match InFlight::find(inner)?.filter(|batch| batch.batch_id == *id) {
                Some(batch) => Halving { base: &base, connection: inner, batch }.run(),
                None => Ok(Split::Unknown),
            }
        })
    }
}

struct Halving<'a> {
    base: &'a Base,
    connection: &'a Connection,
    batch: InFlight,
}

impl Halving<'_> {
    fn run(&self) -> Result<Split, StoreError> {
        let segments = self.segments()?;
        match segments.as_slice() {
            [] => {
                self.batch.dissolve(self.connection)?;
                Ok(Split::Empty)
            }
            [(id, place)] if place.events <= 1 => self.set_aside(*id, place),
            [(id, place)] => self.halve_segment(*id, place),
            several => {
                let half = several.split_at_checked(several.len() / 2).unwrap_or_default().1;
                self.release(half)?;
                self.renew()
            }
        }
    }

    fn segments(&self) -> Result<Vec<(i64, Place)>, StoreError> {
        let sql = format!(
            "SELECT id, {} FROM segment WHERE batch = ?1
             ORDER BY priority DESC, epoch, first_seq, id",
            Place::COLUMNS
        );
        let mut query = self.connection.prepare(&sql)?;
        let rows =
            query.query_map([self.batch.row], |row| Ok((row.get(0)?, Place::read(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn set_aside(&self, segment: i64, place: &Place) -> Result<Split, StoreError> {
        give_up(self.connection, segment, DropReason::Refused)?;
        self.batch.dissolve(self.connection)?;
        prune(self.connection)?;
        Ok(Split::SetAside { epoch: place.epoch, seq: place.first_seq })
    }

    fn release(&self, segments: &[(i64, Place)]) -> Result<(), StoreError> {
        let sql = "UPDATE segment SET state = ?2, batch = NULL WHERE id = ?1";
        segments.iter().try_for_each(|(id, _)| {
            self.connection.execute(sql, params![id, State::Waiting.number()])?;
            Ok(())
        })
    }

    /// Packs the rows of a segment anew, into two.
    fn halve_segment(&self, id: i64, place: &Place) -> Result<Split, StoreError> {
        let sql = "SELECT body FROM segment WHERE id = ?1";
        let body: Vec<u8> = self.connection.query_row(sql, [id], |row| row.get(0))?;
        let opened = segment::open(self.base, place, &body);
        let mut rows = match opened.and_then(|message| segment::unpack(&message)) {
            // A server that refuses it is right: it would be refused for ever.
            Err(StoreError::Damaged(_)) => {
                give_up(self.connection, id, DropReason::Damage)?;
                self.batch.dissolve(self.connection)?;
                return Ok(Split::Halved);
            }
            rows => rows?,
        };
        let later = rows.split_off(rows.len() / 2);
        let store = |rows, state| Group::of(place, rows)?.store(self.base, self.connection, state);
        store(rows, (State::Sending, Some(self.batch.row)))?;
        store(later, (State::Waiting, None))?;
        self.connection.execute("DELETE FROM segment WHERE id = ?1", [id])?;
        self.renew()
    }

    /// What is left is another batch: other bytes, so another id.
    fn renew(&self) -> Result<Split, StoreError> {
        let damaged = |_| StoreError::Damaged(StoreFile::Database);
        let head = self.batch.head(self.base)?;
        let mut head = v1::Batch::decode(head.as_slice()).map_err(damaged)?;
        let row = insert(self.base, self.connection, &mut head)?;
        let old = self.batch.row;
        for sql in [
            "UPDATE segment SET batch = ?1 WHERE batch = ?2",
            "UPDATE dropped SET batch = ?1 WHERE batch = ?2",
        ] {
            self.connection.execute(sql, [row, old])?;
        }
        self.connection.execute("DELETE FROM batch WHERE id = ?1", [old])?;
        Ok(Split::Halved)
    }
}
