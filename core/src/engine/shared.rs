//! What the facade and the maintenance thread share.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::config::{Config, Host};
use super::error::Error;
use super::phases::{Cold, Hot};
use super::wake::Wake;
use crate::time::ClockReading;

/// What the facade and the maintenance thread share.
///
/// Two locks. `hot` is held for microseconds as a rule, and never while a file is read or synced;
/// a catch-up after a long sleep takes longer. `cold` is held over I/O. Whoever needs both takes
/// `cold` first.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) host: Host,
    pub(super) hot: Mutex<Hot>,
    pub(super) cold: Mutex<Cold>,
    pub(super) wake: Wake,
}

impl fmt::Debug for Shared {
    /// Shows nothing of the person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Engine").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn reading(&self) -> Result<ClockReading, Error> {
        Ok(self.host.clock.read()?)
    }
}

/// A lock that a panic elsewhere does not poison for good: what it guards is changed in steps
/// that each leave it whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Times that maintenance finds `hot` taken before it queues for it.
const TRIES: u32 = 200;

/// The same for who is in no hurry: as long as nobody queues, a record that lets go of the lock
/// has nobody to wake.
pub(super) fn lock_between<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for _ in 0..TRIES {
        match mutex.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    lock(mutex)
}
