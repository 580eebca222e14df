//! Locked, open, closed: how an engine gets from one to the other.

use std::collections::VecDeque;
use std::mem;
use std::sync::Mutex;

use super::config::{Config, Host};
use super::effects::Effects;
use super::error::Error;
use super::live::{Live, MOST_WAITING};
use super::maintain::Signals;
use super::receipt::{Placed, Receipt};
use super::state::State;
use super::upload::Pause;
use super::{Shared, lock};
use crate::crypto::{DataKey, VaultError};
use crate::event::{Catalog, Draft, Event};
use crate::guidance::Decision;
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::store::record::decode_entry;
use crate::store::{Damage, Ended, Folder, Opened, Store};
use crate::time::ClockReading;

/// Name of the built-in pack.
const BUILTIN: &str = "retention";

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
    events: VecDeque<(ClockReading, Event)>,
    catalog: Catalog,
    pack: Pack,
    /// For an installation that was not asked yet.
    default_consent: Consent,
    /// What the person said while it was locked.
    consent: Option<Consent>,
}

impl Waiting {
    fn new(pack: Pack, catalog: Catalog, default_consent: Consent) -> Self {
        Self { events: VecDeque::new(), catalog, pack, default_consent, consent: None }
    }

    /// How many events wait.
    pub(super) fn events(&self) -> usize {
        self.events.len()
    }

    pub(super) fn consent(&self) -> Consent {
        self.consent.unwrap_or(self.default_consent)
    }

    /// What is said now holds for what waits, too.
    pub(super) fn set_consent(&mut self, consent: Consent) {
        self.consent = Some(consent);
        if !consent.record {
            self.events.clear();
        }
    }

    /// What the store says about consent is not known yet; only a no that was said just now is.
    fn record(&mut self, reading: &ClockReading, draft: Draft) -> Result<Receipt, Error> {
        if self.consent.is_some_and(|consent| !consent.record) {
            return Err(Error::NoConsent);
        }
        let waiting = self.events.len();
        if waiting >= MOST_WAITING {
            return Err(Error::MemoryFull { waiting });
        }
        self.events.push_back((*reading, self.catalog.admit(draft)?));
        Ok(Receipt {
            seqs: None,
            placed: Placed::InMemory,
            changes: Vec::new(),
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
    /// Records of the journal that could not be understood when it was opened.
    pub(super) unreadable_entries: u64,
}

impl Shared {
    pub(super) fn open(mut config: Config, host: Host) -> Result<Self, Error> {
        let pack = match config.pack.take() {
            Some(pack) => pack,
            None => Pack::builtin(BUILTIN)?,
        };
        // What is wrong with the catalog shows before any file is touched.
        let catalog = catalog(&config, &pack)?;
        let folder = Folder::open(&config.folder)?;
        let waiting = Waiting::new(pack, catalog, config.consent);
        let shared = Self {
            config,
            host,
            hot: Mutex::new(Hot::Locked(Box::new(waiting))),
            cold: Mutex::new(Cold::Locked(folder)),
            signals: Signals::default(),
        };
        shared.unlock_by_vault()?;
        Ok(shared)
    }

    /// Asks the vault, if there is one. A vault that is away leaves the engine locked.
    pub(super) fn unlock_by_vault(&self) -> Result<(), Error> {
        let Some(vault) = &self.host.vault else { return Ok(()) };
        let Some(wrapped) = lock(&self.cold).wrapped_key() else {
            let key = DataKey::generate().map_err(|_| crate::random::RandomFailed)?;
            return match vault.wrap(&key) {
                Ok(wrapped) => self.unlock(key, Some(&wrapped)),
                Err(error) => {
                    stay_locked(error);
                    Ok(())
                }
            };
        };
        match vault.unwrap(&wrapped) {
            Ok(key) => self.unlock(key, None),
            Err(VaultError::Lost) => {
                log::warn!("the wrapping key is gone: a new installation begins");
                self.forget_folder()?;
                self.unlock_by_vault()
            }
            Err(error) => {
                stay_locked(error);
                Ok(())
            }
        }
    }

    pub(super) fn unlock(&self, key: DataKey, wrapped: Option<&[u8]>) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        let mut folder = match mem::replace(&mut *cold, Cold::Closed) {
            Cold::Locked(folder) => folder,
            other => {
                let open = matches!(other, Cold::Open(_));
                *cold = other;
                return if open { Ok(()) } else { Err(Error::Closed) };
            }
        };
        if folder.identity().is_none() {
            let made = self.make_identity(&mut folder, &key, wrapped);
            if let Err(error) = made {
                *cold = Cold::Locked(folder);
                return Err(error);
            }
        }
        let wrapped_key = folder.identity().map_or(Vec::new(), |known| known.wrapped_key.clone());
        let opened =
            self.reading().and_then(|reading| Ok((Store::open(folder, key, &reading)?, reading)));
        let (opened, reading) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                *cold = Cold::Locked(Folder::open(&self.config.folder)?);
                return Err(error);
            }
        };
        let withdrawn = self.start(&mut cold, opened, wrapped_key, &reading)?;
        // What was said before the key came must outlive a power cut like anything said after.
        self.sync(&mut cold)?;
        drop(cold);
        withdrawn.map_or(Ok(()), |consent| self.erase(consent))
    }

