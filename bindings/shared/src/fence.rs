//! The fence against panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "lab")]
use std::sync::atomic::{AtomicU32, Ordering};

/// What the call gives; `None` if it panicked. Nothing of the panic's words goes further: they may
/// quote what a person did.
pub fn fence<T>(call: impl FnOnce() -> T) -> Option<T> {
    // Whoever goes on after a panic does not touch what it may have left half changed.
    let fenced = AssertUnwindSafe(|| {
        #[cfg(feature = "lab")]
        panic_if_due();
        call()
    });
    catch_unwind(fenced).ok()
}

/// Fences until the one in which a call panics.
#[cfg(feature = "lab")]
static DUE: AtomicU32 = AtomicU32::new(0);

/// Lets the `number`th call within a fence panic, counted from the next, 1, on; for tests. 0 is
/// none; answers with how many were still to come.
#[cfg(feature = "lab")]
pub fn provoke_at(number: u32) -> u32 {
    DUE.swap(number, Ordering::SeqCst)
}

#[cfg(feature = "lab")]
fn panic_if_due() {
    let fewer = |due: u32| due.checked_sub(1);
    let due = DUE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer);
    assert!(due != Ok(1), "provoked");
}
