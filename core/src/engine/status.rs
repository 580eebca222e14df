//! How the engine is.

use std::collections::BTreeMap;

use super::Engine;
use super::error::Error;
use super::phases::{Cold, Hot};
use super::shared::lock;
use crate::guidance::OutcomeCounts;
use crate::privacy::Consent;
use crate::store::Ended;

/// How the engine is: for an inspector, a report, a test. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Status {
    /// Installation, as hexadecimal digits; empty while locked.
    pub installation: String,
    /// State of the key.
    pub key: KeyState,
    /// What the person allows.
    pub consent: Consent,
    /// Epoch of the numbering.
    pub epoch: u64,
    /// Last sequence number given in it; 0 if none was.
    pub last_seq: u64,
    /// Events recorded since the installation.
    pub recorded: u64,
    /// Entries of the journal that are not synced yet.
    pub unsynced_entries: u64,
    /// Entries, or drafts of a locked engine, that are in memory only.
    pub in_memory: usize,
    /// Events in the buffer that the collector has not acknowledged. What is still in the journal
    /// is not counted.
    pub events_waiting: u64,
    /// Wall clock of the oldest of them, rounded down to the hour, ms since 1970-01-01T00:00Z.
    pub oldest_waiting_ms: Option<i64>,
    /// Bytes of all files.
    pub file_bytes: u64,
    /// Events given up since the buffer was made.
    pub dropped_events: u64,
    /// The last use did not end by `close`.
    pub unclean_end: bool,
    /// Something on flash could not be read when the store was opened.
    pub damaged: bool,
    /// How often the wall clock was found moved.
    pub clock_moved: u32,
    /// Name and version of the active pack.
    pub pack: (String, u32),
    /// Signals that stand.
    pub signals: Vec<String>,
    /// Decisions and outcomes per campaign.
    pub campaigns: BTreeMap<String, OutcomeCounts>,
}

/// State of the data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Waiting for [`Engine::unlock`].
    Locked,
    /// Here.
    Unlocked,
    /// The engine was closed.
    Closed,
}

impl Engine {
    /// How the engine is. Reads file sizes: not for the main thread.
    pub fn status(&self) -> Result<Status, Error> {
        let mut cold = lock(&self.shared.cold);
        let mut status = of_hot(&mut lock(&self.shared.hot));
        if let Cold::Open(warehouse) = &mut *cold {
            let figures = warehouse.store.stats()?;
            status.installation = hex(&warehouse.store.installation());
            status.events_waiting = figures.waiting.events;
            status.oldest_waiting_ms = figures.waiting.oldest_wall_ms;
            status.file_bytes = figures.file_bytes;
            status.dropped_events = figures.dropped_events;
            status.unclean_end = matches!(warehouse.ended, Ended::Killed | Ended::PowerLost);
            // A torn end is what a kill leaves, not damage.
            let damage = crate::store::Damage { torn_files: 0, ..warehouse.damage };
            status.damaged = warehouse.broken
                || damage != crate::store::Damage::default()
                || warehouse.unreadable_entries > 0;
        }
        Ok(status)
    }
}

fn of_hot(hot: &mut Hot) -> Status {
    let mut status = Status {
        installation: String::new(),
        key: match hot {
            Hot::Locked(_) => KeyState::Locked,
            Hot::Open(_) => KeyState::Unlocked,
            Hot::Closed => KeyState::Closed,
        },
        consent: hot.consent(),
        epoch: 0,
        last_seq: 0,
        recorded: 0,
        unsynced_entries: 0,
        in_memory: 0,
        events_waiting: 0,
        oldest_waiting_ms: None,
        file_bytes: 0,
        dropped_events: 0,
        unclean_end: false,
        damaged: false,
        clock_moved: 0,
        pack: Default::default(),
        signals: Vec::new(),
        campaigns: BTreeMap::new(),
    };
    match hot {
        Hot::Open(live) => {
            let state = &live.state;
            status.epoch = live.epoch;
            status.last_seq = state.last_seq;
            status.recorded = state.recorded;
            status.unsynced_entries = live.journal.appended() - live.journal.synced();
            status.in_memory = live.waiting.len();
            status.clock_moved = state.timeline.moved();
            status.pack.clone_from(&state.pack);
            let standing = live.pack.rules.signals().iter().zip(state.signals.states());
            let standing = standing.filter(|(_, signal)| signal.raised_at.is_some());
            status.signals = standing.map(|(signal, _)| signal.name.clone()).collect();
            status.campaigns.clone_from(state.guidance.counts());
        }
        Hot::Locked(waiting) => status.in_memory = waiting.events.len(),
        Hot::Closed => {}
    }
    status
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
