//! The one number that answers a call on the hot path.
//!
//! From 0 on it is `seq << 8 | flags`; `seq` is 0 where no number was given (a tick, a locked
//! store). Below 0 it is a [`Refusal`](crate::Refusal)'s code.

use staykit_core::engine::{Placed, Receipt};

use crate::error::Error;

/// A decision is to be shown: ask for the decisions.
pub const DECISIONS_WAIT: i64 = 1;
/// The next due time is another now: ask for it.
pub const DUE_CHANGED: i64 = 2;
/// What was recorded is in memory only, lost with the process: the store is locked, or flash takes
/// no more.
pub const IN_MEMORY: i64 = 4;
/// Signals, tags, segments, stages, levels or tiers changed.
pub const SIGNALS_CHANGED: i64 = 8;

/// Bits of the flags.
const FLAG_BITS: u32 = 8;

/// The number for what came of a call.
#[must_use]
pub fn of(outcome: &Result<Receipt, Error>) -> i64 {
    match outcome {
        Ok(receipt) => of_receipt(receipt),
        Err(error) => error.refusal().code(),
    }
}

/// The sequence number in an answer; `None` for a refusal, or where none was given.
#[must_use]
pub fn seq(answer: i64) -> Option<u64> {
    let seq = u64::try_from(answer >> FLAG_BITS).ok()?;
    (seq > 0).then_some(seq)
}

fn of_receipt(receipt: &Receipt) -> i64 {
    let flag = |holds: bool, flag: i64| if holds { flag } else { 0 };
    let seq = receipt.seq().and_then(|seq| i64::try_from(seq).ok()).unwrap_or(0);
    let changed = !receipt.changes.is_empty() || !receipt.moves.is_empty();
    // An epoch ends long before 2^55 numbers are given.
    (seq & (i64::MAX >> FLAG_BITS)) << FLAG_BITS
        | flag(receipt.decisions().next().is_some(), DECISIONS_WAIT)
        | flag(receipt.due_changed, DUE_CHANGED)
        | flag(receipt.placed == Placed::InMemory, IN_MEMORY)
        | flag(changed, SIGNALS_CHANGED)
}
