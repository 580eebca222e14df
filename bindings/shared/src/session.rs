//! One engine and the fence around it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use staykit_core::crypto::DataKey;
use staykit_core::engine::{self, Engine, Host, Receipt};
use staykit_core::event::Value;
use staykit_core::random::{RandomFailed, SystemRandom};
use zeroize::Zeroize;

use crate::clock::{HostClock, HostZone};
use crate::conclusion::{Figure, NextAction, Understanding, Words};
use crate::decision::{Decision, Outcome, Why};
use crate::encoding;
use crate::error::Error;
use crate::handles::Opened;
use crate::rehearsal::Rehearsal;
use crate::settings::{Consent, Settings};
use crate::status::Status;
use crate::upload::{Answer, Delivery, Maintained, Upload};

/// One engine, and a fence: a panic in a call is caught, and from then on every call answers
/// [`Error::Broken`], closing alone excepted.
///
/// Callable from several threads. Which calls are made for the main thread: those of
/// [`hot`](crate::hot), [`Session::decisions`], [`Session::explain`] and [`Session::consent`].
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    clock: Arc<HostClock>,
    folder: PathBuf,
    is_broken: AtomicBool,
    /// Why the pack of the settings is not in force.
    pack_refused: Mutex<Option<Error>>,
}

/// What the engine does with a list of facts.
type Change<T> = fn(&Engine, Vec<T>) -> Result<Receipt, engine::Error>;

/// A new data key, for the facade's vault to wrap. It is zeroed when dropped: so is to be every
/// copy of it.
pub fn new_key() -> Result<DataKey, Error> {
    DataKey::generate().map_err(|_| RandomFailed.into())
}

