//! The collector over real HTTP: what it stores, what it refuses, and that it counts right.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should stop"
)]

mod refuses;
mod runs;
mod stores;
mod support;
