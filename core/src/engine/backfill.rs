//! What a new pack lacked, and what is recorded while it is read.

use crate::event::Event;
use crate::profile::{Definitions, Profile, ValidFrom};
use crate::time::Stamp;

/// Events that may be recorded while the past is read: a thousand a second for longer than that
/// takes.
const MOST_MEANWHILE: usize = 10_000;

/// What is recorded while the past is read.
#[derive(Debug, Default)]
pub(super) struct Meanwhile {
    events: Vec<(Event, Stamp, u64)>,
    /// There was more: it cannot be filled now.
    overflowed: bool,
}

impl Meanwhile {
    pub(super) fn note(&mut self, event: &Event, stamp: &Stamp, session: u64) {
        self.overflowed |= self.events.len() >= MOST_MEANWHILE;
        if !self.overflowed {
            self.events.push((event.clone(), *stamp, session));
        }
    }

    /// What came, in order; `None` if it was too much.
    pub(super) fn events(&self) -> Option<&[(Event, Stamp, u64)]> {
        (!self.overflowed).then_some(&self.events)
    }
}

/// A profile of the new definitions that has taken in all that is held.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) profile: Profile,
    pub(super) valid: ValidFrom,
}

impl Past {
    /// Fills what `profile` lacks, with what came meanwhile.
    pub(super) fn fill(mut self, profile: &mut Profile, meanwhile: &Meanwhile, of: &Definitions) {
        let Some(events) = meanwhile.events() else {
            log::warn!("too much was recorded meanwhile: the next opening fills the new figures");
            return;
        };
        for (event, stamp, session) in events {
            self.profile.apply_stored(event, (stamp, *session), of);
        }
        profile.fill(self.profile, self.valid);
    }
}
