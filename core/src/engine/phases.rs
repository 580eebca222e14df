//! What an engine is made of while it is locked, open and closed.

use std::collections::VecDeque;
use std::mem;

use super::error::Error;
use super::live::{Live, admit_to_memory};
use super::receipt::{Placed, Receipt};
use crate::event::{Catalog, Draft, Event};
use crate::guidance::Decision;
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::store::{Damage, Ended, Folder, Store, StoreError};
use crate::time::ClockReading;

/// What records touch.
#[derive(Debug)]
pub(super) enum Hot {
    /// No key yet: events wait in memory with the time they came.
    Locked(Box<Waiting>),
    /// Unlocked.
    Open(Box<Live>),
    /// Closed, or being erased.
    Closed,
}

/// What a locked engine holds.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) events: VecDeque<(ClockReading, Event)>,
    pub(super) catalog: Catalog,
    pub(super) pack: Pack,
    /// For an installation that was not asked yet.
    pub(super) default_consent: Consent,
    /// What the person said while it was locked.
    pub(super) said: Option<Consent>,
    /// Events refused because the memory was full.
    pub(super) refused: u64,
    /// The vault was asked and gave no key for now.
    pub(super) vault_away: bool,
}

impl Waiting {
    pub(super) fn new(pack: Pack, catalog: Catalog, default_consent: Consent) -> Self {
        Self {
            events: VecDeque::new(),
            catalog,
            pack,
            default_consent,
            said: None,
            refused: 0,
            vault_away: false,
        }
    }

    pub(super) fn consent(&self) -> Consent {
        self.said.unwrap_or(self.default_consent)
    }

    /// What is said now holds for what waits, too.
    pub(super) fn set_consent(&mut self, consent: Consent) {
        self.said = Some(consent);
        if !consent.record {
            self.events.clear();
        }
    }

    /// What the store says about consent is not known yet; only a no that was said just now is.
    fn record(&mut self, reading: &ClockReading, draft: Draft) -> Result<Receipt, Error> {
        if self.said.is_some_and(|consent| !consent.record) {
            return Err(Error::NoConsent);
        }
        let event = self.catalog.admit(draft)?;
        // Events are bounded one by one: their number bounds the bytes.
        if let Err(full) = admit_to_memory((self.events.len(), 0), event.priority()) {
            self.refused = self.refused.saturating_add(1);
            return Err(full);
        }
        self.events.push_back((*reading, event));
        Ok(Receipt {
            seqs: None,
            placed: Placed::InMemory,
            changes: Vec::new(),
            moves: Vec::new(),
            decided: Vec::new(),
            due_changed: false,
        })
    }
}

/// What maintenance and uploads touch.
#[derive(Debug)]
pub(super) enum Cold {
    /// No key yet.
    Locked(Folder),
    /// Unlocked.
    Open(Box<Warehouse>),
    /// Closed, or being erased.
    Closed,
}

/// The buffer and what goes with it.
#[derive(Debug)]
pub(super) struct Warehouse {
    pub(super) store: Store,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) pause: Pause,
    /// Number of the last attempt to send the batch in flight.
    pub(super) attempt: u32,
    pub(super) ended: Ended,
    pub(super) damage: Damage,
    /// The numbering could not go on, though no power cut explains it.
    pub(super) broken: bool,
    /// Damage may have taken what the person said last, and nothing was said since.
    pub(super) consent_in_doubt: bool,
    /// Records of the journal that could not be understood when it was opened.
    pub(super) unreadable_entries: u64,
    pub(super) upkeep: Upkeep,
    /// Why the last compaction failed; `None` since one succeeded.
    pub(super) trouble: Option<StoreError>,
    /// When the journal was last synced and a batch last acknowledged, since the opening; by the
    /// wall clock, ms.
    pub(super) synced_at: Option<i64>,
    pub(super) acknowledged_at: Option<i64>,
}

