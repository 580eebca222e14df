//! An unlocked engine on the path of a record: fold first, then one append.

use std::collections::VecDeque;

use super::backfill::{Meanwhile, Past};
use super::effects::Effects;
use super::error::Error;
use super::receipt::{Placed, Receipt};
use super::state::{State, encode_facts, kind};
use crate::codec::Writer;
use crate::event::{Catalog, Draft, Event, Priority, names};
use crate::guidance::Outcome;
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::profile::FactChange;
use crate::store::record::{encode_event, encode_other};
use crate::store::{Journal, StoreError};
use crate::time::{ClockReading, Stamp};

/// Entries that wait in memory while flash takes none: as many events as a busy hour has.
const MOST_WAITING: usize = 1_000;
/// Bytes of them.
const MOST_WAITING_BYTES: usize = 1 << 20;
/// What is left of both to milestones and payments, as a divisor.
const RESERVED: usize = 4;
/// Ticks that one call catches up with, one per due instant; beyond it time jumps.
const MOST_TICKS: usize = 10_000;
/// Bytes of ticks that are written as one entry.
const TICKS_BYTES: usize = 32_768;
/// Conversions that one event can bring about.
const MOST_CONVERSIONS: usize = 8;

/// State, journal and the buffers that are reused from call to call.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) state: State,
    pub(super) pack: Pack,
    pub(super) catalog: Catalog,
    pub(super) journal: Journal,
    pub(super) epoch: u64,
    /// Entries that flash did not take, oldest first; their effects are in `state`.
    pub(super) waiting: VecDeque<Vec<u8>>,
    waiting_bytes: usize,
    /// Why flash took no entry last; `None` since it takes them again.
    pub(super) trouble: Option<StoreError>,
    /// Events refused since the opening because the memory was full.
    pub(super) refused: u64,
    /// Entries since the last compaction.
    pub(super) uncompacted: u64,
    /// Bytes of the entries appended since then.
    pub(super) uncompacted_bytes: u64,
    /// What is recorded while the past is read for a new pack.
    pub(super) meanwhile: Option<Meanwhile>,
    /// The last entry holds an event that is to be synced at once.
    pub(super) urgent: bool,
    entry: Vec<u8>,
    body: Vec<u8>,
    effects: Effects,
}

impl Live {
    pub(super) fn new(
        state: State,
        pack: Pack,
        catalog: Catalog,
        journal: Journal,
        epoch: u64,
    ) -> Self {
        Self {
            state,
            pack,
            catalog,
            journal,
            epoch,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            trouble: None,
            refused: 0,
            uncompacted: 0,
            uncompacted_bytes: 0,
            meanwhile: None,
            urgent: false,
            entry: Vec::new(),
            body: Vec::new(),
            effects: Effects::default(),
        }
    }

    /// Records an event.
    pub(super) fn record(
        &mut self,
        reading: &ClockReading,
        draft: Draft,
    ) -> Result<Receipt, Error> {
        if !self.state.consent.record {
            return Err(Error::NoConsent);
        }
        let event = self.catalog.admit(draft)?;
        self.record_event(reading, &event)
    }

    /// Records an event that is checked already.
    pub(super) fn record_event(
        &mut self,
        reading: &ClockReading,
        event: &Event,
    ) -> Result<Receipt, Error> {
        if !self.state.consent.record {
            return Err(Error::NoConsent);
        }
        let call = match self.begin_for(event.priority()) {
            Err(full) => {
                self.refused = self.refused.saturating_add(1);
                return Err(full);
            }
            Ok(call) => call,
        };
        let stamp = self.catch_up(reading);
        let first = self.state.last_seq.saturating_add(1);
        self.apply(event, &stamp);
        for _ in 0..MOST_CONVERSIONS {
            let Some(converted) = self.effects.converted.pop() else { break };
            let outcome = outcome(names::CONVERTED, converted.campaign, converted.decision);
            // The names of a verified pack keep within the limits of events.
            if let Ok(event) = self.catalog.admit(outcome) {
                self.apply(&event, &stamp);
            }
        }
        self.urgent = event.is_durable();
        let seqs = Some((first, self.state.last_seq));
        Ok(self.finish(&call, seqs))
    }

