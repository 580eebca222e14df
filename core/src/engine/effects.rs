//! What a step of the fold brings about.

use crate::guidance::{Converted, Decision};
use crate::rules::{Marked, SignalChange, TableChange};

/// Effects of one call, with the scratch space of the fold.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) marked: Marked,
    pub(super) changes: Vec<SignalChange>,
    pub(super) moves: Vec<TableChange>,
    /// Signals that rose in ticks and about whose campaigns nothing was decided yet.
    pub(super) risen: Vec<u16>,
    pub(super) decisions: Vec<Decision>,
    pub(super) converted: Vec<Converted>,
}

impl Effects {
    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.moves.clear();
        self.risen.clear();
        self.decisions.clear();
        self.converted.clear();
    }
}
