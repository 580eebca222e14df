//! What an app calls on its main thread: one handle and a few bytes or numbers in, one number out
//! (see [`answer`]). No file is synced or read here, and nothing panics.

use crate::answer;
use crate::clock::HostZone;
use crate::decision::Outcome;
use crate::error::Error;
use crate::fence::fence;
use crate::handles::session;
use crate::session::Session;
use staykit_core::engine::Receipt;

/// [`next_due`] if time alone changes nothing.
pub const NEVER_DUE: i64 = i64::MAX;

/// Records an encoded draft.
#[must_use]
pub fn record(handle: i64, draft: &[u8]) -> i64 {
    answer(handle, |session| session.record(draft))
}

/// Records a draft that happened earlier, before the library was loaded, at what the wall clock
/// (ms since 1970-01-01T00:00Z) and the clock since boot (ms, sleep included) showed then. Its time
/// is kept if it comes before the unlocking and in the order in which things happened; afterwards it
/// is not before what the engine has seen. A moment that cannot be is now.
#[must_use]
pub fn record_earlier(handle: i64, draft: &[u8], wall_ms: i64, boot_ms: i64) -> i64 {
    answer(handle, |session| session.record_earlier(draft, wall_ms, boot_ms))
}

/// Lets time pass.
#[must_use]
pub fn tick(handle: i64) -> i64 {
    answer(handle, Session::tick)
}

/// Tells what the person did with a decision: 1 shown, 2 dismissed, 3 clicked.
#[must_use]
pub fn report(handle: i64, decision: i64, outcome: i32) -> i64 {
    answer(handle, |session| {
        let decision = u64::try_from(decision).unwrap_or(0);
        session.report(decision, Outcome::from_number(outcome)?)
    })
}

/// Sets and unsets facts about the person.
#[must_use]
pub fn change_facts(handle: i64, changes: &[u8]) -> i64 {
    answer(handle, |session| session.change_facts(changes))
}

/// Sets and unsets values of the context.
#[must_use]
pub fn change_context(handle: i64, changes: &[u8]) -> i64 {
    answer(handle, |session| session.change_context(changes))
}

/// The wall-clock instant at which a tick has something to do, ms since 1970-01-01T00:00Z; it may
/// lie in the past. [`NEVER_DUE`] if time alone changes nothing, or if the engine is not open.
#[must_use]
pub fn next_due(handle: i64) -> i64 {
    let due = fenced(handle, Session::next_due);
    due.ok().flatten().unwrap_or(NEVER_DUE)
}

/// The person is in another zone: 0, or a refusal.
#[must_use]
pub fn set_zone(handle: i64, zone: HostZone) -> i64 {
    match fenced(handle, |session| session.set_zone(zone)) {
        Ok(()) => 0,
        Err(error) => error.refusal().code(),
    }
}

fn answer(handle: i64, call: impl FnOnce(&Session) -> Result<Receipt, Error>) -> i64 {
    answer::of(&fenced(handle, call))
}

/// Fenced around the session's own fence: what is done on the way to it is not to end the app either.
fn fenced<T>(handle: i64, call: impl FnOnce(&Session) -> Result<T, Error>) -> Result<T, Error> {
    let called = fence(|| session(handle).and_then(|session| call(&session)));
    called.unwrap_or(Err(Error::Broken))
}
