//! What a call brought about.

use crate::guidance::{Decision, Verdict};
use crate::rules::{SignalChange, TableChange};

/// What became of an event, and what followed from it. Owned, plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Sequence numbers given: the event's own first, then those of events that the engine
    /// recorded because of it (conversions). `None` if nothing was numbered: a tick, or a store
    /// that is still locked.
    pub seqs: Option<(u64, u64)>,
    /// Where it is.
    pub placed: Placed,
    /// Signals that rose or fell.
    pub changes: Vec<SignalChange>,
    /// Segments, stages, levels and tiers that the person came into.
    pub moves: Vec<TableChange>,
    /// What was decided, the withheld included.
    pub decided: Vec<Decision>,
    /// [`super::Engine::next_due`] says something else now.
    pub due_changed: bool,
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// In the journal: the end of the process does not touch it. A power cut may, until
    /// [`super::Engine::flush`] or maintenance has synced it.
    OnFlash,
    /// In memory, because the store is locked or flash takes no more: lost with the process.
    InMemory,
}

impl Receipt {
    /// Number of the event.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        self.seqs.map(|(first, _)| first)
    }

    /// What to show now; usually nothing.
    pub fn decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decided.iter().filter(|decision| decision.verdict == Verdict::Show)
    }
}
