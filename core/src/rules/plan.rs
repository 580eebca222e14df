//! When time alone may change what rules conclude.

use super::order::{Node, Steps};
use super::program::Program;
use super::reading::{Pass, Reading};
use super::state::{Marked, Signals};
use crate::profile::Motion;

impl Signals {
    /// Finds when time alone may change what is marked, and anything. What reads a signal that
    /// fell, or a table that changed late, may rise now: the next tick, due at once, will see.
    pub(super) fn plan(&mut self, pass: &Pass<'_>, marked: &Marked, woken: &[u16]) {
        let mut place = 0;
        // Also if there is nothing at all, of which nothing is ever due.
        let mut earliest_moved = self.is_due_at_once();
        while let Some(at) = marked.next(place) {
            place = at + 1;
            let Ok(at) = u16::try_from(at) else { break };
            let Some(node) = pass.rules.node(at) else { break };
            let due_at = if woken.contains(&at) && self.may_rise(node) {
                pass.stamp.at
            } else {
                self.planned(at, node, pass)
            };
            earliest_moved |= self.set_due(node, due_at);
        }
        // Only what was the earliest can make all of them be looked at.
        if earliest_moved {
            self.note_earliest_due();
        }
    }

    fn may_rise(&self, node: Node) -> bool {
        match node {
            Node::Signal(number) => self.state(number).is_some_and(|it| it.raised_at.is_none()),
            Node::Score(_) | Node::Table(_) => false,
        }
    }

    /// The next instant after the stamp at which what stands at a place may change by itself.
    fn planned(&self, place: u16, node: Node, pass: &Pass<'_>) -> i64 {
        let reading = Reading { pass, signals: self };
        let mut next = self.dwells_until(node, pass).unwrap_or(i64::MAX);
        pass.rules.visit(place, |program, steps| {
            next = next.min(changes_at(program, steps, &reading));
        });
        next
    }
}

/// The next instant at which a program may give something else, or pass a step, by time alone.
fn changes_at(program: &Program, steps: Steps<'_>, reading: &Reading<'_>) -> i64 {
    let Pass { definitions, profile, stamp, .. } = reading.pass;
    let mut next = i64::MAX;
    for feature in program.features() {
        let moves = definitions
            .feature(*feature)
            .is_some_and(|definition| matches!(definition.motion(), Motion::Grows | Motion::Ends));
        if let Some(from) = reading.grows_from(*feature).filter(|_| moves) {
            steps.visit((program, *feature), |threshold| {
                let reached = from.saturating_add(threshold);
                for at in [reached, reached.saturating_add(1)] {
                    if at > stamp.at {
                        next = next.min(at);
                    }
                }
            });
        }
        if let Some(to) = profile.shrinks_to(*feature, stamp, definitions) {
            steps.visit((program, *feature), |threshold| {
                let reached = to.saturating_sub(threshold);
                for at in [reached, reached.saturating_add(1)] {
                    if at > stamp.at {
                        next = next.min(at);
                    }
                }
            });
        }
        let changes = profile.changes_at(*feature, stamp, definitions);
        next = changes.into_iter().fold(next, i64::min);
    }
    next
}
