//! How the engine is, as plain data.

use staykit_core::engine;
use staykit_core::store::DropReason;

use crate::error::Error;
use crate::settings::{Consent, Priority};

/// How the engine is: for an inspector, a report, a test. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Installation, as hexadecimal digits; empty while locked.
    pub installation: String,
    /// State of the key.
    pub key: KeyState,
    /// What the person allows.
    pub consent: Consent,
    /// Damage may have taken what the person said last: ask again.
    pub consent_in_doubt: bool,
    /// Epoch of the numbering.
    pub epoch: u64,
    /// Last sequence number given in it; 0 if none was.
    pub last_seq: u64,
    /// Events recorded since the installation.
    pub recorded: u64,
    /// Entries of the journal that are not synced yet.
    pub unsynced_entries: u64,
    /// Entries, or drafts of a locked engine, that are in memory only.
    pub in_memory: u64,
    /// Events refused since the opening because the memory was full.
    pub refused_events: u64,
    /// What flash does with what is recorded.
    pub storage: StorageState,
    /// Events in the buffer that the collector has not acknowledged.
    pub events_waiting: u64,
    /// The same by class.
    pub waiting_by_class: Vec<WaitingEvents>,
    /// Wall clock of the oldest of them, to the hour, ms since 1970-01-01T00:00Z.
    pub oldest_waiting_ms: Option<i64>,
    /// How old that one is, ms.
    pub oldest_waiting_age_ms: Option<i64>,
    /// Bytes of all files.
    pub file_bytes: u64,
    /// Bytes that they may take.
    pub byte_budget: u64,
    /// When the journal was last synced since the opening, wall clock, ms.
    pub synced_at: Option<i64>,
    /// When the collector last acknowledged a batch since the opening, wall clock, ms.
    pub acknowledged_at: Option<i64>,
    /// Events given up since the buffer was made.
    pub dropped_events: u64,
    /// The same by reason and class.
    pub dropped: Vec<DroppedEvents>,
    /// The last use did not end by closing.
    pub unclean_end: bool,
    /// How often the process died, since the installation.
    pub times_killed: u64,
    /// How often the device may have stopped, since the installation.
    pub times_power_lost: u64,
    /// Something on flash could not be read when the store was opened.
    pub damaged: bool,
    /// Entries of the journal that were found missing then.
    pub lost_entries: u64,
    /// Damaged places in the journal that were passed over then.
    pub damaged_frames: u32,
    /// How often the wall clock was found moved.
    pub clock_moved: u32,
    /// Name of the active pack.
    pub pack: String,
    /// Its version.
    pub pack_version: u32,
    /// Why the pack of the settings is not in force: it was refused, and no other was activated
    /// since. `None` if it was accepted.
    pub pack_refused: Option<String>,
    /// Signals that stand.
    pub signals: Vec<String>,
    /// Decisions and outcomes per campaign.
    pub campaigns: Vec<CampaignCounts>,
}

/// State of the data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The engine waits for it.
    Locked,
    /// The vault gave none for now.
    Unavailable,
    /// Here.
    Unlocked,
    /// The engine was closed.
    Closed,
}

/// What flash does with what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageState {
    /// It takes it. Also said of a locked engine, which has not tried.
    Sound,
    /// There is no space: what is recorded waits in memory.
    Full,
    /// It cannot be written.
    ReadOnly,
    /// The buffer takes nothing; the journal grows up to the byte budget.
    Backlog,
    /// It fails otherwise.
    Failing,
}

/// Events of one class that wait for the collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingEvents {
    /// Their class.
    pub priority: Priority,
    /// How many.
    pub events: u64,
}

/// Events given up for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedEvents {
    /// `budget`, `age`, `damage` or `refused`.
    pub reason: String,
    /// Their class; `None` if it went with them.
    pub priority: Option<Priority>,
    /// How many.
    pub events: u64,
}

/// What became of one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignCounts {
    /// Its name.
    pub campaign: String,
    /// Decisions to show.
    pub show: u64,
    /// Decisions to withhold.
    pub withhold: u64,
    /// Seen.
    pub shown: u64,
    /// Put away.
    pub dismissed: u64,
    /// Followed.
    pub clicked: u64,
    /// Did what it was for.
    pub converted: u64,
}

impl Status {
    pub(crate) fn new(of: engine::Status, pack_refused: Option<&Error>) -> Self {
        let waiting = of.waiting_by_class.into_iter();
        let waiting =
            waiting.map(|(priority, events)| WaitingEvents { priority: priority.into(), events });
        let dropped = of.dropped.into_iter().map(|dropped| DroppedEvents {
            reason: reason(dropped.reason).to_owned(),
            priority: dropped.priority.map(Priority::from),
            events: dropped.events,
        });
        let campaigns = of.campaigns.into_iter().map(|(campaign, counts)| CampaignCounts {
            campaign,
            show: counts.show,
            withhold: counts.withhold,
            shown: counts.shown,
            dismissed: counts.dismissed,
            clicked: counts.clicked,
            converted: counts.converted,
        });
        Self {
            installation: of.installation,
            key: of.key.into(),
            consent: of.consent.into(),
            consent_in_doubt: of.consent_in_doubt,
            epoch: of.epoch,
            last_seq: of.last_seq,
            recorded: of.recorded,
            unsynced_entries: of.unsynced_entries,
            in_memory: u64::try_from(of.in_memory).unwrap_or(u64::MAX),
            refused_events: of.refused_events,
            storage: of.storage.into(),
            events_waiting: of.events_waiting,
            waiting_by_class: waiting.collect(),
            oldest_waiting_ms: of.oldest_waiting_ms,
            oldest_waiting_age_ms: of.oldest_waiting_age_ms,
            file_bytes: of.file_bytes,
            byte_budget: of.byte_budget,
            synced_at: of.synced_at,
            acknowledged_at: of.acknowledged_at,
            dropped_events: of.dropped_events,
            dropped: dropped.collect(),
            unclean_end: of.unclean_end,
            times_killed: of.unclean_ends.killed,
            times_power_lost: of.unclean_ends.power_lost,
            damaged: of.damaged,
            lost_entries: of.lost_entries,
            damaged_frames: of.damaged_frames,
            clock_moved: of.clock_moved,
            pack: of.pack.0,
            pack_version: of.pack.1,
            pack_refused: pack_refused.map(ToString::to_string),
            signals: of.signals,
            campaigns: campaigns.collect(),
        }
    }
}

fn reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Budget => "budget",
        DropReason::Age => "age",
        DropReason::Damage => "damage",
        DropReason::Refused => "refused",
    }
}

impl From<engine::KeyState> for KeyState {
    fn from(state: engine::KeyState) -> Self {
        match state {
            engine::KeyState::Locked => Self::Locked,
            engine::KeyState::Unavailable => Self::Unavailable,
            engine::KeyState::Unlocked => Self::Unlocked,
            engine::KeyState::Closed => Self::Closed,
        }
    }
}

impl From<engine::StorageState> for StorageState {
    fn from(state: engine::StorageState) -> Self {
        match state {
            engine::StorageState::Sound => Self::Sound,
            engine::StorageState::Full => Self::Full,
            engine::StorageState::ReadOnly => Self::ReadOnly,
            engine::StorageState::Backlog => Self::Backlog,
            engine::StorageState::Failing => Self::Failing,
        }
    }
}
