//! How the engine is.

use std::collections::BTreeMap;

use super::Engine;
use super::error::Error;
use super::phases::{Cold, Hot, Warehouse};
use super::shared::lock;
use crate::event::Priority;
use crate::guidance::OutcomeCounts;
use crate::privacy::Consent;
use crate::store::{Damage, Dropped, Ended, StoreError, UncleanEnds};

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
    /// Events refused since the opening because flash took none and the memory was full.
    pub refused_events: u64,
    /// What flash does with what is recorded.
    pub storage: StorageState,
    /// Events in the buffer that the collector has not acknowledged. What is still in the journal
    /// is not counted.
    pub events_waiting: u64,
    /// Wall clock of the oldest of them, rounded down to the hour, ms since 1970-01-01T00:00Z.
    pub oldest_waiting_ms: Option<i64>,
    /// Events in the buffer that the collector has not acknowledged, by class.
    pub waiting_by_class: BTreeMap<Priority, u64>,
    /// How old the oldest of them is, ms; 0 if it seems to lie ahead.
    pub oldest_waiting_age_ms: Option<i64>,
    /// Bytes of all files.
    pub file_bytes: u64,
    /// Bytes that they may take.
    pub byte_budget: u64,
    /// When the journal was last synced since the opening, by the wall clock, ms.
    pub synced_at: Option<i64>,
    /// When the collector last acknowledged a batch since the opening, by the wall clock, ms.
    pub acknowledged_at: Option<i64>,
    /// Events given up since the buffer was made.
    pub dropped_events: u64,
    /// The same by reason and class.
    pub dropped: Vec<Dropped>,
    /// The last use did not end by `close`.
    pub unclean_end: bool,
    /// How often a use did not, since the installation.
    pub unclean_ends: UncleanEnds,
    /// Entries of the journal that were found missing when the store was opened.
    pub lost_entries: u64,
    /// Damaged places in the journal that were passed over when the store was opened.
    pub damaged_frames: u32,
    /// Something on flash could not be read when the store was opened.
    pub damaged: bool,
    /// Damage may have taken what the person said last: guidance and uploads count as withdrawn
    /// until [`Engine::set_consent`]. Ask the person again, or say what your app knows.
    pub consent_in_doubt: bool,
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
    /// The vault gave none for now: what is recorded waits in memory, and the next start asks again.
    Unavailable,
    /// Here.
    Unlocked,
    /// The engine was closed.
    Closed,
}

/// What flash does with what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageState {
    /// It takes it. Also said of a locked engine, which has not tried.
    Sound,
    /// There is no space: what is recorded waits in memory.
    Full,
    /// It cannot be written.
    ReadOnly,
    /// The buffer takes nothing: the journal grows up to the byte budget, then what is recorded
    /// waits in memory.
    Backlog,
    /// It fails otherwise.
    Failing,
}

impl KeyState {
    fn of(hot: &Hot) -> Self {
        match hot {
            Hot::Locked(waiting) if waiting.vault_away => Self::Unavailable,
            Hot::Locked(_) => Self::Locked,
            Hot::Open(_) => Self::Unlocked,
            Hot::Closed => Self::Closed,
        }
    }
}

impl StorageState {
    fn of(live: Option<&StoreError>, buffer: Option<&StoreError>) -> Self {
        match live.or(buffer) {
            None => Self::Sound,
            Some(StoreError::Full(_)) => Self::Full,
            Some(StoreError::ReadOnly(_)) => Self::ReadOnly,
            Some(_) if live.is_none_or(|error| *error == StoreError::Backlog) => Self::Backlog,
            Some(_) => Self::Failing,
        }
    }
}

impl Engine {
    /// State of the data key. Reads no file, unlike [`Engine::status`].
    #[must_use]
    pub fn key_state(&self) -> KeyState {
        KeyState::of(&lock(&self.shared.hot))
    }

    /// How the engine is. Reads file sizes: not for the main thread.
    pub fn status(&self) -> Result<Status, Error> {
        let mut cold = lock(&self.shared.cold);
        let buffer = match &*cold {
            Cold::Open(warehouse) => warehouse.trouble.clone(),
            _ => None,
        };
        let mut status = of_hot(&mut lock(&self.shared.hot), buffer.as_ref());
        status.byte_budget = self.shared.config.byte_budget();
        if let Cold::Open(warehouse) = &mut *cold {
            status.add_figures(warehouse)?;
            let now = self.shared.reading()?.wall_ms;
            let age = |then: i64| now.saturating_sub(then).max(0);
            status.oldest_waiting_age_ms = status.oldest_waiting_ms.map(age);
        }
        Ok(status)
    }
}

impl Status {
    fn add_figures(&mut self, warehouse: &Warehouse) -> Result<(), Error> {
        let Warehouse { store, ended, damage, .. } = warehouse;
        let figures = store.stats()?;
        self.installation = hex(&store.installation());
        self.events_waiting = figures.waiting.events;
        self.oldest_waiting_ms = figures.waiting.oldest_wall_ms;
        self.waiting_by_class = store.waiting_by_class()?;
        self.file_bytes = figures.file_bytes;
        self.dropped_events = figures.dropped_events;
        self.dropped = store.dropped()?;
        (self.synced_at, self.acknowledged_at) = (warehouse.synced_at, warehouse.acknowledged_at);
        self.unclean_end = matches!(ended, Ended::Killed | Ended::PowerLost);
        self.unclean_ends = store.unclean_ends();
        (self.lost_entries, self.damaged_frames) = (damage.lost_entries, damage.skipped_places);
        self.consent_in_doubt = warehouse.consent_in_doubt;
        // A torn end is what a kill leaves, not damage.
        let damage = Damage { torn_files: 0, ..*damage };
        self.damaged =
            warehouse.broken || damage != Damage::default() || warehouse.unreadable_entries > 0;
        Ok(())
    }
}

fn of_hot(hot: &mut Hot, buffer: Option<&StoreError>) -> Status {
    let mut status = Status {
        installation: String::new(),
        key: KeyState::of(hot),
        consent: hot.consent(),
        epoch: 0,
        last_seq: 0,
        recorded: 0,
        unsynced_entries: 0,
        in_memory: 0,
        refused_events: 0,
        storage: StorageState::Sound,
        events_waiting: 0,
        oldest_waiting_ms: None,
        waiting_by_class: BTreeMap::new(),
        oldest_waiting_age_ms: None,
        file_bytes: 0,
        byte_budget: 0,
        synced_at: None,
        acknowledged_at: None,
        dropped_events: 0,
        dropped: Vec::new(),
        unclean_end: false,
        unclean_ends: UncleanEnds::default(),
        lost_entries: 0,
        damaged_frames: 0,
        damaged: false,
        consent_in_doubt: false,
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
            status.refused_events = live.refused;
            status.storage = StorageState::of(live.trouble.as_ref(), buffer);
            status.clock_moved = state.timeline.moved();
            status.pack.clone_from(&state.pack);
            let standing = live.pack.rules.signals().iter().zip(state.signals.states());
            let standing = standing.filter(|(_, signal)| signal.raised_at.is_some());
            status.signals = standing.map(|(signal, _)| signal.name.clone()).collect();
            status.campaigns.clone_from(state.guidance.counts());
        }
        Hot::Locked(waiting) => {
            status.in_memory = waiting.events.len();
            status.refused_events = waiting.refused;
        }
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
