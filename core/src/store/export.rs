//! Reading everything back, counting it, destroying it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use staykit_proto::segment::Row;

use super::Store;
use super::dropped::Dropped;
use super::error::StoreError;
use super::outbox::Waiting;
use super::segment::{self, Place, State};
use crate::event::Priority;

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its epoch.
    pub epoch: u64,
    /// Its sequence number in the epoch.
    pub seq: u64,
    /// Its class.
    pub priority: Priority,
    /// Whether the server has it.
    pub acknowledged: bool,
    /// What happened.
    pub row: Row,
}

/// Figures of the buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// What has yet to reach the server.
    pub waiting: Waiting,
    /// Bytes of segments that the server has or refused for good.
    pub kept_bytes: u64,
    /// Bytes of all files of the store.
    pub file_bytes: u64,
    /// Events given up since the buffer was made.
    pub dropped_events: u64,
}

impl Store {
    /// Shows every event in the buffer to `visit`, in order of their numbers within each class,
    /// until it breaks. What is still in the journal is not shown: compact first.
    ///
    /// Gives the number of segments that cannot be read.
    pub fn events(
        &self,
        mut visit: impl FnMut(StoredEvent) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        let Some(database) = &self.database else { return Ok(0) };
        let mut query = database.read().prepare(&format!(
            "SELECT state, {}, body FROM segment ORDER BY epoch, first_seq, id",
            Place::COLUMNS
        ))?;
        let (mut rows, mut unreadable) = (query.query([])?, 0);
        while let Some(row) = rows.next()? {
            let acknowledged = row.get::<_, i64>(0)? == State::Acknowledged.number();
            let (place, body) = (Place::read(row, 1)?, row.get::<_, Vec<u8>>(9)?);
            let Some(events) = self.unpack(&place, &body, acknowledged) else {
                unreadable += 1;
                continue;
            };
            if events.into_iter().try_for_each(&mut visit).is_break() {
                break;
            }
        }
        Ok(unreadable)
    }

    /// Shows every event in the buffer to `visit` in the order in which they happened, as
    /// [`Store::events`] does within each class. Holds no more than the segments that overlap.
    pub fn history(
        &self,
        mut visit: impl FnMut(StoredEvent) -> ControlFlow<()>,
    ) -> Result<u64, StoreError> {
        let Some(database) = &self.database else { return Ok(0) };
        let mut query = database.read().prepare(&format!(
            "SELECT {}, body FROM segment ORDER BY epoch, first_seq, id",
            Place::COLUMNS
        ))?;
        let (mut rows, mut unreadable) = (query.query([])?, 0);
        let mut held: BTreeMap<(u64, u64), StoredEvent> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (place, body) = (Place::read(row, 0)?, row.get::<_, Vec<u8>>(8)?);
            // No later segment has anything before the beginning of this one.
            let later = held.split_off(&(place.epoch, place.first_seq));
            if std::mem::replace(&mut held, later).into_values().try_for_each(&mut visit).is_break()
            {
                return Ok(unreadable);
            }
            match self.unpack(&place, &body, false) {
                Some(events) => {
                    held.extend(events.into_iter().map(|event| ((event.epoch, event.seq), event)));
                }
                None => unreadable += 1,
            }
        }
        let _ = held.into_values().try_for_each(&mut visit);
        Ok(unreadable)
    }

    fn unpack(&self, place: &Place, body: &[u8], acknowledged: bool) -> Option<Vec<StoredEvent>> {
        let epoch = place.epoch;
        let priority = Priority::from_number(u8::try_from(place.priority).ok()?)?;
        let message = segment::open(&self.base, place, body).ok()?;
        let rows = segment::unpack(&message).ok()?.into_iter();
        Some(
            rows.map(|(seq, row)| StoredEvent { epoch, seq, priority, acknowledged, row })
                .collect(),
        )
    }

    /// Events in segments that have yet to reach the server, by class.
    pub fn waiting_by_class(&self) -> Result<BTreeMap<Priority, u64>, StoreError> {
        let Some(database) = &self.database else { return Ok(BTreeMap::new()) };
        let sql = "SELECT priority, sum(events & 0xffffffff)
            FROM segment WHERE state IN (0, 1) GROUP BY 1";
        let mut query = database.read().prepare(sql)?;
        let (mut rows, mut classes) = (query.query([])?, BTreeMap::new());
        while let Some(row) = rows.next()? {
            let class = u8::try_from(row.get::<_, i64>(0)?).ok().and_then(Priority::from_number);
            let events = row.get::<_, i64>(1)?.cast_unsigned();
            classes.extend(class.map(|class| (class, events)));
        }
        Ok(classes)
    }

    /// Events given up since the buffer was made, by reason and class.
    pub fn dropped(&self) -> Result<Vec<Dropped>, StoreError> {
        self.database.as_ref().map_or(Ok(Vec::new()), |found| Dropped::load(found.read()))
    }

    /// Figures for a status report.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = Stats { file_bytes: self.file_bytes()?, ..Stats::default() };
        let Some(database) = &self.database else { return Ok(stats) };
        let sum = |sql| {
            let value = database.read().query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
            value.map(|sum| sum.unwrap_or(0).cast_unsigned())
        };
        stats.kept_bytes =
            sum("SELECT sum(bytes & 0xffffffff) FROM segment WHERE state IN (2, 3)")?;
        stats.dropped_events = sum("SELECT sum(events & 0xffffffff) FROM tally")?;
        stats.waiting = self.waiting()?;
        Ok(stats)
    }

    /// Bytes of all files.
    pub fn file_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.files()?.iter().map(|(_, bytes)| bytes).sum())
    }

    /// Names and sizes of all files.
    pub(super) fn files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let folder = &self.base.folder;
        let names = folder.names()?.into_iter();
        Ok(names
            .map(|name| {
                let bytes = folder.size(&name);
                (name, bytes)
            })
            .collect())
    }
}