    /// Records that what was stored before is lost, if the person allows to record anything.
    pub(super) fn record_reset(&mut self, reading: &ClockReading, reason: &str) {
        let draft = Draft::new(names::STORAGE_RESET).text(names::REASON, reason);
        match self.record(reading, draft) {
            Ok(_) | Err(Error::NoConsent) => {}
            Err(error) => log::error!("the loss of the store is not recorded: {error}"),
        }
    }

    /// Records what became of a decision.
    pub(super) fn report(
        &mut self,
        reading: &ClockReading,
        (id, outcome_kind): (u64, Outcome),
    ) -> Result<Receipt, Error> {
        let campaign = self.state.guidance.admit(id, outcome_kind)?.to_owned();
        let name = match outcome_kind {
            Outcome::Shown => names::SHOWN,
            Outcome::Dismissed => names::DISMISSED,
            Outcome::Clicked => names::CLICKED,
        };
        self.record(reading, outcome(name, campaign, id))
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, reading: &ClockReading) -> Result<Receipt, Error> {
        let call = self.begin()?;
        let now = self.catch_up(reading);
        self.decide_risen(&now);
        Ok(self.finish(&call, None))
    }

    /// Sets and unsets facts, or values of the context.
    pub(super) fn change_facts(
        &mut self,
        reading: &ClockReading,
        (changes, context): (Vec<FactChange>, bool),
    ) -> Result<Receipt, Error> {
        if !self.state.consent.record {
            return Err(Error::NoConsent);
        }
        let changes = checked(changes, context)?;
        self.state.profile.admit_facts(&changes, context)?;
        let call = self.begin()?;
        let stamp = self.catch_up(reading);
        if self.state.profile.holds_facts(&changes, context) {
            self.decide_risen(&stamp);
            return Ok(self.finish(&call, None));
        }
        self.body.clear();
        encode_facts(&changes, &mut Writer::new(&mut self.body));
        let kind = if context { kind::CONTEXT } else { kind::FACTS };
        encode_other(&mut Writer::new(&mut self.entry), reading, kind, &self.body);
        let decided = self.effects.decisions.len();
        let facts = (changes.as_slice(), context);
        self.state.apply_facts(&self.pack, facts, &stamp, true, &mut self.effects);
        self.encode_decisions(decided, reading);
        Ok(self.finish(&call, None))
    }

    /// Notes what the person allows.
    pub(super) fn set_consent(
        &mut self,
        reading: &ClockReading,
        consent: Consent,
    ) -> Result<Receipt, Error> {
        let call = self.begin()?;
        let stamp = self.catch_up(reading);
        self.body.clear();
        consent.encode(&mut Writer::new(&mut self.body));
        encode_other(&mut Writer::new(&mut self.entry), reading, kind::CONSENT, &self.body);
        self.state.consent = consent;
        self.state.timeline.apply(&stamp);
        if consent.guide {
            self.decide_risen(&stamp);
        }
        self.urgent = true;
        Ok(self.finish(&call, None))
    }

    /// Notes what a server said the time is, if that is news.
    pub(super) fn note_server_clock(
        &mut self,
        reading: &ClockReading,
        server_ms: i64,
    ) -> Result<(), Error> {
        if self.state.timeline.anchored(server_ms, reading).is_none() {
            return Ok(());
        }
        let call = self.begin()?;
        let stamp = self.catch_up(reading);
        self.body.clear();
        Writer::new(&mut self.body).signed(server_ms);
        if self.state.apply_server_clock(server_ms, &stamp) {
            let kind = kind::SERVER_CLOCK;
            encode_other(&mut Writer::new(&mut self.entry), reading, kind, &self.body);
        }
        self.finish(&call, None);
        Ok(())
    }

    /// Goes on under another pack.
    pub(super) fn activate(
        &mut self,
        reading: &ClockReading,
        (pack, catalog): (Pack, Catalog),
        past: Option<Past>,
    ) -> Result<Receipt, Error> {
        let call = self.begin()?;
        let now = self.catch_up(reading);
        self.decide_risen(&now);
        self.state = self.state.under(&self.pack, &pack)?;
        let meanwhile = self.meanwhile.take();
        if let Some((past, meanwhile)) = past.zip(meanwhile) {
            past.fill(&mut self.state.profile, &meanwhile, &pack.definitions);
        }
        self.pack = pack;
        self.catalog = catalog;
        self.note_pack(reading);
        Ok(self.finish(&call, None))
    }

