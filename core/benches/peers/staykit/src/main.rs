//! Ours, in the same frame as the peers: `record()` with 100 rules over 50 counters loaded and the
//! maintenance thread at work.
//!
//! `peer-staykit FOLDER save ROUNDS` leaves the events of so many rounds in the folder, for all.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark stops at the first failure"
)]

#[path = "../../../store/ours.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ours;
#[path = "../../../store/packs.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod packs;
#[path = "../../../store/shop.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod shop;

use std::error::Error;
use std::path::Path;

use peer_common::{EVENTS, Store, measure, save};
use staykit_core::engine::Engine;
use staykit_core::event::Draft;
use staykit_proto::v1;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, folder, word, rounds] if word == "save" => {
            save_rounds(folder.as_ref(), rounds.parse()?)
        }
        _ => measure(EVENTS, |folder| Ok(Recorder(ours::engine(folder, packs::pack(50, 100))))),
    }
}

fn save_rounds(folder: &Path, rounds: u32) -> Result<(), Box<dyn Error>> {
    (0..rounds)
        .try_for_each(|round| save(folder, round, &shop::events(u64::from(round), 0, EVENTS)))
}

struct Recorder(Engine);

impl Store for Recorder {
    type Input = Draft;

    fn input(&self, event: &v1::Event) -> Draft {
        shop::draft(event)
    }

    fn record(&mut self, draft: Draft) -> Result<(), Box<dyn Error>> {
        self.0.record(draft)?;
        Ok(())
    }
}
