//! Locked, open, closed: how an engine gets from one to the other.

use std::mem;
use std::sync::{Arc, Mutex};

use super::backfill::Meanwhile;
use super::config::{Config, Host};
use super::effects::Effects;
use super::error::Error;
use super::live::Live;
use super::maintain::room;
use super::past::Wanted;
use super::phases::{Cold, Hot, Pause, Upkeep, Waiting, Warehouse};
use super::shared::{Shared, lock};
use super::state::{State, kind};
use super::wake::Wake;
use crate::crypto::DataKey;
use crate::event::{Catalog, names};
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::store::record::{Body, decode_entry};
use crate::store::{Damage, Ended, Folder, Opened, Reset, Store};
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
        let remembered = folder.remembered().map(Consent::from_bits);
        let reset = folder.reset();
        let opened =
            self.reading().and_then(|reading| Ok((Store::open(folder, key, &reading)?, reading)));
        let (opened, reading) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                *cold = self.locked();
                return Err(error);
            }
        };
        let unfinished =
            self.start(&mut cold, opened, wrapped_key, (&reading, remembered, reset))?;
        if let Some(consent) = unfinished {
            drop(cold);
            return self.erase(consent);
        }
        // What was said before the key came must outlive a power cut like anything said after.
        let synced = self.sync(&mut cold).and_then(|()| {
            cold.open()?.store.forget_remembered()?;
            self.forget_reset(&mut cold)
        });
        if let Err(error) = synced {
            log::warn!("opened, but what was recorded is not synced yet: {error}");
        }
        if cold.open()?.upkeep.filled
            && let Err(error) = self.checkpoint(&mut cold)
        {
            log::debug!("the next opening fills the new figures again: {error}");
        }
        Ok(())
    }

    /// Once the journal has said so: without consent it has not.
    pub(super) fn forget_reset(&self, cold: &mut Cold) -> Result<(), Error> {
        let told = lock(&self.hot).live()?.state.recorded > 0;
        if told {
            cold.open()?.store.forget_reset()?;
        }
        Ok(())
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
    /// to be erased: the person withdrew it while the engine was locked, or an erasure was not
    /// finished.
    fn start(
        &self,
        cold: &mut Cold,
        opened: Opened,
        wrapped_key: Vec<u8>,
        (reading, remembered, reset): (&ClockReading, Option<Consent>, Option<Reset>),
    ) -> Result<Option<Consent>, Error> {
        let (rebuilt, filled) = self.restore(&opened)?;
        let mut hot = lock(&self.hot);
        let waiting = match mem::replace(&mut *hot, Hot::Closed) {
            Hot::Locked(waiting) => *waiting,
            other => {
                *hot = other;
                return Err(Error::Closed);
            }
        };
        let mut upkeep = Upkeep::after(&opened);
        upkeep.filled = filled;
        let Opened { mut store, journal, checkpoint, entries, epoch, last_seq, ended, .. } = opened;
        let (damage, uncompacted) = (opened.damage, opened.uncompacted);
        let broken = opened.first_of_epoch && matches!(ended, Ended::Clean | Ended::Killed);
        let fresh = checkpoint.is_none() && entries.is_empty();
        let Waiting { events, catalog, pack, said, refused, .. } = waiting;
        let said = said.or(remembered);
        let Rebuilt { mut state, unreadable: unreadable_entries, mut doubted, .. } = rebuilt;
        if fresh && reset == Some(Reset::IdentityDamaged) {
            // The person had been asked, and the answer is lost.
            (state.consent, doubted) = (Consent::none(), true);
        }
        let consent = said.unwrap_or(state.consent);
        upkeep.pack.clone_from(&state.pack);
        // The store knows the numbering; a checkpoint may be of an epoch before.
        state.last_seq = last_seq;
        let unfinished = !fresh && (remembered.is_some() || state.is_withdrawn());
        let withdrawn = said.is_some_and(|said| state.consent.record && !said.record);
        let erase = (unfinished || withdrawn).then_some(said.unwrap_or(state.consent));
        let mut live = Live::new(state, pack, catalog, journal, epoch);
        // Who cannot tell the sizes lets nothing grow.
        let room = room(&store, self.config.byte_budget()).unwrap_or(0);
        live.journal.allow(room);
        if room == 0 {
            // Whether the buffer takes anything shows with the first compaction.
            live.journal.shut();
            if let Err(error) = store.remove_idle() {
                log::debug!("journal files of no use stay: {error}");
            }
        }
        live.uncompacted = uncompacted;
        live.refused = refused;
        live.uncompacted_bytes = bytes_of_last(&entries, uncompacted);
        // Readings never go back: what comes first has the time of the first event that waited.
        let first = events.front().map_or(reading, |(then, _)| then);
        if let Some(reason) = reset_reason(&damage, reset.filter(|_| live.state.recorded == 0)) {
            live.record_reset(first, reason);
        }
        if fresh || said.is_some() {
            live.set_consent(first, consent)?;
        } else if broken || doubted {
            // What was lost may have held it.
            live.set_consent(first, live.state.consent)?;
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
            broken,
            consent_in_doubt: doubted && said.is_none(),
            unreadable_entries,
            upkeep,
            trouble: None,
            synced_at: None,
            acknowledged_at: None,
        }));
        self.wake.after(hot);
        Ok(erase)
    }

    /// The state after all that lay on flash, and whether anything was filled from the buffer that
    /// this pack wants and the last one did not.
    ///
    /// Events that come meanwhile wait in memory: nobody waits for the buffer to be read.
    fn restore(&self, opened: &Opened) -> Result<(Rebuilt, bool), Error> {
        let Opened { store, checkpoint, entries, epoch, last_seq, uncompacted, .. } = opened;
        let (mut rebuilt, pack, catalog) = {
            let hot = lock(&self.hot);
            let Hot::Locked(waiting) = &*hot else { return Err(Error::Closed) };
            let entries = (entries.as_slice(), opened.doubt);
            let consent = waiting.default_consent;
            let rebuilt = Rebuilt::from(&waiting.pack, checkpoint.as_deref(), entries, consent);
            if !rebuilt.state.profile.is_unfilled() {
                return Ok((rebuilt, false));
            }
            (rebuilt, waiting.pack.clone(), waiting.catalog.clone())
        };
        let state = &mut rebuilt.state;
        state.last_seq = *last_seq;
        let Some(wanted) = Wanted::of(state, *epoch, (&pack, &catalog)) else {
            return Ok((rebuilt, false));
        };
        let kept = usize::try_from(*uncompacted).unwrap_or(usize::MAX);
        let tail = entries.get(entries.len().saturating_sub(kept)..).unwrap_or_default();
        match wanted.read(store, tail) {
            Ok(past) => {
                past.fill(&mut state.profile, &Meanwhile::default(), &pack.definitions);
                state.signals.make_due();
                Ok((rebuilt, true))
            }
            Err(error) => {
                log::warn!("new figures begin empty: {error}");
                Ok((rebuilt, false))
            }
        }
    }

    /// Destroys everything and begins anew with `consent`, which is remembered first: should this
    /// process or the power end here, the next opening finishes the erasure.
    ///
    /// Meanwhile events wait in memory, as in a locked engine, or are refused, as `consent` says.
    pub(super) fn erase(&self, consent: Consent) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        match &*cold {
            Cold::Open(warehouse) => warehouse.store.remember(consent.bits())?,
            Cold::Locked(folder) => folder.remember(consent.bits())?,
            Cold::Closed => return Err(Error::Closed),
        }
        {
            let mut hot = lock(&self.hot);
            let pack = match mem::replace(&mut *hot, Hot::Closed) {
                Hot::Open(live) => live.pack,
                Hot::Locked(waiting) => waiting.pack,
                Hot::Closed => return Err(Error::Closed),
            };
            let catalog = catalog(&self.config, &pack)?;
            let mut waiting = Waiting::new(pack, catalog, consent);
            waiting.set_consent(consent);
            *hot = Hot::Locked(Box::new(waiting));
        }
        self.destroy(&mut cold)?;
        drop(cold);
        self.unlock_by_vault()
    }

    /// Removes the store; what is left is a folder without identity. If that fails, the folder
    /// stays locked and the erasure is finished by the next unlocking.
    pub(super) fn destroy(&self, cold: &mut Cold) -> Result<(), Error> {
        let destroyed = match mem::replace(cold, Cold::Closed) {
            Cold::Open(warehouse) => warehouse.store.erase(),
            Cold::Locked(folder) => folder.erase(),
            Cold::Closed => return Err(Error::Closed),
        };
        *cold = self.locked();
        Ok(destroyed?)
    }

    /// The folder without its key; closed if not even that can be opened.
    fn locked(&self) -> Cold {
        match Folder::open_on(Arc::clone(&self.host.disk), &self.config.folder) {
            Ok(folder) => Cold::Locked(folder),
            Err(error) => {
                log::error!("the folder of the store is gone: {error}");
                Cold::Closed
            }
        }
    }

    pub(super) fn catalog(&self, pack: &Pack) -> Result<Catalog, Error> {
        catalog(&self.config, pack)
    }
}

