//! Counts what is allocated, by each thread and by all, and asks `SQLite` what it holds.
//!
//! Benchmark code; the product has no part in it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rusqlite::ffi;

/// The system's allocator, with counters that [`start`] switches on. Make it the
/// `#[global_allocator]`.
#[derive(Debug)]
pub struct Counting;

/// Off, nothing is written that two threads share: what is timed is not to pay for the counting.
static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count(more: usize, less: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        // What was there before may go meanwhile: the sum wraps, differences hold.
        HELD.fetch_add(more.wrapping_sub(less), Ordering::Relaxed);
        if more > 0 {
            // While a thread ends, its counter may be gone already.
            let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
        }
    }
}

/// Counts from now on.
pub fn start() {
    COUNTS.store(true, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, bytes: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(bytes, layout) }
    }

    unsafe fn realloc(&self, bytes: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(bytes, layout, size) }
    }
}

/// Allocations of the calling thread since [`start`], a larger place for what is there included.
#[must_use]
pub fn allocations() -> u64 {
    CALLS.with(Cell::get)
}

/// Bytes that Rust code of all threads holds now, of what it took since [`start`].
#[must_use]
pub fn held_bytes() -> usize {
    HELD.load(Ordering::Relaxed)
}

/// Bytes that all connections of `SQLite` hold now.
#[must_use]
pub fn sqlite_bytes() -> usize {
    // SAFETY: reads a counter under SQLite's own lock.
    let bytes = unsafe { ffi::sqlite3_memory_used() };
    usize::try_from(bytes).unwrap_or(0)
}
