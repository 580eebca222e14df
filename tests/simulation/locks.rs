//! Every order in which threads can take the engine's locks, with `loom`: nobody waits for ever,
//! and whatever is recorded is synced without anybody's asking for it.
//!
//! What wakes the maintenance thread is the engine's own code, `core/src/engine/wake.rs`, on `loom`'s
//! locks. The rest is a model of who takes which lock when, made by hand after `engine.rs` and
//! `engine/maintain.rs`: change it with these. That the two are the same is not proven here; the
//! whole engine with real threads is what `threads` runs.

#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops at the first failure; what stands for `std` looks like it"
)]

// So that `use std::sync` in the engine's file means the module below.
extern crate self as std;
extern crate std as real;

use real::sync::PoisonError;

use loom::sync::Arc;
use loom::thread;
use phases::{Haste, Hot};
use sync::{Condvar, Mutex, MutexGuard};
use wake::Wake;

use core::time;

/// What stands for the locks of the standard library.
mod sync {
    use core::ops::{Deref, DerefMut};
    use core::time::Duration;

    pub use loom::sync::atomic;
    use real::sync::LockResult;
    pub use real::sync::PoisonError;

    #[derive(Debug, Default)]
    pub struct Mutex<T>(loom::sync::Mutex<T>);

    #[derive(Debug)]
    pub struct MutexGuard<'a, T> {
        mutex: &'a Mutex<T>,
        held: loom::sync::MutexGuard<'a, T>,
    }

    #[derive(Debug, Default)]
    pub struct Condvar(loom::sync::Condvar);

    impl<T> Mutex<T> {
        pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            Ok(MutexGuard { mutex: self, held: self.0.lock().unwrap() })
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.held
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.held
        }
    }

    impl Condvar {
        pub fn notify_one(&self) {
            self.0.notify_one();
        }

        pub fn notify_all(&self) {
            self.0.notify_all();
        }

        pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
            let MutexGuard { mutex, held } = guard;
            Ok(MutexGuard { mutex, held: self.0.wait(held).unwrap() })
        }

        /// A wait that ends by itself: after anything that others may do meanwhile, or nothing.
        pub fn wait_timeout_while<'a, T>(
            &self,
            mut guard: MutexGuard<'a, T>,
            _: Duration,
            mut waits: impl FnMut(&mut T) -> bool,
        ) -> LockResult<(MutexGuard<'a, T>, bool)> {
            if waits(&mut guard) {
                let mutex = guard.mutex;
                drop(guard);
                loom::thread::yield_now();
                return Ok((mutex.lock().unwrap(), true));
            }
            Ok((guard, false))
        }
    }
}

/// What the engine's file finds beside it: the state and the journal's end, as far as waking
/// depends on them.
mod phases {
    /// As in the engine.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Haste {
        None,
        Full,
        Durable,
    }

    #[derive(Debug, Default)]
    pub struct Hot {
        pub appended: u32,
        pub synced: u32,
        /// What the next call leaves behind.
        pub haste: Option<Haste>,
        pub closed: bool,
    }

    impl Hot {
        pub fn has_unsynced(&self) -> bool {
            !self.closed && self.synced < self.appended
        }

        pub fn take_haste(&mut self) -> Option<Haste> {
            let haste = self.haste.take().unwrap_or(Haste::None);
            self.has_unsynced().then_some(haste)
        }
    }
}

#[path = "../../core/src/engine/wake.rs"]
#[expect(dead_code, reason = "maintenance, which asks for another round, is not here")]
mod wake;

