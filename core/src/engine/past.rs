//! What a pack asks for and was not kept so far, from what the buffer still holds.

use std::ops::ControlFlow;

use staykit_proto::segment::{Property, Row};

use super::backfill::{Meanwhile, Past};
use super::error::Error;
use super::phases::Cold;
use super::receipt::Receipt;
use super::shared::{Shared, lock};
use super::state::State;
use crate::event::{Catalog, Currency, Event, Value};
use crate::pack::Pack;
use crate::profile::{Definitions, Profile, ValidFrom};
use crate::store::Store;
use crate::store::record::{Body, Record, decode_entry};
use crate::time::{Retrace, Stamp};

/// How far the past is to be read, and for what.
pub(super) struct Wanted<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) catalog: &'a Catalog,
    /// The last stamp of the line.
    pub(super) end: Stamp,
    /// Epoch and number of the last event.
    pub(super) last: (u64, u64),
    /// Events since the installation.
    pub(super) recorded: u64,
}

impl Wanted<'_> {
    /// The past, from the buffer and then from journal entries that are not in it yet.
    pub(super) fn read(&self, store: &Store, tail: &[Vec<u8>]) -> Result<Past, Error> {
        let mut reader = PastReader::new(self, Retrace::to(self.end));
        reader.read(store, tail)?;
        if let Some(retrace) = reader.retrace.corrected() {
            reader = PastReader::new(self, retrace);
            reader.read(store, tail)?;
        }
        let whole = reader.read >= self.recorded;
        let valid =
            reader.whole_from.filter(|_| !whole).map_or(ValidFrom::Beginning, ValidFrom::Instant);
        Ok(Past { profile: reader.profile, valid })
    }
}

struct PastReader<'a> {
    wanted: &'a Wanted<'a>,
    retrace: Retrace,
    profile: Profile,
    /// Events so far.
    read: u64,
    before: Option<(u64, u64)>,
    /// The first event behind the last gap in the numbering.
    whole_from: Option<i64>,
}

impl<'a> PastReader<'a> {
    fn new(wanted: &'a Wanted<'a>, retrace: Retrace) -> Self {
        let profile = Profile::new(wanted.definitions);
        Self { wanted, retrace, profile, read: 0, before: None, whole_from: None }
    }

    fn read(&mut self, store: &Store, tail: &[Vec<u8>]) -> Result<(), Error> {
        let unreadable = store.history(|stored| {
            let place = (stored.epoch, stored.seq);
            if place > self.wanted.last {
                return ControlFlow::Break(());
            }
            self.take_in_row(place, stored.row);
            ControlFlow::Continue(())
        })?;
        if unreadable > 0 {
            log::warn!("{unreadable} segments cannot be read and are missing in new figures");
        }
        for entry in tail {
            // What cannot be read was counted when the journal was replayed.
            for record in decode_entry(entry).unwrap_or_default() {
                self.take_in_record(record);
            }
        }
        Ok(())
    }

    fn take_in_row(&mut self, place: (u64, u64), row: Row) {
        let properties =
            row.properties.into_iter().filter_map(|(name, of)| Some((name, value(of)?)));
        let event = self.wanted.catalog.recall(row.name, properties.collect());
        let clocks = ((row.wall_ms, row.boot_ms), row.offset_min);
        self.take_in(place, &event, (clocks, row.session));
    }

    fn take_in_record(&mut self, record: Record) {
        let Record { reading, body: Body::Event(numbered) } = record else { return };
        let offset_min = i32::from(reading.zone.offset_at(reading.wall_ms));
        let clocks = ((reading.wall_ms, reading.boot_ms), offset_min);
        let epoch = self.before.map_or(self.wanted.last.0, |(epoch, seq)| {
            if numbered.seq > seq { epoch } else { epoch.saturating_add(1) }
        });
        self.take_in((epoch, numbered.seq), &numbered.event, (clocks, numbered.session));
    }

    fn take_in(
        &mut self,
        place: (u64, u64),
        event: &Event,
        ((clocks, offset_min), session): (((i64, u64), i32), u64),
    ) {
        let stamp = self.retrace.stamp(clocks, offset_min);
        let follows = match self.before {
            Some((epoch, seq)) if epoch == place.0 => seq.saturating_add(1) == place.1,
            _ => place.1 == 1 && self.before.is_some(),
        };
        if !follows {
            self.whole_from = Some(stamp.at);
        }
        self.before = Some(place);
        self.read = self.read.saturating_add(1);
        self.profile.apply_stored(event, (&stamp, session), self.wanted.definitions);
    }
}

fn value(property: Property) -> Option<Value> {
    Some(match property {
        Property::Text(text) => Value::Text(text),
        Property::Integer(number) => Value::Integer(number),
        Property::Number(number) => Value::Number(number),
        Property::Flag(flag) => Value::Flag(flag),
        Property::Money { minor, currency } => {
            Value::Money { minor, currency: Currency::new(&currency)? }
        }
    })
}

impl Shared {
    /// Goes on under another pack.
    pub(super) fn activate(&self, pack: Pack) -> Result<Receipt, Error> {
        let catalog = self.catalog(&pack)?;
        let mut cold = lock(&self.cold);
        let wanted = self.want(&pack, &catalog)?;
        // A journal is replayed under the pack in force at opening: none of it may be older.
        let moved = self.checkpoint(&mut cold);
        let past = wanted.filter(|_| moved.is_ok()).and_then(|of| self.recall(&mut cold, &of));
        let mut hot = lock(&self.hot);
        let live = hot.live()?;
        if let Err(error) = moved {
            live.meanwhile = None;
            return Err(error);
        }
        let filled = past.is_some();
        let receipt = live.activate(&self.reading()?, (pack, catalog), past)?;
        self.wake.after(hot);
        if filled && let Err(error) = self.checkpoint(&mut cold) {
            log::debug!("the next opening fills the new figures again: {error}");
        }
        Ok(receipt)
    }

    /// What of the past the new pack wants; from here on, what is recorded is noted for it.
    fn want<'a>(&self, pack: &'a Pack, catalog: &'a Catalog) -> Result<Option<Wanted<'a>>, Error> {
        let mut hot = lock(&self.hot);
        let live = hot.live()?;
        let state = live.state.under(&live.pack, pack)?;
        let wanted = Wanted::of(&state, live.epoch, (pack, catalog));
        live.meanwhile = wanted.is_some().then(Meanwhile::default);
        Ok(wanted)
    }

    /// Reads what is wanted; without it, the pack is activated all the same.
    fn recall(&self, cold: &mut Cold, wanted: &Wanted<'_>) -> Option<Past> {
        // What flash did not take is not in the buffer.
        let in_memory = !lock(&self.hot).live().ok()?.waiting.is_empty();
        let read = cold.open().and_then(|warehouse| wanted.read(&warehouse.store, &[]));
        match read {
            Ok(past) if !in_memory => Some(past),
            Ok(_) => None,
            Err(error) => {
                log::warn!("the next opening fills the new figures: {error}");
                None
            }
        }
    }
}

impl<'a> Wanted<'a> {
    /// What `state` lacks of the past; `None` if nothing.
    pub(super) fn of(
        state: &State,
        epoch: u64,
        (pack, catalog): (&'a Pack, &'a Catalog),
    ) -> Option<Self> {
        let end = *state.timeline.last()?;
        state.profile.is_unfilled().then_some(Self {
            definitions: &pack.definitions,
            catalog,
            end,
            last: (epoch, state.last_seq),
            recorded: state.recorded,
        })
    }
}
