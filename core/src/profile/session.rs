//! Sessions: stretches of use without a long pause.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// The current session and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sessions {
    number: u64,
    started_at: i64,
    last_at: i64,
}

/// What an event means to the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A new session begins.
    Begins,
    /// The current one gets longer by so many ms.
    Lasts(i64),
}

impl Sessions {
    /// Number of the current or last session; they count from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Number of the session that an event at `at` belongs to.
    #[must_use]
    pub fn number_at(&self, at: i64, idle_ms: i64) -> u64 {
        if self.is_over(at, idle_ms) { self.number.saturating_add(1) } else { self.number }
    }

    /// Length so far of the session that is under way at `at`, ms; 0 if none is.
    #[must_use]
    pub fn length_at(&self, at: i64, idle_ms: i64) -> i64 {
        if self.is_over(at, idle_ms) { 0 } else { self.last_at.saturating_sub(self.started_at) }
    }

    /// First instant at which the current session is over.
    #[must_use]
    pub fn over_at(&self, idle_ms: i64) -> i64 {
        self.last_at.saturating_add(idle_ms).saturating_add(1)
    }

    fn is_over(&self, at: i64, idle_ms: i64) -> bool {
        self.number == 0 || at >= self.over_at(idle_ms)
    }

    pub(super) fn apply(&mut self, at: i64, idle_ms: i64) -> Step {
        if self.is_over(at, idle_ms) {
            *self = Self { number: self.number.saturating_add(1), started_at: at, last_at: at };
            return Step::Begins;
        }
        let longer = at.saturating_sub(self.last_at);
        self.last_at = at;
        Step::Lasts(longer)
    }

    /// Goes on so that the event at `at` belongs to session `number`, whatever the idle gap was when
    /// it was recorded.
    pub(super) fn follow(&mut self, number: u64, (at, ambient): (i64, bool), idle_ms: i64) {
        // What comes before the first session is counted with it, and does not begin it.
        if ambient && self.number == 0 && number <= 1 {
            return;
        }
        let begins = !ambient && self.is_over(at, idle_ms);
        self.number = if begins { number.saturating_sub(1) } else { number };
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.unsigned(self.number);
        out.signed(self.started_at);
        out.signed(self.last_at);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            number: input.unsigned()?,
            started_at: input.signed()?,
            last_at: input.signed()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Sessions, Step};

    #[test]
    fn what_is_stored_before_the_first_session_does_not_begin_it() {
        let mut sessions = Sessions::default();
        sessions.follow(1, (5, true), 30);
        assert_eq!(sessions.number(), 0);
        sessions.follow(1, (9, false), 30);
        assert_eq!((sessions.apply(9, 30), sessions.number()), (Step::Begins, 1));
        // Of what was stored earlier, nothing is left.
        let mut sessions = Sessions::default();
        sessions.follow(7, (5, true), 30);
        assert_eq!(sessions.number(), 7);
    }

    #[test]
    fn a_pause_of_just_the_idle_gap_still_belongs_to_the_session() {
        let mut sessions = Sessions::default();
        assert_eq!(sessions.number_at(0, 30), 1);
        assert_eq!(sessions.apply(0, 30), Step::Begins);
        assert_eq!(sessions.apply(30, 30), Step::Lasts(30));
        assert_eq!(sessions.length_at(60, 30), 30);
        assert_eq!(sessions.length_at(61, 30), 0);
        assert_eq!(sessions.number_at(61, 30), 2);
        assert_eq!(sessions.apply(61, 30), Step::Begins);
        assert_eq!(sessions.number(), 2);
    }
}
