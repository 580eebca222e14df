//! The facade: what Kotlin and `ArkTS` see, too. Owned, plain data across it.

mod backfill;
mod config;
mod effects;
mod error;
mod explain;
mod export;
mod figures;
mod insight;
mod json;
mod keys;
mod live;
mod maintain;
mod open;
mod past;
mod phases;
mod receipt;
mod shared;
mod state;
mod status;
mod understanding;
mod upload;
mod wake;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub use config::{Config, DeviceClass, Host};
pub use error::Error;
pub use explain::{Explanation, Why};
pub use figures::Figure;
pub use maintain::Maintained;
pub use receipt::{Placed, Receipt};
pub use status::{KeyState, Status, StorageState};
pub use understanding::{
    Conclusion, FactorShare, Level, NextAction, Scored, Standing, Understanding, Words,
};
pub use wake::SYNC_WINDOW;

use crate::event::{Draft, Value};
use crate::guidance::{Decision, Outcome};
use crate::pack::Pack;
use crate::privacy::Consent;
use crate::profile::FactChange;
use crate::store::Damage;
use phases::{Cold, Hot};
use shared::{Shared, lock};

/// Records events, draws signals, decides guidance and hands out batches, for one installation.
///
/// Callable from several threads. [`Engine::record`], [`Engine::tick`], [`Engine::report`],
/// [`Engine::decisions`], [`Engine::next_due`] and [`Engine::explain`] are made for the app's main
/// thread: they wait for no disk but one append to a file in the page cache. Opening, unlocking,
/// maintenance, upload, consent, packs, status, export and erasure are not: they read and sync
/// files.
///
/// ```
/// use std::sync::Arc;
/// use staykit_core::crypto::FileVault;
/// use staykit_core::engine::{Config, Engine, Host, Placed};
/// use staykit_core::event::Draft;
/// use staykit_core::privacy::Consent;
///
/// let folder = tempfile::tempdir()?;
/// let vault = Arc::new(FileVault::new(folder.path().join("vault.key")));
/// let config = Config::new(folder.path().join("store")).with_consent(Consent::all());
/// let engine = Engine::open(config, Host::system(vault))?;
/// let receipt = engine.record(Draft::new("purchase").money("amount", 19_90, "CNY"))?;
/// assert_eq!(receipt.placed, Placed::OnFlash);
/// assert_eq!(receipt.seq(), Some(1));
/// engine.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Opens the store in the config's folder, which is made if it is not there.
    ///
    /// With a vault in `host` that answers, the engine is unlocked when this returns. Without
    /// one, or if the vault has no key for now, it is locked: it takes events into memory until
    /// [`Engine::unlock`]. A vault whose key is gone for good leaves nothing that could be read:
    /// the old files are erased and a new installation begins.
    pub fn open(config: Config, host: Host) -> Result<Self, Error> {
        let shared = Arc::new(Shared::open(config, host)?);
        let thread = if shared.config.own_thread { Some(maintain::spawn(&shared)?) } else { None };
        Ok(Self { shared, thread: Mutex::new(thread) })
    }

    /// The data key as the platform's vault wrapped it, for the vault to unwrap; `None` before
    /// the first [`Engine::unlock_new`].
    #[must_use]
    pub fn wrapped_key(&self) -> Option<Vec<u8>> {
        lock(&self.shared.cold).wrapped_key()
    }

    /// Unlocks the store with its data key. Events that waited in memory are recorded with the
    /// times they had.
    pub fn unlock(&self, key: crate::crypto::DataKey) -> Result<(), Error> {
        self.shared.unlock(key, None)
    }

    /// Unlocks a store that is new, with a new data key and the same key as the vault wrapped it.
    pub fn unlock_new(&self, key: crate::crypto::DataKey, wrapped: &[u8]) -> Result<(), Error> {
        self.shared.unlock(key, Some(wrapped))
    }

    /// Has the host's vault make a new wrapping key and wrap the data key under it. The old one
    /// is destroyed once the new wrapped key is on flash, so that of both one always opens the
    /// store. An older copy of the folder, put back afterwards, does not open any more: a new
    /// installation begins in its place.
    ///
    /// [`Error::Vault`] if the vault cannot now, or there is none: everything is as it was. Asks
    /// the vault and syncs files: not for the main thread.
    pub fn rotate_key(&self) -> Result<(), Error> {
        self.shared.rotate_key()
    }

    /// Notes the data key as the platform's vault has wrapped it anew, for a host that unlocks by
    /// [`Engine::unlock`]. `key` is the unwrapped one: [`StoreError::WrongKey`] unless it is this
    /// store's. On flash when it returns; only then destroy the old wrapping key.
    ///
    /// [`StoreError::WrongKey`]: crate::store::StoreError::WrongKey
    pub fn rewrap(&self, key: &crate::crypto::DataKey, wrapped: &[u8]) -> Result<(), Error> {
        self.shared.rewrap(key, wrapped)
    }

    /// Tells a locked engine that the wrapping key is gone for good, so that nothing stored here
    /// can be read any more: the old files are erased, and [`Engine::unlock_new`] begins a new
    /// installation, whose first event says that the one before was lost. What waits in memory
    /// stays. For a host that unlocks by [`Engine::unlock`]; an engine with a vault does it itself.
    ///
    /// An engine that is unlocked has its key: nothing happens.
    pub fn key_lost(&self) -> Result<(), Error> {
        self.shared.key_lost()
    }

    /// Records an event.
    ///
    /// When it returns [`Placed::OnFlash`], the end of the process does not touch the event any
    /// more. The receipt says which signals changed and what was decided.
    pub fn record(&self, draft: Draft) -> Result<Receipt, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        let receipt = hot.record(&reading, draft)?;
        self.shared.wake.after(hot);
        Ok(receipt)
    }

    /// Whether [`Engine::record`] would take the draft as far as the draft is concerned, and if
    /// not, why: [`Error::Draft`] names the property, the fault and the limit.
    pub fn check(&self, draft: Draft) -> Result<(), Error> {
        lock(&self.shared.hot).check(draft)
    }

    /// Lets time pass: signals that became due rise and fall, in order. Guidance is decided as of
    /// now only.
    pub fn tick(&self) -> Result<Receipt, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        let receipt = hot.live()?.tick(&reading)?;
        self.shared.wake.after(hot);
        Ok(receipt)
    }

    /// The wall-clock instant (ms since 1970-01-01T00:00Z) at which [`Engine::tick`] has something
    /// to do; `None` if time alone changes nothing. It may lie in the past.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        let hot = lock(&self.shared.hot);
        hot.next_due(&self.shared.reading().ok()?)
    }

    /// What was decided to be shown and has not been dismissed or clicked, oldest first: what an
    /// app that was killed finds again.
    #[must_use]
    pub fn decisions(&self) -> Vec<Decision> {
        lock(&self.shared.hot).open_decisions()
    }

    /// Tells what the person did with a decision. An outcome is an event like any other.
    pub fn report(&self, decision: u64, outcome: Outcome) -> Result<Receipt, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        let receipt = hot.live()?.report(&reading, (decision, outcome))?;
        self.shared.wake.after(hot);
        Ok(receipt)
    }

    /// What the person allows, as far as is known: a locked engine does not know yet what was said
    /// in an earlier use.
    #[must_use]
    pub fn consent(&self) -> Consent {
        lock(&self.shared.hot).consent()
    }

    /// Notes what the person allows; on flash when it returns, so not for the main thread.
    /// Withdrawing `record` erases everything recorded so far and begins a new installation, as
    /// [`Engine::erase`] does. Said to a locked engine, it holds from the moment of unlocking, and
    /// is lost with the process until then.
    pub fn set_consent(&self, consent: Consent) -> Result<(), Error> {
        let mut cold = lock(&self.shared.cold);
        let mut hot = lock(&self.shared.hot);
        let live = match &mut *hot {
            Hot::Open(live) => live,
            Hot::Locked(waiting) => {
                waiting.set_consent(consent);
                return Ok(());
            }
            Hot::Closed => return Err(Error::Closed),
        };
        let doubted = matches!(&*cold, Cold::Open(warehouse) if warehouse.consent_in_doubt);
        let withdrawn = (live.state.consent.record || doubted) && !consent.record;
        let reading = self.shared.reading()?;
        live.set_consent(&reading, consent)?;
        if let Cold::Open(warehouse) = &mut *cold {
            warehouse.consent_in_doubt = false;
            let untold = warehouse.store.reset().filter(|_| live.state.recorded == 0);
            if let Some(reason) = open::reset_reason(&Damage::default(), untold) {
                live.record_reset(&reading, reason);
            }
        }
        self.shared.wake.after(hot);
        let synced = self.shared.sync(&mut cold);
        let synced = synced.and_then(|()| self.shared.forget_reset(&mut cold));
        drop(cold);
        // Even if the refusal could not be synced, the erasure is tried.
        if withdrawn { self.shared.erase(consent) } else { synced }
    }

    /// Sets facts about the person that events do not say: region, member level, age band. They
    /// obey the limits of properties ([`crate::event::limits`]).
    pub fn set_facts(&self, facts: Vec<(String, Value)>) -> Result<Receipt, Error> {
        self.change_facts(facts.into_iter().map(|(key, value)| (key, Some(value))), false)
    }

    /// Unsets facts: from now on nothing is known under these keys. Those that were not set stay
    /// so. Room that they took is free again.
    pub fn unset_facts(&self, keys: Vec<String>) -> Result<Receipt, Error> {
        self.change_facts(keys.into_iter().map(|key| (key, None)), false)
    }

    /// Sets the context, which changes more often: charging, network, place label.
    pub fn set_context(&self, context: Vec<(String, Value)>) -> Result<Receipt, Error> {
        self.change_facts(context.into_iter().map(|(key, value)| (key, Some(value))), true)
    }

    /// Unsets values of the context.
    pub fn unset_context(&self, keys: Vec<String>) -> Result<Receipt, Error> {
        self.change_facts(keys.into_iter().map(|key| (key, None)), true)
    }

    /// Verifies a signed pack and goes on under it. What both packs define goes on counting; what
    /// only the new one does is filled from the events that the buffer still holds.
    ///
    /// Moves what the journal holds into the buffer and reads that, if anything is to be filled: a
    /// second for 50,000 events, so not for the main thread. What is recorded meanwhile does not
    /// wait for it.
    pub fn activate_pack(&self, signed: &[u8]) -> Result<Receipt, Error> {
        self.shared.activate(Pack::verify(signed, &self.shared.config.trusted)?)
    }

    /// Answers why, or why not.
    pub fn explain(&self, why: Why) -> Result<Explanation, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        explain::explain(hot.live()?, &reading, why)
    }

    /// Syncs everything recorded so far: when it returns, a power cut does not touch it.
    pub fn flush(&self) -> Result<(), Error> {
        let mut cold = lock(&self.shared.cold);
        if matches!(*cold, Cold::Closed) {
            return Err(Error::Closed);
        }
        self.shared.flush(&mut cold)
    }

    /// Does what is due of maintenance, for about `budget`: syncs the journal, moves it into the
    /// buffer once it is worth it, prepares files. The engine's own thread calls it; a host
    /// without that thread does.
    pub fn maintain(&self, budget: Duration) -> Result<Maintained, Error> {
        let mut cold = lock(&self.shared.cold);
        let done = self.shared.maintain(&mut cold, budget, false)?;
        // A compaction without a checkpoint leaves the state to the journal.
        self.shared.sync(&mut cold)?;
        Ok(done)
    }

    /// Destroys the data key and every file, then begins a new installation with the consent
    /// that the person had given.
    pub fn erase(&self) -> Result<(), Error> {
        let consent = {
            let _cold = lock(&self.shared.cold);
            lock(&self.shared.hot).consent()
        };
        self.shared.erase(consent)
    }

    /// Syncs and ends: whatever is called afterwards answers [`Error::Closed`], and the folder can
    /// be opened again. Closing twice is no error. Dropping the engine does the same but cannot
    /// say whether it worked.
    pub fn close(&self) -> Result<(), Error> {
        self.end_thread();
        let mut cold = lock(&self.shared.cold);
        if matches!(*cold, Cold::Closed) && matches!(*lock(&self.shared.hot), Hot::Closed) {
            return Ok(());
        }
        let synced = self.shared.flush(&mut cold);
        self.shared.ease_opening(&mut cold);
        let closed = lock(&self.shared.hot).close();
        *cold = Cold::Closed;
        synced.and(closed)
    }

    /// Ends after a panic in a call, and writes nothing any more: neither a state that the panic
    /// may have left half changed, nor what is in memory only. What is on flash is replayed by
    /// the next opening, as after a killed process. Takes effect at once; [`Engine::close`] then
    /// lets go of the folder.
    pub fn abandon(&self) {
        self.shared.wake.stop();
        *lock(&self.shared.hot) = Hot::Closed;
    }

    fn end_thread(&self) {
        self.shared.wake.stop();
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            log::error!("the maintenance thread ended badly");
        }
    }

    /// Folder of the store.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.shared.config.folder.clone()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            log::warn!("the engine did not end cleanly: {error}");
        }
    }
}

impl Engine {
    fn change_facts(
        &self,
        changes: impl Iterator<Item = FactChange>,
        context: bool,
    ) -> Result<Receipt, Error> {
        let mut hot = lock(&self.shared.hot);
        let changes = (changes.collect(), context);
        let receipt = hot.live()?.change_facts(&self.shared.reading()?, changes)?;
        self.shared.wake.after(hot);
        Ok(receipt)
    }
}
