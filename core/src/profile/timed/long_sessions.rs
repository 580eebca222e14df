//! Sessions that lasted.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::Window;
use crate::profile::moment::Moment;
use crate::profile::ring::Ring;

/// Sessions that lasted longer than a time, within a window. A session counts from the event on
/// that made it so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongSessions {
    /// How far back.
    pub window: Window,
    /// A session counts if it lasted longer than this, ms.
    pub longer_than_ms: i64,
}

/// How many there were, and whether the current one is among them.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::profile) struct Lasting {
    sessions: Ring<i64>,
    counted: bool,
}

impl Lasting {
    pub(super) fn new(long: &LongSessions) -> Self {
        Self { sessions: Ring::new(long.window), counted: false }
    }

    pub(super) fn begin_session(&mut self) {
        self.counted = false;
    }

    /// The current session has lasted so long.
    pub(super) fn apply(&mut self, long: &LongSessions, length_ms: i64, moment: &Moment<'_>) {
        if !self.counted && length_ms > long.longer_than_ms {
            self.sessions.add(moment, 1);
            self.counted = true;
        }
    }

    pub(super) fn count(&self, moment: &Moment<'_>) -> i64 {
        self.sessions.sum(moment)
    }

    pub(super) fn changes_at(&self, moment: &Moment<'_>) -> Option<i64> {
        self.sessions.changes_at(moment)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.flag(self.counted);
        self.sessions.encode(out);
    }

    pub(super) fn decode(long: &LongSessions, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let counted = input.flag()?;
        Ok(Self { counted, sessions: Ring::decode(long.window, input)? })
    }
}