impl Session {
    pub(crate) fn open(
        settings: Settings,
        folder: PathBuf,
        rehearsal: Option<Rehearsal>,
    ) -> Result<Self, Error> {
        let (clock, random) = match rehearsal {
            None => (HostClock::new(settings.zone, settings.boot_id)?, Arc::new(SystemRandom) as _),
            Some(rehearsal) => rehearsal.host(&settings)?,
        };
        let clock = Arc::new(clock);
        let host = Host::new(Arc::clone(&clock) as _, random);
        let (engine, refused) = fence(|| {
            let (mut config, refused) = settings.config(&folder);
            if rehearsal.is_some() {
                config = config.with_manual_maintenance();
            }
            Ok((Engine::open(config, host)?, refused))
        })
        .unwrap_or(Err(Error::Broken))?;
        let (is_broken, pack_refused) = (AtomicBool::new(false), Mutex::new(refused));
        Ok(Self { engine, clock, folder, is_broken, pack_refused })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn opened(&self, handle: i64) -> Result<Opened, Error> {
        self.fenced(|engine| {
            let locked = engine.key_state() != engine::KeyState::Unlocked;
            let wrapped_key = if locked { engine.wrapped_key() } else { None };
            Ok(Opened { handle, locked, wrapped_key })
        })
    }

    pub(crate) fn close(&self) -> Result<(), Error> {
        let closed = fence(|| self.engine.close());
        if self.is_broken() {
            return Ok(());
        }
        closed.map_or(Err(Error::Broken), |closed| Ok(closed?))
    }

    /// Whether a panic was caught.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Runs a call that may panic, unless one has.
    fn fenced<T>(&self, call: impl FnOnce(&Engine) -> Result<T, Error>) -> Result<T, Error> {
        if self.is_broken() {
            return Err(Error::Broken);
        }
        fence(|| call(&self.engine)).unwrap_or_else(|| {
            self.is_broken.store(true, Ordering::Release);
            log::error!(
                "a fault was caught: the engine does nothing more until it is opened again"
            );
            // A panic of its own would have nothing left to break.
            let _ = fence(|| self.engine.abandon());
            Err(Error::Broken)
        })
    }

    /// Breaks the engine by a panic within the fence, for tests.
    #[cfg(feature = "lab")]
    #[expect(clippy::panic, clippy::missing_panics_doc, reason = "it is caught")]
    pub fn provoke(&self) -> Result<(), Error> {
        self.fenced(|_| panic!("provoked"))
    }

    /// The engine without the fence, for benchmarks to compare with.
    #[cfg(feature = "lab")]
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The key.
impl Session {
    /// Unlocks with the data key that the facade's vault unwrapped, and zeroes `key`. Reads files.
    pub fn unlock(&self, key: &mut [u8]) -> Result<(), Error> {
        let key = take_key(key)?;
        self.clock.begin_timeline();
        self.fenced(|engine| Ok(engine.unlock(key)?))
    }

    /// Unlocks an engine that had no key yet with a new one and the same key as the facade's vault
    /// wrapped it, and zeroes `key`. Writes files.
    pub fn unlock_new(&self, key: &mut [u8], wrapped: &[u8]) -> Result<(), Error> {
        let key = take_key(key)?;
        self.clock.begin_timeline();
        self.fenced(|engine| Ok(engine.unlock_new(key, wrapped)?))
    }

    /// Notes the data key as the facade's vault wrapped it anew, and zeroes `key`. Only when it
    /// returns destroy the old wrapping key. Writes files.
    pub fn rewrap(&self, key: &mut [u8], wrapped: &[u8]) -> Result<(), Error> {
        let key = take_key(key)?;
        self.fenced(|engine| Ok(engine.rewrap(&key, wrapped)?))
    }

    /// The wrapping key is gone for good: erases what nobody can read any more. Then unlock with a
    /// new key; what waits in memory is kept, and the loss is recorded and counted. An engine that
    /// is unlocked stays as it is. Writes files.
    pub fn erase_and_begin_anew(&self) -> Result<(), Error> {
        self.fenced(|engine| Ok(engine.key_lost()?))
    }
}

/// What happens.
impl Session {
    /// Records an encoded draft.
    pub fn record(&self, draft: &[u8]) -> Result<Receipt, Error> {
        self.fenced(|engine| Ok(engine.record(encoding::draft(draft).map_err(Error::decode)?)?))
    }

    /// Records a draft that happened earlier: see [`hot::record_earlier`](crate::hot::record_earlier).
    pub fn record_earlier(
        &self,
        draft: &[u8],
        wall_ms: i64,
        boot_ms: i64,
    ) -> Result<Receipt, Error> {
        HostClock::earlier(wall_ms, boot_ms, || self.record(draft))
    }

    /// Why a draft would be refused, in words that name the property, the fault and the limit;
    /// `None` if the draft is not what is wrong.
    #[must_use]
    pub fn why_refused(&self, draft: &[u8]) -> Option<String> {
        let checked = self.fenced(|engine| {
            let draft = encoding::draft(draft).map_err(Error::decode)?;
            Ok(engine.check(draft)?)
        });
        checked.err().map(|error| error.to_string())
    }

    /// Lets time pass.
    pub fn tick(&self) -> Result<Receipt, Error> {
        self.fenced(|engine| Ok(engine.tick()?))
    }

    /// When a tick has something to do, by the wall clock, ms since 1970-01-01T00:00Z.
    pub fn next_due(&self) -> Result<Option<i64>, Error> {
        self.fenced(|engine| Ok(engine.next_due()))
    }

    /// The person is in another zone, or another change of offset comes next.
    pub fn set_zone(&self, zone: HostZone) -> Result<(), Error> {
        self.clock.set_zone(zone)
    }

    /// Sets the clocks of a rehearsal, ms.
    pub fn set_clocks(&self, wall_ms: i64, boot_ms: u64) -> Result<(), Error> {
        self.clock.set(wall_ms, boot_ms)
    }

    /// Sets and unsets facts about the person, from their bytes.
    pub fn change_facts(&self, changes: &[u8]) -> Result<Receipt, Error> {
        self.change(changes, Engine::unset_facts, Engine::set_facts)
    }

    /// Sets and unsets values of the context, from their bytes.
    pub fn change_context(&self, changes: &[u8]) -> Result<Receipt, Error> {
        self.change(changes, Engine::unset_context, Engine::set_context)
    }

    /// Unsets first: what goes makes room for what comes.
    fn change(
        &self,
        changes: &[u8],
        unset: Change<String>,
        set: Change<(String, Value)>,
    ) -> Result<Receipt, Error> {
        self.fenced(|engine| {
            let (values, keys) = encoding::changes(changes).map_err(Error::decode)?;
            if keys.is_empty() {
                return Ok(set(engine, values)?);
            }
            let mut receipt = unset(engine, keys)?;
            if !values.is_empty() {
                let then = set(engine, values)?;
                receipt.placed = then.placed;
                receipt.changes.extend(then.changes);
                receipt.moves.extend(then.moves);
                receipt.decided.extend(then.decided);
                receipt.due_changed |= then.due_changed;
            }
            Ok(receipt)
        })
    }
}

/// Guidance, and what the engine knows.
impl Session {
    /// What is to be shown and was not answered yet, oldest first.
    pub fn decisions(&self) -> Result<Vec<Decision>, Error> {
        self.fenced(|engine| Ok(engine.decisions().into_iter().map(Decision::from).collect()))
    }

    /// Tells what the person did with a decision.
    pub fn report(&self, decision: u64, outcome: Outcome) -> Result<Receipt, Error> {
        self.fenced(|engine| Ok(engine.report(decision, outcome.into())?))
    }

    /// Answers why, or why not.
    pub fn explain(&self, why: Why) -> Result<Words, Error> {
        self.fenced(|engine| Ok(Words::from(&engine.explain(why.into())?)))
    }

    /// How the engine is. Reads file sizes.
    pub fn status(&self) -> Result<Status, Error> {
        let refused = self.pack_refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.fenced(|engine| Ok(Status::new(engine.status()?, refused.as_ref())))
    }

    /// What was understood of the person.
    pub fn understanding(&self) -> Result<Understanding, Error> {
        self.fenced(|engine| Ok(engine.understanding()?.into()))
    }

    /// Every figure that the active pack keeps.
    pub fn figures(&self) -> Result<Vec<Figure>, Error> {
        self.fenced(|engine| Ok(engine.figures()?.into_iter().map(Figure::from).collect()))
    }

    /// The likeliest next actions by a prediction of the pack, the likeliest first, `most` at most.
    pub fn next_actions(&self, prediction: &str, most: u32) -> Result<Vec<NextAction>, Error> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.fenced(|engine| {
            let actions = engine.next_actions(prediction, most)?;
            Ok(actions.into_iter().map(NextAction::from).collect())
        })
    }
}

/// Consent, packs, batches, files.
impl Session {
    /// What the person allows, as far as is known.
    pub fn consent(&self) -> Result<Consent, Error> {
        self.fenced(|engine| Ok(engine.consent().into()))
    }

