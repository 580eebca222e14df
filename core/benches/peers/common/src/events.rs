//! The events of a round, as files: one generator makes them, every program reads them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use staykit_proto::{Message, v1};

/// Plain writes of a round: enough that their median is that of a warm file.
pub const EVENTS: usize = 20_000;

/// Leaves the events of a round in the folder.
pub fn save(folder: &Path, round: u32, events: &[v1::Event]) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    for event in events {
        event.encode_length_delimited(&mut bytes)?;
    }
    Ok(fs::write(file(folder, round), bytes)?)
}

/// The events of a round, out of the folder.
pub(crate) fn load(folder: &Path, round: u32) -> Result<Vec<v1::Event>, Box<dyn Error>> {
    let bytes = fs::read(file(folder, round))?;
    let mut rest = bytes.as_slice();
    let mut events = Vec::with_capacity(EVENTS);
    while !rest.is_empty() {
        events.push(v1::Event::decode_length_delimited(&mut rest)?);
    }
    Ok(events)
}

fn file(folder: &Path, round: u32) -> PathBuf {
    folder.join(format!("events-{round}"))
}
