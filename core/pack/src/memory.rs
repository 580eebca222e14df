//! What the profile keeps for each rule of a pack on a device, in memory.

use staykit_core::pack::{Pack, PackError};
use staykit_core::profile::limits::STATE_BYTES;
use staykit_core::rules::Signal;

/// Upper bounds of the memory that a pack takes for what its rules measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Of all functions together, bytes: those that several rules use count once.
    pub total: usize,
    /// The most that a pack may take, bytes.
    pub limit: usize,
    /// Name of each signal and the bytes of the functions in its conditions and texts.
    pub signals: Vec<(String, usize)>,
}

/// What a compiled, unsigned pack takes.
pub fn memory(bytes: &[u8]) -> Result<Memory, PackError> {
    let pack = Pack::unsigned(bytes)?;
    let signals = pack.rules.signals().iter();
    Ok(Memory {
        total: pack.definitions.bytes(),
        limit: STATE_BYTES,
        signals: signals.map(|signal| (signal.name.clone(), of_signal(&pack, signal))).collect(),
    })
}

fn of_signal(pack: &Pack, signal: &Signal) -> usize {
    let programs = [Some(&signal.raise), signal.clear.as_ref()].into_iter().flatten();
    let read = programs.flat_map(|program| program.features().iter());
    let mut features: Vec<u16> = read.chain(&signal.values).copied().collect();
    features.sort_unstable();
    features.dedup();
    let features = features.iter().filter_map(|number| pack.definitions.feature(*number));
    features.map(staykit_core::profile::Feature::bytes).sum()
}