    fn make_identity(
        &self,
        folder: &mut Folder,
        key: &DataKey,
        wrapped: Option<&[u8]>,
    ) -> Result<(), Error> {
        let wrapped = wrapped.ok_or(Error::Locked)?;
        let mut installation = [0; 16];
        self.host.random.fill(&mut installation)?;
        Ok(folder.create_identity(installation, wrapped, key)?)
    }

    /// From what lay on flash to a running engine. Gives the consent with which everything has
    /// to be erased, if the person withdrew it while the engine was locked.
    fn start(
        &self,
        cold: &mut Cold,
        opened: Opened,
        wrapped_key: Vec<u8>,
        reading: &ClockReading,
    ) -> Result<Option<Consent>, Error> {
        let mut hot = lock(&self.hot);
        let waiting = match mem::replace(&mut *hot, Hot::Closed) {
            Hot::Locked(waiting) => *waiting,
            other => {
                *hot = other;
                return Err(Error::Closed);
            }
        };
        let Opened { store, journal, checkpoint, entries, epoch, last_seq, ended, damage, .. } =
            opened;
        let fresh = checkpoint.is_none() && entries.is_empty();
        let said = waiting.consent;
        let consent = waiting.consent();
        let Waiting { events, catalog, pack, .. } = waiting;
        let (mut state, unreadable_entries) = rebuild(&pack, checkpoint.as_deref(), &entries);
        // The store knows the numbering; a checkpoint may be of an epoch before.
        state.last_seq = last_seq;
        let withdrawn = said.filter(|said| state.consent.record && !said.record);
        let mut live = Live::new(state, pack, catalog, journal, epoch);
        live.uncompacted = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        // Readings never go back: what comes first has the time of the first event that waited.
        let first = events.front().map_or(reading, |(then, _)| then);
        if fresh || said.is_some() {
            live.set_consent(first, consent)?;
        }
        live.confirm_pack(first)?;
        for (then, event) in &events {
            if let Err(error) = live.record_event(then, event) {
                log::warn!("an event that waited for the key was refused: {error}");
            }
        }
        *hot = Hot::Open(Box::new(live));
        *cold = Cold::Open(Box::new(Warehouse {
            store,
            wrapped_key,
            pause: Pause::default(),
            attempt: 0,
            ended,
            damage,
            unreadable_entries,
        }));
        self.signals.wake(&mut hot);
        Ok(withdrawn)
    }

    /// Destroys everything and begins anew with `consent`.
    pub(super) fn erase(&self, consent: Consent) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        let pack = {
            let mut hot = lock(&self.hot);
            match mem::replace(&mut *hot, Hot::Closed) {
                Hot::Open(live) => live.pack,
                Hot::Locked(waiting) => waiting.pack,
                Hot::Closed => return Err(Error::Closed),
            }
        };
        let erased = match mem::replace(&mut *cold, Cold::Closed) {
            Cold::Open(warehouse) => warehouse.store.erase(),
            Cold::Locked(folder) => folder.erase(),
            Cold::Closed => return Err(Error::Closed),
        };
        erased?;
        *cold = Cold::Locked(Folder::open(&self.config.folder)?);
        let catalog = catalog(&self.config, &pack)?;
        *lock(&self.hot) = Hot::Locked(Box::new(Waiting::new(pack, catalog, consent)));
        drop(cold);
        self.unlock_by_vault()
    }

    fn forget_folder(&self) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        match mem::replace(&mut *cold, Cold::Closed) {
            Cold::Locked(folder) => folder.erase()?,
            other => {
                *cold = other;
                return Ok(());
            }
        }
        *cold = Cold::Locked(Folder::open(&self.config.folder)?);
        Ok(())
    }

    pub(super) fn catalog(&self, pack: &Pack) -> Result<Catalog, Error> {
        catalog(&self.config, pack)
    }
}

/// The catalog of the app and the pack; where both add an event, the app's word counts.
fn catalog(config: &Config, pack: &Pack) -> Result<Catalog, Error> {
    let mut catalog = Catalog::new(config.unknown_names);
    for spec in pack.events.iter().chain(&config.events) {
        catalog.add(spec.clone())?;
    }
    Ok(catalog)
}

fn stay_locked(error: VaultError) {
    log::warn!("the store stays locked: {error}");
}

/// The state after a checkpoint and the entries behind it, and how many of these could not be
/// understood.
fn rebuild(pack: &Pack, checkpoint: Option<&[u8]>, entries: &[Vec<u8>]) -> (State, u64) {
    let mut unreadable = 0;
    let restored = checkpoint.map(|bytes| State::decode(pack, bytes));
    let mut state = match restored {
        Some(Ok(state)) => state,
        Some(Err(error)) => {
            log::error!("the state begins anew: {error}");
            unreadable += 1;
            State::new(pack, Consent::none())
        }
        None => State::new(pack, Consent::none()),
    };
    let mut effects = Effects::default();
    for entry in entries {
        let Ok(records) = decode_entry(entry) else {
            unreadable += 1;
            continue;
        };
        for record in records {
            effects.clear();
            if state.replay(pack, &record, &mut effects).is_err() {
                unreadable += 1;
            }
        }
    }
    (state, unreadable)
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

    pub(super) fn next_due(&self) -> Option<i64> {
        let Self::Open(live) = self else { return None };
        let last = live.state.timeline.last()?;
        let due_at = live.state.signals.due_at()?.max(last.at);
        Some(last.reading.wall_ms.saturating_add(due_at - last.at))
    }

    pub(super) fn open_decisions(&self) -> Vec<Decision> {
        let Self::Open(live) = self else { return Vec::new() };
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
