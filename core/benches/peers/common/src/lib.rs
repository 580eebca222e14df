//! What the programs that measure a peer share: the events, the plain write that each compares its
//! store with, and rounds on demand. `cargo xtask bench peers` lets them take turns.

mod events;
mod plain;
mod rounds;

use std::error::Error;
use std::path::{Path, PathBuf};

pub use events::{EVENTS, save};
pub use plain::PlainWrite;
pub use rounds::{Figures, answer, median_of_calls};
use staykit_proto::v1;

/// A store that takes in one event per call.
pub trait Store {
    /// What the caller has in hand before the call.
    type Input;

    /// Makes the input out of an event; not timed.
    fn input(&self, event: &v1::Event) -> Self::Input;

    /// Takes it in; when this returns, a killed process has not lost it.
    fn record(&mut self, input: Self::Input) -> Result<(), Box<dyn Error>>;
}

/// Measures a store and the plain write next to it, round by round as asked: `record` and `write`
/// are medians in ns. `calls` is how many calls of the store make a round. The first argument of
/// the program is the folder with the events.
pub fn measure<S: Store>(
    calls: usize,
    open: impl FnOnce(&Path) -> Result<S, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let events = std::env::args_os().nth(1).map(PathBuf::from).ok_or("which folder of events?")?;
    let folder = tempfile::tempdir()?;
    let mut plain = PlainWrite::new(folder.path())?;
    let mut store = open(folder.path())?;
    answer(|round| {
        let all = events::load(&events, round)?;
        let mut write = || median_of_calls(&all, |event| Ok(plain.write(event)?));
        let mut record = || {
            let inputs: Vec<_> = all.iter().take(calls).map(|event| store.input(event)).collect();
            median_of_calls(inputs, |input| store.record(input))
        };
        // Who goes first changes from round to round.
        let (write, record) = if round.is_multiple_of(2) {
            let write = write()?;
            (write, record()?)
        } else {
            let record = record()?;
            (write()?, record)
        };
        Ok([("write", write), ("record", record)].into())
    })
}