/// The buffer behind its lock, and how far it is synced.
#[derive(Debug, Default)]
struct Cold {
    closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    hot: Mutex<Hot>,
    cold: Mutex<Cold>,
    wake: Wake,
    /// For those who look on: entries that are synced.
    synced: Mutex<u32>,
    news: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `Engine::record`.
fn record(shared: &Shared, haste: Haste) {
    let mut hot = lock(&shared.hot);
    hot.appended += 1;
    hot.haste = Some(haste);
    shared.wake.after(hot);
}

/// `Shared::sync`, under `cold`.
fn sync(shared: &Shared, _cold: &mut Cold) {
    let hot = lock(&shared.hot);
    let task = hot.has_unsynced().then_some(hot.appended);
    drop(hot);
    let Some(up_to) = task else { return };
    // Here the files are synced; `hot` is free meanwhile.
    thread::yield_now();
    let mut hot = lock(&shared.hot);
    hot.synced = hot.synced.max(up_to);
    *lock(&shared.synced) = hot.synced;
    shared.news.notify_all();
}

/// The engine's own thread.
fn maintain(shared: &Shared) {
    while shared.wake.wait(0).is_some() {
        let mut cold = lock(&shared.cold);
        sync(shared, &mut cold);
    }
}

/// `Engine::flush`.
fn flush(shared: &Shared) {
    sync(shared, &mut lock(&shared.cold));
}

/// `Engine::set_consent`.
fn set_consent(shared: &Shared) {
    let mut cold = lock(&shared.cold);
    let mut hot = lock(&shared.hot);
    hot.appended += 1;
    hot.haste = Some(Haste::Durable);
    shared.wake.after(hot);
    sync(shared, &mut cold);
}

/// `Engine::end`.
fn close(shared: &Shared, thread: thread::JoinHandle<()>) {
    shared.wake.stop();
    thread.join().unwrap();
    let mut cold = lock(&shared.cold);
    sync(shared, &mut cold);
    let mut hot = lock(&shared.hot);
    assert_eq!(hot.synced, hot.appended, "closed with something unsynced");
    hot.closed = true;
    cold.closed = true;
}

/// Waits, asking for nothing, until so many entries are synced.
fn wait_for(shared: &Shared, entries: u32) {
    let mut synced = lock(&shared.synced);
    while *synced < entries {
        synced = shared.news.wait(synced).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Tries all orders of `work` beside the maintenance thread, with so many switches between threads
/// that nothing forces.
fn in_every_order(switches: usize, work: fn(&Arc<Shared>)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(switches);
    model.check(move || {
        let shared = Arc::new(Shared::default());
        let other = Arc::clone(&shared);
        let maintenance = thread::spawn(move || maintain(&other));
        work(&shared);
        close(&shared, maintenance);
    });
}

fn beside(shared: &Arc<Shared>, work: fn(&Shared)) -> thread::JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::spawn(move || work(&shared))
}

#[test]
fn what_is_recorded_is_synced_though_nobody_asks() {
    in_every_order(3, |shared| {
        let other = beside(shared, |shared| record(shared, Haste::None));
        record(shared, Haste::Durable);
        wait_for(shared, 2);
        other.join().unwrap();
    });
}

#[test]
fn an_event_that_comes_while_others_are_synced_is_synced_as_well() {
    in_every_order(3, |shared| {
        record(shared, Haste::None);
        record(shared, Haste::None);
        wait_for(shared, 1);
        record(shared, Haste::Full);
        wait_for(shared, 3);
    });
}

#[test]
fn recording_flushing_consent_and_closing_never_wait_for_each_other_in_a_circle() {
    in_every_order(2, |shared| {
        let recorder = beside(shared, |shared| record(shared, Haste::Durable));
        let other = beside(shared, set_consent);
        flush(shared);
        recorder.join().unwrap();
        other.join().unwrap();
    });
}

/// `loom` ends the process when it finds a deadlock, so that a planted one needs its own.
fn is_noticed(test: &str, planted: fn()) {
    const CHILD: &str = "STAYKIT_PLANTED";
    if real::env::var_os(CHILD).is_some() {
        return planted();
    }
    let program = real::env::current_exe().unwrap();
    let mut child = real::process::Command::new(program);
    let ended = child.args([test, "--exact", "--nocapture"]).env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("deadlock"), "not noticed: {said}");
}

#[test]
fn locks_taken_the_other_way_round_are_noticed() {
    is_noticed("locks_taken_the_other_way_round_are_noticed", || {
        in_every_order(2, |shared| {
            let other = beside(shared, |shared| {
                let _hot = lock(&shared.hot);
                let _cold = lock(&shared.cold);
            });
            flush(shared);
            set_consent(shared);
            other.join().unwrap();
        });
    });
}

#[test]
fn a_thread_that_is_not_woken_is_noticed() {
    is_noticed("a_thread_that_is_not_woken_is_noticed", || {
        in_every_order(2, |shared| {
            // Nobody says so.
            lock(&shared.hot).appended += 1;
            wait_for(shared, 1);
        });
    });
}
