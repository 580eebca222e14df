//! What is to be foretold.

use super::coding::hash;
use crate::codec::Writer;

/// Which actions follow each other: the texts of one property of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Its name.
    pub name: String,
    /// Name of the event.
    pub event: String,
    /// Name of the property whose text is the action; an event without it is none.
    pub property: String,
}

impl Prediction {
    /// Key under which its state is kept.
    pub(super) fn key(&self) -> u64 {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        // Other than the number of any feature.
        out.byte(0xff);
        out.text(&self.event);
        out.text(&self.property);
        hash(&bytes)
    }
}