    /// Writes down which pack is active from here on.
    fn note_pack(&mut self, reading: &ClockReading) {
        self.state.pack = (self.pack.name.clone(), self.pack.version);
        self.state.signals.make_due();
        self.body.clear();
        let mut out = Writer::new(&mut self.body);
        out.text(&self.pack.name);
        out.unsigned(u64::from(self.pack.version));
        encode_other(&mut Writer::new(&mut self.entry), reading, kind::PACK, &self.body);
    }

    /// After an opening: writes down the pack if it is another one than before.
    pub(super) fn confirm_pack(&mut self, reading: &ClockReading) -> Result<(), Error> {
        if self.state.pack != (self.pack.name.clone(), self.pack.version) {
            let call = self.begin()?;
            self.note_pack(reading);
            self.finish(&call, None);
        }
        Ok(())
    }

    /// Writes entries that had to wait; stops at the first that flash still does not take.
    pub(super) fn write_waiting(&mut self) -> Result<(), StoreError> {
        while let Some(entry) = self.waiting.front() {
            let written = self.journal.append(entry);
            self.trouble = written.as_ref().err().cloned();
            written?;
            self.waiting_bytes = self.waiting_bytes.saturating_sub(entry.len());
            self.waiting.pop_front();
        }
        Ok(())
    }

    /// Goes on in another journal file, for a compaction of all entries below the number that
    /// comes back. With `beyond`, what waits goes first, whatever room there is.
    pub(super) fn close_file(&mut self, beyond: bool) -> Result<u64, StoreError> {
        let most = beyond.then(|| {
            self.journal.lift();
            self.journal.allow(u64::MAX)
        });
        let end = match self.write_waiting() {
            // A compaction without them makes room for them.
            Ok(()) | Err(StoreError::Backlog) => self.journal.rotate(),
            Err(error) => Err(error),
        };
        if let Some(most) = most {
            self.journal.allow(most);
        }
        end
    }

    /// Whether anything recorded is not synced yet.
    pub(super) fn has_unsynced(&self) -> bool {
        self.journal.needs_sync() || !self.waiting.is_empty()
    }

    fn begin(&mut self) -> Result<Call, Error> {
        self.begin_for(Priority::Critical)
    }

    fn begin_for(&mut self, priority: Priority) -> Result<Call, Error> {
        admit_to_memory((self.waiting.len(), self.waiting_bytes), priority)?;
        self.entry.clear();
        self.effects.clear();
        self.urgent = false;
        Ok(Call { due_at: self.state.signals.due_at() })
    }

    /// Ticks at every instant that was due up to `reading`, in order. What rises is decided about
    /// later, as of now and with what happens now: guidance of the past is not decided.
    fn catch_up(&mut self, reading: &ClockReading) -> Stamp {
        let now = self.state.timeline.stamp(reading);
        let Some(last) = self.state.timeline.last().copied() else { return now };
        let mut otherwise = now.tells_otherwise(&last);
        for tick in 0..=MOST_TICKS {
            let due_at = self.state.signals.due_at().filter(|due_at| *due_at <= now.at);
            let at = match due_at {
                Some(due_at) if tick < MOST_TICKS => due_at.max(last.at),
                None if !otherwise => break,
                _ => now.at,
            };
            if at >= now.at {
                otherwise = false;
                self.tick_now(reading);
            } else {
                self.apply_tick(&last.later(at));
            }
            // Ticks stand for themselves: many of them need not be one entry.
            if self.entry.len() > TICKS_BYTES {
                self.append();
                self.entry.clear();
            }
        }
        self.state.timeline.stamp(reading)
    }

    /// Ticks as of `reading`. Earlier ticks may have moved the line on to a later day than the
    /// clocks show now, after a flight westward: a replay sees them first, too.
    fn tick_now(&mut self, reading: &ClockReading) {
        self.apply_tick(&self.state.timeline.stamp(reading));
    }

    fn apply_tick(&mut self, stamp: &Stamp) {
        if self.state.apply_tick(&self.pack, stamp, &mut self.effects) {
            let mut out = Writer::new(&mut self.entry);
            encode_other(&mut out, &stamp.reading, kind::TICK, &[]);
        }
    }

