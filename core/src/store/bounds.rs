//! How much is kept, and for how long.

use rusqlite::{Connection, params};
use staykit_proto::segment::Row;

use super::base::Base;
use super::batch::InFlight;
use super::dropped::{DropReason, Range};
use super::error::{StoreError, StoreFile};
use super::folder::{DATABASE, DATABASE_ASIDE};
use super::segment::{self, Group, Place, State};
use super::{Store, limits};
use crate::event::Priority;
use crate::time::HOUR_MS;

/// 1990-01-01, in hours since 1970. A device that was never told the time shows an earlier date,
/// from which no age follows.
const PLAUSIBLE_HOUR: i64 = 175_320;

/// What may be at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all files of the store.
    pub bytes: u64,
    /// Events at which the wall clock showed an earlier hour than at this instant are too old. ms
    /// since 1970-01-01T00:00Z.
    pub oldest_ms: i64,
}

/// What had to go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evicted {
    /// Events that the server had, or had refused for good.
    pub done: u64,
    /// Events that it never got: the next batch says so.
    pub dropped: u64,
}

impl Store {
    /// Gives up what is too old. Reads a segment that has both old and young events, and packs
    /// the young ones anew. The batch in flight is taken apart if any of its events is too old.
    pub fn expire(&mut self, bounds: &Bounds) -> Result<Evicted, StoreError> {
        let base = self.base.clone();
        let Some(database) = &mut self.database else { return Ok(Evicted::default()) };
        let before_hour = bounds.oldest_ms.div_euclid(HOUR_MS);
        if !any_expired(database.read(), before_hour)? {
            return Ok(Evicted::default());
        }
        database.transaction(|inner| {
            let mut eviction =
                Eviction { base: &base, connection: inner, done: Evicted::default() };
            eviction.expire(before_hour)?;
            Ok(eviction.done)
        })
    }

    /// Brings the files within the byte budget, if they are not: first goes a database that was
    /// set aside, then what the server has, oldest first, then what it never got: the least
    /// important class first and in it the oldest. The batch in flight is taken apart before an
    /// event of the highest class goes.
    ///
    /// Somewhat more goes than must, so that it is not due again at once; the file shrinks.
    pub fn shrink(&mut self, bounds: &Bounds) -> Result<Evicted, StoreError> {
        let mut sizes = self.sizes()?;
        if sizes.total() > bounds.bytes && sizes.aside > 0 {
            self.base.folder.remove(DATABASE_ASIDE, StoreFile::Database)?;
            sizes.aside = 0;
        }
        let full = sizes.total() > bounds.bytes;
        let base = self.base.clone();
        let Some(database) = &mut self.database else { return Ok(Evicted::default()) };
        if !full && !Pages::read(database.read())?.is_wasteful() {
            return Ok(Evicted::default());
        }
        // A journal that nobody could compact for long does not push everything else out.
        let others = (sizes.others + sizes.aside).min(bounds.bytes / 2);
        let room = bounds.bytes.saturating_sub(bounds.bytes / 16).saturating_sub(others);
        let done = database.transaction(|inner| {
            let mut eviction =
                Eviction { base: &base, connection: inner, done: Evicted::default() };
            if full {
                eviction.evict(room)?;
            }
            give_pages_back(inner)?;
            Ok(eviction.done)
        })?;
        database.fold_log()?;
        Ok(done)
    }

    fn sizes(&self) -> Result<Sizes, StoreError> {
        let mut sizes = Sizes::default();
        for (name, bytes) in self.files()? {
            let part = match name.as_str() {
                DATABASE_ASIDE => &mut sizes.aside,
                name if name.starts_with(DATABASE) => &mut sizes.database,
                _ => &mut sizes.others,
            };
            *part = part.saturating_add(bytes);
        }
        Ok(sizes)
    }
}

/// Bytes of the files.
#[derive(Debug, Default)]
struct Sizes {
    /// With its log.
    database: u64,
    /// Set aside.
    aside: u64,
    /// Journal and identity.
    others: u64,
}

impl Sizes {
    fn total(&self) -> u64 {
        self.database.saturating_add(self.aside).saturating_add(self.others)
    }
}

/// Pages of the database.
#[derive(Debug)]
struct Pages {
    all: u64,
    free: u64,
    bytes: u64,
}

impl Pages {
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        let number = |name| {
            let value = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            value.map(i64::cast_unsigned)
        };
        let (all, free) = (number("page_count")?, number("freelist_count")?);
        Ok(Self { all, free, bytes: number("page_size")? })
    }

    fn live_bytes(&self) -> u64 {
        self.all.saturating_sub(self.free).saturating_mul(self.bytes)
    }

    /// Free pages are used again, so a few may stay.
    fn is_wasteful(&self) -> bool {
        let free = usize::try_from(self.free.saturating_mul(self.bytes)).unwrap_or(usize::MAX);
        free > limits::FREE_PAGES.most && self.free > self.all / 4
    }
}

/// `SQLite` gives one page back for each row that is asked for.
fn give_pages_back(connection: &Connection) -> Result<(), StoreError> {
    let mut query = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = query.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn any_expired(connection: &Connection, before_hour: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM segment WHERE oldest_hour >= ?1 AND oldest_hour < ?2)";
    Ok(connection.query_row(sql, [PLAUSIBLE_HOUR, before_hour], |row| row.get(0))?)
}

