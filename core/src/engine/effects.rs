//! What a step of the fold brings about.

use crate::guidance::{Converted, Decision};
use crate::rules::{Marked, SignalChange};

/// Effects of one call, with the scratch space of the fold; kept and reused.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) marked: Marked,
    pub(super) changes: Vec<SignalChange>,
    pub(super) decisions: Vec<Decision>,
    pub(super) converted: Vec<Converted>,
}

impl Effects {
    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.decisions.clear();
        self.converted.clear();
    }
}
