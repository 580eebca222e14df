//! What both bindings rest on: bytes, answers, the fence, handles, times.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first failure"
)]

mod bytes;
mod fence;
mod flow;
mod packs;
mod support;
mod times;