/// Why what was stored before is lost, if it is.
pub(super) fn reset_reason(damage: &Damage, reset: Option<Reset>) -> Option<&'static str> {
    let reasons = [
        (reset == Some(Reset::KeyLost), names::KEY_LOST),
        (reset == Some(Reset::IdentityDamaged), names::IDENTITY_DAMAGED),
        (damage.database_set_aside, names::DATABASE_DAMAGED),
        (damage.database_missing, names::DATABASE_MISSING),
    ];
    reasons.into_iter().find_map(|(holds, reason)| holds.then_some(reason))
}

/// Bytes of the last `count` entries.
fn bytes_of_last(entries: &[Vec<u8>], count: u64) -> u64 {
    let last = entries.iter().rev().take(usize::try_from(count).unwrap_or(usize::MAX));
    u64::try_from(last.map(Vec::len).sum::<usize>()).unwrap_or(u64::MAX)
}

impl Upkeep {
    fn after(opened: &Opened) -> Self {
        let tail = u64::try_from(opened.entries.len()).unwrap_or(u64::MAX);
        Self {
            covered: opened.journal.appended().saturating_sub(tail),
            checkpoint_bytes: opened.checkpoint.as_ref().map_or(0, Vec::len),
            pack: (String::new(), 0),
            journal_bytes: opened.store.journal_bytes().unwrap_or(0),
            bounded_at: None,
            filled: false,
            suspect: true,
        }
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

/// The state after a checkpoint and the entries behind it.
struct Rebuilt {
    state: State,
    /// How much of them could not be understood.
    unreadable: u64,
    /// Something says what the person allowed.
    known: bool,
    /// Damage may have taken what the person said after that.
    doubted: bool,
}

impl Rebuilt {
    /// `doubt` is how many of the entries come before damage. Where nothing says what the person
    /// allowed, and nothing that might have is lost, `consent` does.
    fn from(
        pack: &Pack,
        checkpoint: Option<&[u8]>,
        (entries, doubt): (&[Vec<u8>], Option<usize>),
        consent: Consent,
    ) -> Self {
        let mut rebuilt = Self::begin(pack, checkpoint, consent);
        for (at, entry) in entries.iter().enumerate() {
            rebuilt.doubted |= doubt == Some(at);
            rebuilt.take_in(pack, entry);
        }
        rebuilt.doubted |= doubt.is_some_and(|at| at >= entries.len());
        if rebuilt.doubted {
            let state = &mut rebuilt.state;
            // What was recorded shows that it might be: its withdrawal would have erased it.
            let record = if rebuilt.known { state.consent.record } else { state.recorded > 0 };
            state.consent = Consent { record, ..Consent::none() };
        }
        rebuilt
    }

    fn begin(pack: &Pack, checkpoint: Option<&[u8]>, consent: Consent) -> Self {
        let (unreadable, known, doubted) = (0, checkpoint.is_some(), false);
        let anew = |consent| State::new(pack, consent);
        match checkpoint.map(|bytes| (State::decode(pack, bytes), bytes)) {
            None => Self { state: anew(consent), unreadable, known, doubted },
            Some((Ok(state), _)) => Self { state, unreadable, known, doubted },
            Some((Err(error), bytes)) => {
                log::error!("the state begins anew: {error}");
                let said = State::consent_in(bytes);
                let (known, doubted) = (said.is_some(), said.is_none());
                let mut state = anew(said.unwrap_or_default());
                // The buffer may still hold what was counted.
                state.profile.doubt();
                Self { state, unreadable: 1, known, doubted }
            }
        }
    }

    fn take_in(&mut self, pack: &Pack, entry: &[u8]) {
        let Ok(records) = decode_entry(entry) else { return self.pass_over() };
        let mut effects = Effects::default();
        for record in records {
            effects.clear();
            if self.state.replay(pack, &record, &mut effects).is_err() {
                self.pass_over();
            } else if matches!(record.body, Body::Other { kind: kind::CONSENT, .. }) {
                (self.known, self.doubted) = (true, false);
            }
        }
    }

    fn pass_over(&mut self) {
        self.unreadable = self.unreadable.saturating_add(1);
        self.doubted = true;
    }
}
