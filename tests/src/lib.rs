//! What several tests of the whole need.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test stops at the first failure"
)]

pub mod disk;
pub mod files;
pub mod nonces;
pub mod oracle;
pub mod packs;
pub mod person;
pub mod seeds;
pub mod server;
pub mod truth;

use staykit_core::engine::Engine;

/// Name and sequence number of every event that the engine exports, in order of the numbers.
#[must_use]
pub fn exported(engine: &Engine) -> Vec<(String, u64)> {
    let mut text = Vec::new();
    engine.export(&mut text).unwrap();
    let lines = String::from_utf8(text).unwrap();
    let mut events: Vec<(String, u64)> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|event| Some((event["name"].as_str()?.to_owned(), event["seq"].as_u64()?)))
        .collect();
    events.sort_by_key(|(_, seq)| *seq);
    events
}