/// What maintenance has to remember from round to round.
#[derive(Debug)]
pub(super) struct Upkeep {
    /// Number of the first journal entry that is in no checkpoint.
    pub(super) covered: u64,
    /// Size of the newest checkpoint; 0 if there is none.
    pub(super) checkpoint_bytes: usize,
    /// Pack under which the state was when it was written.
    pub(super) pack: (String, u32),
    /// Bytes of the journal files that are still needed, after the last compaction.
    pub(super) journal_bytes: u64,
    /// Instant on the timeline at which the bounds were last looked at.
    pub(super) bounded_at: Option<i64>,
    /// The state holds what was filled from the buffer: a checkpoint spares the next opening that.
    pub(super) filled: bool,
    /// Nobody has asked yet whether the database is to be looked through.
    pub(super) suspect: bool,
}

/// What holds up every batch: a server's wish, a failure, a wrong configuration. Kept in memory:
/// a new start may try once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) until_at: Option<i64>,
    /// Single events refused since the last acknowledgement.
    pub(super) refused: u32,
    /// The collector is gone, and the host wants no more attempts then.
    pub(super) has_stopped: bool,
}

/// How soon a call wants maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// Within the window.
    None,
    /// At once, since a journal file is full.
    Full,
    /// At once, and first of all a sync.
    Durable,
}

impl Hot {
    pub(super) fn live(&mut self) -> Result<&mut Live, Error> {
        match self {
            Self::Open(live) => Ok(live),
            Self::Locked(_) => Err(Error::Locked),
            Self::Closed => Err(Error::Closed),
        }
    }

    pub(super) fn record(
        &mut self,
        reading: &ClockReading,
        draft: Draft,
    ) -> Result<Receipt, Error> {
        match self {
            Self::Open(live) => live.record(reading, draft),
            Self::Locked(waiting) => waiting.record(reading, draft),
            Self::Closed => Err(Error::Closed),
        }
    }

    pub(super) fn check(&self, draft: Draft) -> Result<(), Error> {
        let catalog = match self {
            Self::Open(live) => &live.catalog,
            Self::Locked(waiting) => &waiting.catalog,
            Self::Closed => return Err(Error::Closed),
        };
        Ok(catalog.admit(draft).map(drop)?)
    }

    pub(super) fn next_due(&self, reading: &ClockReading) -> Option<i64> {
        let Self::Open(live) = self else { return None };
        let last = live.state.timeline.last()?;
        let due_at = live.state.signals.due_at()?.max(last.at);
        let now = live.state.timeline.stamp(reading);
        Some(reading.wall_ms.saturating_add(due_at.saturating_sub(now.at)))
    }

    pub(super) fn open_decisions(&self) -> Vec<Decision> {
        let Self::Open(live) = self else { return Vec::new() };
        if !live.state.consent.guide {
            return Vec::new();
        }
        let open = live.state.guidance.decisions().filter(|decision| decision.is_open());
        open.map(|decision| live.with_content(decision)).collect()
    }

    pub(super) fn consent(&self) -> Consent {
        match self {
            Self::Open(live) => live.state.consent,
            Self::Locked(waiting) => waiting.consent(),
            Self::Closed => Consent::none(),
        }
    }

    /// How soon what the last call left is to be seen to; `None` if it left nothing to sync.
    pub(super) fn take_haste(&mut self) -> Option<Haste> {
        let Self::Open(live) = self else { return None };
        let full = live.journal.take_switched();
        let urgent = mem::take(&mut live.urgent);
        let haste = match (urgent, full) {
            (true, _) => Haste::Durable,
            (false, true) => Haste::Full,
            (false, false) => Haste::None,
        };
        live.has_unsynced().then_some(haste)
    }

    pub(super) fn close(&mut self) -> Result<(), Error> {
        match mem::replace(self, Self::Closed) {
            Self::Open(live) => Ok(live.journal.close()?),
            _ => Ok(()),
        }
    }
}

impl Cold {
    pub(super) fn open(&mut self) -> Result<&mut Warehouse, Error> {
        match self {
            Self::Open(warehouse) => Ok(warehouse),
            Self::Locked(_) => Err(Error::Locked),
            Self::Closed => Err(Error::Closed),
        }
    }

    pub(super) fn wrapped_key(&self) -> Option<Vec<u8>> {
        match self {
            Self::Locked(folder) => folder.identity().map(|known| known.wrapped_key.clone()),
            Self::Open(warehouse) => Some(warehouse.wrapped_key.clone()),
            Self::Closed => None,
        }
    }
}