    fn decide_risen(&mut self, now: &Stamp) {
        let decided = self.effects.decisions.len();
        self.state.decide_risen(&self.pack, now, &mut self.effects);
        self.encode_decisions(decided, &now.reading);
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp) {
        let seq = self.state.last_seq.saturating_add(1);
        let session = self.state.profile.session_of(event, stamp, &self.pack.definitions);
        let place = (seq, session, stamp.wall_day());
        encode_event(&mut Writer::new(&mut self.entry), &stamp.reading, place, event);
        if let Some(meanwhile) = &mut self.meanwhile {
            meanwhile.note(event, stamp, session);
        }
        let decided = self.effects.decisions.len();
        self.state.apply_event(&self.pack, (seq, event), stamp, true, &mut self.effects);
        self.encode_decisions(decided, &stamp.reading);
    }

    fn encode_decisions(&mut self, from: usize, reading: &ClockReading) {
        for decision in self.effects.decisions.iter().skip(from) {
            self.body.clear();
            decision.encode(&mut Writer::new(&mut self.body));
            let mut out = Writer::new(&mut self.entry);
            encode_other(&mut out, reading, kind::DECISION, &self.body);
        }
    }

    /// One append for all that the call brought about, so that flash has the whole of it or
    /// nothing.
    fn finish(&mut self, call: &Call, seqs: Option<(u64, u64)>) -> Receipt {
        let placed = if self.entry.is_empty() { Placed::OnFlash } else { self.append() };
        Receipt {
            seqs,
            placed,
            changes: std::mem::take(&mut self.effects.changes),
            moves: std::mem::take(&mut self.effects.moves),
            decided: std::mem::take(&mut self.effects.decisions),
            due_changed: self.state.signals.due_at() != call.due_at,
        }
    }

    fn append(&mut self) -> Placed {
        self.uncompacted = self.uncompacted.saturating_add(1);
        let bytes = u64::try_from(self.entry.len()).unwrap_or(u64::MAX);
        self.uncompacted_bytes = self.uncompacted_bytes.saturating_add(bytes);
        // Behind entries that wait, so that the order stays.
        if self.waiting.is_empty() {
            match self.journal.append(&self.entry) {
                Ok(_) => return Placed::OnFlash,
                Err(error @ StoreError::TooLarge { .. }) => {
                    // It would never be taken and hold up all behind it. The limits of events and
                    // packs do not let it come to this.
                    log::error!("an entry is kept by the state alone: {error}");
                    return Placed::InMemory;
                }
                Err(error) => {
                    log::warn!("an entry waits in memory: {error}");
                    self.trouble = Some(error);
                }
            }
        }
        self.waiting_bytes = self.waiting_bytes.saturating_add(self.entry.len());
        self.waiting.push_back(self.entry.clone());
        Placed::InMemory
    }
}

/// Whether one more may have to wait beside so many entries of so many bytes. The last quarter is
/// kept for milestones and payments.
pub(super) fn admit_to_memory(
    (waiting, bytes): (usize, usize),
    priority: Priority,
) -> Result<(), Error> {
    let kept = |most: usize| if priority >= Priority::High { 0 } else { most / RESERVED };
    let full = waiting >= MOST_WAITING - kept(MOST_WAITING)
        || bytes >= MOST_WAITING_BYTES - kept(MOST_WAITING_BYTES);
    if full { Err(Error::MemoryFull { waiting }) } else { Ok(()) }
}

/// What a call began with.
struct Call {
    due_at: Option<i64>,
}

/// Facts obey the limits of properties, those that are unset too.
fn checked(changes: Vec<FactChange>, context: bool) -> Result<Vec<FactChange>, Error> {
    let (unset, set): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, to)| to.is_none());
    let name = if context { "context" } else { "facts" };
    let draft = set.into_iter().fold(Draft::new(name), |draft, (key, value)| match value {
        Some(value) => draft.value(key, value),
        None => draft,
    });
    let set = Catalog::default().admit(draft)?;
    let set = set.properties().iter().map(|(key, value)| (key.clone(), Some(value.clone())));
    Ok(set.chain(unset).collect())
}

fn outcome(name: &str, campaign: String, decision: u64) -> Draft {
    let decision = i64::try_from(decision).unwrap_or(i64::MAX);
    Draft::new(name).text(names::CAMPAIGN, campaign).integer(names::DECISION, decision)
}
