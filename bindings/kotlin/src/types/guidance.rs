//! Decisions, status, batches.

use staykit_bindings::{
    Answer, CampaignCounts, Cause, Consent, Decision, Delivery, DroppedEvents, KeyState, LocalText,
    Maintained, Outcome, Priority, Status, StorageState, TableKind, Upload, WaitingEvents, Why,
    Words,
};

/// Guidance that is to be shown.
#[uniffi::remote(Record)]
pub struct Decision {
    /// Number within the installation, from 1: for reports.
    pub id: u64,
    /// Name of the campaign.
    pub campaign: String,
    /// When it was decided, wall clock, ms since 1970-01-01T00:00Z.
    pub wall_ms: i64,
    /// What made the campaign a candidate.
    pub cause: Cause,
    /// `popup`, `banner` ...; empty if the active pack has the campaign no more.
    pub kind: String,
    /// Heading, by language.
    pub title: Vec<LocalText>,
    /// Text below it, by language.
    pub body: Vec<LocalText>,
    /// Where a click leads, such as `app://cart`; may be empty.
    pub action: String,
    /// Why it was decided.
    pub why: Words,
    /// It was reported as seen.
    pub shown: bool,
}

/// What made a campaign a candidate.
#[uniffi::remote(Enum)]
pub enum Cause {
    /// An event of that name.
    Event {
        /// The name.
        name: String,
    },
    /// A signal of that name rose.
    Raised {
        /// The name.
        name: String,
    },
}

/// A text in one language.
#[uniffi::remote(Record)]
pub struct LocalText {
    /// BCP 47 locale, in lower case: `en`, `zh`, `pt-br`.
    pub locale: String,
    /// The text.
    pub text: String,
}

/// What the person did with guidance.
#[uniffi::remote(Enum)]
pub enum Outcome {
    /// It was seen.
    Shown,
    /// It was put away.
    Dismissed,
    /// It was followed.
    Clicked,
}

/// A question to the engine.
#[uniffi::remote(Enum)]
pub enum Why {
    /// Why was this decided?
    Decision {
        /// The decision's number.
        id: u64,
    },
    /// Why is this campaign not shown?
    NotShown {
        /// Its name.
        campaign: String,
    },
    /// Why does this signal or tag stand, or not?
    Signal {
        /// Its name.
        name: String,
    },
    /// Why is this score what it is?
    Score {
        /// Its name.
        name: String,
    },
    /// Why is the person in this segment, stage, level or tier?
    Table {
        /// Kind of the table.
        kind: TableKind,
        /// Its name.
        name: String,
    },
}

/// How the engine is: for an inspector, a report, a test. Nothing in it is personal.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Record)]
pub struct WaitingEvents {
    /// Their class.
    pub priority: Priority,
    /// How many.
    pub events: u64,
}

/// Events given up for one reason.
#[uniffi::remote(Record)]
pub struct DroppedEvents {
    /// `budget`, `age`, `damage` or `refused`.
    pub reason: String,
    /// Their class; `None` if it went with them.
    pub priority: Option<Priority>,
    /// How many.
    pub events: u64,
}

/// What became of one campaign.
#[uniffi::remote(Record)]
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

/// A request to send: `POST` `body` as `application/x-protobuf` to the collector's `/v1/batches`,
/// then tell what came back.
#[uniffi::remote(Record)]
pub struct Upload {
    /// The batch's id, 16 bytes.
    pub id: Vec<u8>,
    /// Body of the request.
    pub body: Vec<u8>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Events in the batch.
    pub events: u64,
}

/// What came back for an upload.
#[uniffi::remote(Enum)]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// Status code.
        status: u16,
        /// The header `Retry-After` as it stood in the response.
        retry_after: Option<String>,
        /// At most 64 kB of the body.
        body: Vec<u8>,
    },
    /// No response: no network, TLS failure, timeout.
    Unreachable,
}

/// What an answer meant for the batch.
#[uniffi::remote(Enum)]
pub enum Delivery {
    /// Stored by the collector; the device lets go of it.
    Acknowledged,
    /// Not delivered; it will be offered again after this pause.
    Retry {
        /// The pause, ms.
        after_ms: i64,
    },
    /// Too large for the server, or unreadable in part: cut in two, to be sent anew.
    Split,
    /// The server will never take these events: set aside and counted.
    SetAside {
        /// How many.
        events: u64,
    },
    /// No batch of that id is in flight.
    Unknown,
}

/// What a round of maintenance did.
#[uniffi::remote(Record)]
pub struct Maintained {
    /// Events that moved from the journal into the buffer.
    pub compacted: u64,
    /// Entries that still wait in memory because flash takes none.
    pub waiting: u64,
    /// Events given up because they were too old or the byte budget was full.
    pub dropped: u64,
}
