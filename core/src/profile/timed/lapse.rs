//! Pauses: what stopped, and what came back after a while.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Whether events of a name paused, or paused before they came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// Name of the events.
    pub event: String,
    /// The shortest pause that counts, ms.
    pub pause_ms: i64,
    /// Which end of the pause it asks about.
    pub turn: Turn,
}

/// One end of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// There was such an event, and none for that long.
    Stopped,
    /// The last such event came that long after the one before it.
    Resumed,
}

/// The last event of a name and how long after the one before it it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::profile) struct LastTwo {
    last_at: Option<i64>,
    apart_ms: Option<i64>,
}

impl LastTwo {
    pub(super) fn apply(&mut self, at: i64) {
        self.apart_ms = self.last_at.map(|last_at| at.saturating_sub(last_at));
        self.last_at = Some(at);
    }

    pub(super) fn holds(&self, lapse: &Lapse, at: i64) -> bool {
        let pause_ms = match lapse.turn {
            Turn::Stopped => self.last_at.map(|last_at| at.saturating_sub(last_at)),
            Turn::Resumed => self.apart_ms,
        };
        pause_ms.is_some_and(|ms| ms >= lapse.pause_ms)
    }

    pub(super) fn changes_at(&self, lapse: &Lapse) -> Option<i64> {
        match lapse.turn {
            Turn::Stopped => Some(self.last_at?.saturating_add(lapse.pause_ms)),
            Turn::Resumed => None,
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.optional(self.last_at, Writer::signed);
        out.optional(self.apart_ms, Writer::signed);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            last_at: input.optional(Reader::signed)?,
            apart_ms: input.optional(Reader::signed)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lapse, LastTwo, Turn};

    fn lapse(turn: Turn) -> Lapse {
        Lapse { event: "run".into(), pause_ms: 10, turn }
    }

    #[test]
    fn what_never_was_has_not_stopped() {
        let mut two = LastTwo::default();
        assert!(!two.holds(&lapse(Turn::Stopped), 1_000));
        two.apply(5);
        assert!(!two.holds(&lapse(Turn::Stopped), 14));
        assert_eq!(two.changes_at(&lapse(Turn::Stopped)), Some(15));
        assert!(two.holds(&lapse(Turn::Stopped), 15));
    }

    #[test]
    fn it_came_back_until_it_comes_again_soon() {
        let mut two = LastTwo::default();
        two.apply(5);
        assert!(!two.holds(&lapse(Turn::Resumed), 100), "the first time is no return");
        two.apply(15);
        assert!(two.holds(&lapse(Turn::Resumed), 100));
        two.apply(24);
        assert!(!two.holds(&lapse(Turn::Resumed), 24));
    }
}
