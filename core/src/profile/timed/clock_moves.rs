//! A wall clock that was moved.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::Window;
use crate::profile::moment::Moment;
use crate::profile::ring::Ring;
use crate::time::{ClockReading, is_moved};

/// What the clocks showed at the last event of the person's own doing, and how often the wall clock
/// had been moved by the next one.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::profile) struct Moves {
    last: Option<ClockReading>,
    found: Ring<i64>,
}

impl Moves {
    pub(super) fn new(window: Window) -> Self {
        Self { last: None, found: Ring::new(window) }
    }

    /// The person did something.
    pub(super) fn apply(&mut self, moment: &Moment<'_>) {
        let reading = moment.stamp.reading;
        if self.last.is_some_and(|last| is_moved(&last, &reading)) {
            self.found.add(moment, 1);
        }
        self.last = Some(reading);
    }

    pub(super) fn count(&self, moment: &Moment<'_>) -> i64 {
        self.found.sum(moment)
    }

    pub(super) fn changes_at(&self, moment: &Moment<'_>) -> Option<i64> {
        self.found.changes_at(moment)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.optional(self.last, |out, reading| reading.encode(out));
        self.found.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let last = input.optional(ClockReading::decode)?;
        Ok(Self { last, found: Ring::decode(window, input)? })
    }
}
