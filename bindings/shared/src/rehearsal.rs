//! Engines whose clocks and random numbers are given, so that the same calls give the same bytes.

use std::sync::Arc;

use staykit_core::random::{Random, SeededRandom};

use crate::clock::HostClock;
use crate::error::Error;
use crate::settings::Settings;

/// How a rehearsal begins: for tests of apps and of the bindings, and for replays of what a person
/// met with. Its clocks stand until [`Session::set_clocks`](crate::Session::set_clocks), it has no
/// thread of its own, and its installation and draws come of a seed. Keys and nonces do not: the
/// bytes on flash differ from run to run, those of batches do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rehearsal {
    /// Wall clock, ms since 1970-01-01T00:00Z.
    pub wall_ms: i64,
    /// Clock since boot, ms.
    pub boot_ms: u64,
    /// Source of the random numbers.
    pub seed: u64,
}

impl Rehearsal {
    pub(crate) fn host(self, settings: &Settings) -> Result<(HostClock, Arc<dyn Random>), Error> {
        let moment = (self.wall_ms, self.boot_ms);
        let clock = HostClock::rehearsed(settings.zone, settings.boot_id, moment)?;
        Ok((clock, Arc::new(SeededRandom::new(self.seed))))
    }
}