/// A segment that may have to go.
#[derive(Debug)]
struct Candidate {
    id: i64,
    state: State,
    place: Place,
}

struct Eviction<'a> {
    base: &'a Base,
    connection: &'a Connection,
    done: Evicted,
}

impl Eviction<'_> {
    fn expire(&mut self, before_hour: i64) -> Result<(), StoreError> {
        let hours = [PLAUSIBLE_HOUR, before_hour];
        let old = "oldest_hour >= ?1 AND oldest_hour < ?2";
        let in_flight = format!("SELECT EXISTS (SELECT 1 FROM segment WHERE state = 1 AND {old})");
        if self.connection.query_row(&in_flight, hours, |row| row.get(0))? {
            self.dissolve_batch()?;
        }
        for candidate in self.candidates(&format!("{old} ORDER BY epoch, first_seq, id"), &hours)? {
            self.expire_segment(&candidate, before_hour)?;
        }
        Ok(())
    }

    fn expire_segment(&mut self, of: &Candidate, before_hour: i64) -> Result<(), StoreError> {
        let rows = match self.rows(of) {
            Err(StoreError::Damaged(_)) => return self.remove(of, DropReason::Damage),
            other => other?,
        };
        let is_old = |(_, row): &(u64, Row)| row.wall_ms.div_euclid(HOUR_MS) < before_hour;
        let (old, young): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_old);
        let (Some((first_seq, _)), Some((last_seq, _)), false) =
            (old.first(), old.last(), young.is_empty())
        else {
            return self.remove(of, DropReason::Age);
        };
        Group::of(&of.place, young)?.store(self.base, self.connection, (of.state, None))?;
        let mut part = Range::of(&of.place);
        (part.first_seq, part.last_seq) = (*first_seq, *last_seq);
        part.events = u64::try_from(old.len()).unwrap_or(u64::MAX);
        self.remove_part(of, part, DropReason::Age)
    }

    fn rows(&self, of: &Candidate) -> Result<Vec<(u64, Row)>, StoreError> {
        let sql = "SELECT body FROM segment WHERE id = ?1";
        let body: Vec<u8> = self.connection.query_row(sql, [of.id], |row| row.get(0))?;
        segment::unpack(&segment::open(self.base, &of.place, &body)?)
    }

    /// Makes the live pages fit into `room` bytes.
    fn evict(&mut self, room: u64) -> Result<(), StoreError> {
        loop {
            let live = Pages::read(self.connection)?.live_bytes();
            let Some(excess) = live.checked_sub(room).filter(|excess| *excess > 0) else {
                return Ok(());
            };
            let victims = self.victims(Priority::High)?;
            if self.remove_worth(&victims, excess)? || self.dissolve_batch()? {
                continue;
            }
            let victims = self.victims(Priority::Critical)?;
            if !self.remove_worth(&victims, excess)? {
                return Ok(());
            }
        }
    }

    /// What may go, in that order, up to this class.
    fn victims(&self, up_to: Priority) -> Result<Vec<Candidate>, StoreError> {
        let order = "(state IN (2, 3) OR (state = 0 AND priority <= ?1))
            ORDER BY CASE state WHEN 0 THEN priority ELSE 0 END, epoch, first_seq, id";
        self.candidates(order, &[i64::from(up_to.number())])
    }

    fn candidates(&self, order: &str, values: &[i64]) -> Result<Vec<Candidate>, StoreError> {
        let sql = format!("SELECT id, state, {} FROM segment WHERE {order}", Place::COLUMNS);
        let mut query = self.connection.prepare(&sql)?;
        let found = query.query_map(rusqlite::params_from_iter(values), |row| {
            let state = State::from_number(row.get(1)?);
            Ok(Candidate { id: row.get(0)?, state, place: Place::read(row, 2)? })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Removes the first of `victims` that free about `bytes`; whether there was any.
    fn remove_worth(&mut self, victims: &[Candidate], bytes: u64) -> Result<bool, StoreError> {
        let mut freed = 0_u64;
        for victim in victims {
            if freed >= bytes {
                break;
            }
            self.remove(victim, DropReason::Budget)?;
            freed = freed.saturating_add(victim.place.bytes);
        }
        Ok(freed > 0)
    }

    fn remove(&mut self, victim: &Candidate, reason: DropReason) -> Result<(), StoreError> {
        self.remove_part(victim, Range::of(&victim.place), reason)
    }

    /// Deletes a segment of which `part` is given up and anything else stored elsewhere.
    fn remove_part(
        &mut self,
        victim: &Candidate,
        part: Range,
        reason: DropReason,
    ) -> Result<(), StoreError> {
        if victim.state == State::Waiting {
            part.give_up(self.connection, reason)?;
            self.done.dropped = self.done.dropped.saturating_add(part.events);
        } else {
            self.done.done = self.done.done.saturating_add(part.events);
        }
        let sql = "DELETE FROM segment WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute(params![victim.id])?;
        Ok(())
    }

    /// Lets the segments of the batch in flight wait again; whether there was one.
    fn dissolve_batch(&self) -> Result<bool, StoreError> {
        let Some(batch) = InFlight::find(self.connection)? else { return Ok(false) };
        batch.dissolve(self.connection)?;
        Ok(true)
    }
}
