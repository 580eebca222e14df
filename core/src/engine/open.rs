//! Locked, open, closed: how an engine gets from one to the other.

use std::mem;
use std::sync::{Arc, Mutex};

use super::config::{Config, Host};
use super::effects::Effects;
use super::error::Error;
use super::live::Live;
use super::phases::{Cold, Hot, Pause, Waiting, Warehouse};
use super::shared::{Shared, lock};
use super::state::State;
use super::wake::Wake;
use crate::crypto::{DataKey, VaultError};
use crate::event::Catalog;
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::store::record::decode_entry;
use crate::store::{Folder, Opened, Store};
use crate::time::ClockReading;

/// Name of the built-in pack.
const BUILTIN: &str = "retention";

impl Shared {
    pub(super) fn open(mut config: Config, host: Host) -> Result<Self, Error> {
        let pack = match config.pack.take() {
            Some(pack) => pack,
            None => Pack::builtin(BUILTIN)?,
        };
        // What is wrong with the catalog shows before any file is touched.
        let catalog = catalog(&config, &pack)?;
        let folder = Folder::open_on(Arc::clone(&host.disk), &config.folder)?;
        let waiting = Waiting::new(pack, catalog, config.consent);
        let shared = Self {
            config,
            host,
            hot: Mutex::new(Hot::Locked(Box::new(waiting))),
            cold: Mutex::new(Cold::Locked(folder)),
            wake: Wake::default(),
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
                *cold = Cold::Locked(self.folder()?);
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
        let said = waiting.said;
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
        self.wake.after(&mut hot);
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
        *cold = Cold::Locked(self.folder()?);
        let catalog = catalog(&self.config, &pack)?;
        *lock(&self.hot) = Hot::Locked(Box::new(Waiting::new(pack, catalog, consent)));
        drop(cold);
        self.unlock_by_vault()
    }

    fn folder(&self) -> Result<Folder, Error> {
        Ok(Folder::open_on(Arc::clone(&self.host.disk), &self.config.folder)?)
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
        *cold = Cold::Locked(self.folder()?);
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
