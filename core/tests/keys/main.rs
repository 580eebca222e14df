//! Keys at the engine's face: a wrapping key that is changed, a vault that is away, one that has
//! lost its key, an erasure that is cut short; and what becomes of what cannot be stored.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first failure"
)]

mod consent;
mod device;
mod erasure;
mod reset;
mod room;
mod rotation;