    /// Notes what the person allows. Withdrawing `record` erases everything. Writes files.
    pub fn set_consent(&self, consent: Consent) -> Result<(), Error> {
        self.fenced(|engine| Ok(engine.set_consent(consent.into())?))
    }

    /// Verifies a signed pack and goes on under it; one that is refused changes nothing. Reads files.
    pub fn activate_pack(&self, signed: &[u8]) -> Result<Receipt, Error> {
        let receipt = self.fenced(|engine| Ok(engine.activate_pack(signed)?))?;
        *self.pack_refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(receipt)
    }

    /// The next batch to send, if any. Writes files.
    pub fn next_upload(&self) -> Result<Option<Upload>, Error> {
        self.fenced(|engine| Ok(engine.next_upload()?.map(Upload::from)))
    }

    /// Tells what came back for a batch. Writes files.
    pub fn finish_upload(&self, id: &[u8], answer: Answer) -> Result<Delivery, Error> {
        let id = id.try_into().map_err(|_| Error::Argument("a batch id has 16 bytes"))?;
        self.fenced(|engine| Ok(engine.finish_upload(id, &answer.into())?.into()))
    }

    /// Does what is due of maintenance for about `budget`; the engine's own thread does as well.
    pub fn maintain(&self, budget: Duration) -> Result<Maintained, Error> {
        self.fenced(|engine| Ok(engine.maintain(budget)?.into()))
    }

    /// Syncs everything recorded so far.
    pub fn flush(&self) -> Result<(), Error> {
        self.fenced(|engine| Ok(engine.flush()?))
    }

    /// Writes everything that is kept about the person into a file, which is replaced if it is
    /// there: JSON Lines. The file is the facade's to protect and to remove; on failure it is gone.
    pub fn export(&self, path: &Path) -> Result<(), Error> {
        let exported = self.fenced(|engine| {
            let failed = |error: std::io::Error| engine::Error::Output(error.kind());
            let mut out = BufWriter::new(File::create(path).map_err(failed)?);
            engine.export(&mut out)?;
            out.flush().map_err(failed)?;
            Ok(out.get_ref().sync_all().map_err(failed)?)
        });
        if exported.is_err() && std::fs::remove_file(path).is_err() {
            log::debug!("an export that failed left no file");
        }
        exported
    }

    /// Destroys the data key and every file, then begins a new installation: unlock it with a new
    /// key. Writes files.
    pub fn erase(&self) -> Result<(), Error> {
        self.fenced(|engine| Ok(engine.erase()?))
    }
}

fn take_key(bytes: &mut [u8]) -> Result<DataKey, Error> {
    let key = <&[u8; 32]>::try_from(&*bytes).map(DataKey::copy_of);
    bytes.zeroize();
    key.map_err(|_| Error::key())
}

/// What the call gives; `None` if it panicked.
fn fence<T>(call: impl FnOnce() -> T) -> Option<T> {
    // Whoever goes on after a panic does not touch what it may have left half changed.
    catch_unwind(AssertUnwindSafe(call)).ok()
}
