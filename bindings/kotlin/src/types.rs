//! The shared types as `UniFFI` knows them: each stated once more, field by field, which the
//! compiler holds to the original.

use staykit_bindings::{
    Amount, Answer, CampaignCounts, Cause, Conclusion, Consent, Decision, Delivery, DeviceClass,
    DroppedEvents, Factor, Figure, HostZone, KeyState, Level, LocalText, Maintained, NextAction,
    Opened, Outcome, OwnEvent, OwnProperty, Prediction, Priority, PropertyKind, Score, Sensitivity,
    Settings, Standing, Status, StorageState, TableKind, Understanding, Upload, WaitingEvents, Why,
    Words,
};

/// Settings of one engine.
#[uniffi::remote(Record)]
pub struct Settings {
    /// Folder of the store; made if it is not there.
    pub folder: String,
    /// The app's version, for batches.
    pub app_version: String,
    /// Kind of device.
    pub device_class: DeviceClass,
    /// What holds until the person is asked; nothing if `None`.
    pub consent: Option<Consent>,
    /// Name of a pack in the library: `retention` (also if `None`), `phone`, `watch`, `shop`,
    /// `fitness`. Does not count beside `signed_pack`.
    pub builtin_pack: Option<String>,
    /// A signed pack to begin with, in place of a built-in one.
    pub signed_pack: Option<Vec<u8>>,
    /// Ed25519 public keys, 32 bytes each, whose signature makes a pack acceptable.
    pub trusted_keys: Vec<Vec<u8>>,
    /// Events of the app's own.
    pub events: Vec<OwnEvent>,
    /// Refuse events that the catalog does not know, to find misspelt names during development.
    pub refuse_unknown_names: bool,
    /// Bytes of all files of the store; 10 MB, or 2 MB on a watch, if `None`.
    pub byte_budget: Option<u64>,
    /// Days after which an event goes in any case; 90 if `None`.
    pub age_limit_days: Option<u32>,
    /// Differs between two starts of the device; `None` if the platform does not tell.
    pub boot_id: Option<u64>,
    /// The device's zone.
    pub zone: HostZone,
}

/// Where the device's local time stands, as the platform tells it.
#[uniffi::remote(Record)]
pub struct HostZone {
    /// Minutes east of UTC now.
    pub offset_min: i16,
    /// When the offset changes next, wall clock, ms since 1970-01-01T00:00Z; `None` if it does not
    /// within the months that the facade looked at.
    pub next_at_ms: Option<i64>,
    /// Minutes east of UTC from then on; without `next_at_ms` of no meaning.
    pub next_offset_min: i16,
}

/// Kind of device.
#[uniffi::remote(Enum)]
pub enum DeviceClass {
    /// Not told.
    Unknown,
    /// A phone.
    Phone,
    /// A watch.
    Watch,
    /// A tablet.
    Tablet,
    /// A desktop or server.
    Desktop,
}

/// What the person allows.
#[uniffi::remote(Record)]
pub struct Consent {
    /// Events may be recorded on the device and conclusions drawn from them there.
    pub record: bool,
    /// Guidance may be shown.
    pub guide: bool,
    /// Events may leave the device.
    pub upload: bool,
}

/// An event of the app's own.
#[uniffi::remote(Record)]
pub struct OwnEvent {
    /// Its name.
    pub name: String,
    /// How long it survives when room runs out.
    pub priority: Priority,
    /// How closely the fact itself touches the person.
    pub sensitivity: Sensitivity,
    /// Syncing to flash starts at once.
    pub durable: bool,
    /// Happens without the person's doing: begins and lengthens no session.
    pub ambient: bool,
    /// Its typed properties; others are accepted untyped.
    pub properties: Vec<OwnProperty>,
}

/// A typed property of an event of the app's own.
#[uniffi::remote(Record)]
pub struct OwnProperty {
    /// Its name.
    pub name: String,
    /// The type a value must have.
    pub kind: PropertyKind,
    /// How closely its values touch the person.
    pub sensitivity: Sensitivity,
}

/// Which events survive longest when room runs out, and are uploaded first.
#[uniffi::remote(Enum)]
pub enum Priority {
    /// Taps, scrolls, glances.
    Low,
    /// Most events.
    Normal,
    /// Milestones and outcomes of guidance.
    High,
    /// Payments.
    Critical,
}

/// How closely a value touches the person.
#[uniffi::remote(Enum)]
pub enum Sensitivity {
    /// Says nothing about a person.
    Technical,
    /// What a person does in the app.
    Behaviour,
    /// Health, place, money, words written.
    Sensitive,
}

/// Type of a property.
#[uniffi::remote(Enum)]
pub enum PropertyKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number; whole ones are accepted, too.
    Number,
    /// Yes or no.
    Flag,
    /// An amount of money.
    Money,
}

/// What opening gave.
#[uniffi::remote(Record)]
pub struct Opened {
    /// Names the engine in every other call.
    pub handle: i64,
    /// Whether it waits for its key. An engine that was open already may not.
    pub locked: bool,
    /// The data key as the platform's vault wrapped it; `None` before the first unlocking, then
    /// the facade makes one.
    pub wrapped_key: Option<Vec<u8>>,
}

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

/// What the engine has understood of the person.
#[uniffi::remote(Record)]
pub struct Understanding {
    /// Wall clock, ms since 1970-01-01T00:00Z.
    pub at_ms: i64,
    /// Tags that stand.
    pub tags: Vec<Conclusion>,
    /// Signals that stand.
    pub signals: Vec<Conclusion>,
    /// Scores, in the order of the pack.
    pub scores: Vec<Score>,
    /// Segments, stages and levels that the person is in.
    pub tables: Vec<Standing>,
    /// The likeliest next actions of each prediction of the pack.
    pub next: Vec<Prediction>,
}

/// A signal or tag that stands.
#[uniffi::remote(Record)]
pub struct Conclusion {
    /// Its name.
    pub name: String,
    /// Since when, wall clock, ms since 1970-01-01T00:00Z.
    pub since_ms: i64,
    /// What it means, by language.
    pub says: Vec<LocalText>,
    /// Why it rose.
    pub why: Words,
}

/// Words in the languages that the engine speaks itself.
#[uniffi::remote(Record)]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// A score and its parts.
#[uniffi::remote(Record)]
pub struct Score {
    /// Its name.
    pub name: String,
    /// Its value in hundredths of a point, 0 to 10,000.
    pub hundredths: i64,
    /// What each factor gives; with `cut` they add up to `hundredths`.
    pub factors: Vec<Factor>,
    /// What the bounds of 0 and 100 points take away (less than 0), or give.
    pub cut: i64,
    /// The tier, if the pack has tiers for it.
    pub tier: Option<Standing>,
    /// What it means, by language.
    pub says: Vec<LocalText>,
}

/// What one factor gives to a score.
#[uniffi::remote(Record)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Hundredths of a point.
    pub hundredths: i64,
    /// Its name for people, by language.
    pub says: Vec<LocalText>,
}

/// The row of a table that the person is in.
#[uniffi::remote(Record)]
pub struct Standing {
    /// Kind of the table.
    pub kind: TableKind,
    /// Name of the table.
    pub table: String,
    /// Name of the row.
    pub row: String,
    /// Since when, wall clock, ms since 1970-01-01T00:00Z.
    pub since_ms: i64,
    /// What the row means, by language.
    pub says: Vec<LocalText>,
    /// Why the person came there.
    pub why: Words,
    /// Of levels, how far the next one is.
    pub level: Option<Level>,
}

/// Kind of a table.
#[uniffi::remote(Enum)]
pub enum TableKind {
    /// The first row whose condition holds.
    Segment,
    /// A row stays as long as its condition to stay holds.
    Stage,
    /// The highest step that an amount reaches.
    Level,
    /// The same for a score.
    Tier,
}

/// Where the person is between two levels.
#[uniffi::remote(Record)]
pub struct Level {
    /// What the levels go by; `None` if it cannot be calculated.
    pub amount: Option<f64>,
    /// The next level; `None` at the top.
    pub next: Option<String>,
    /// How far it is from the step of this level to the next, 0 to 1; 1 at the top.
    pub progress: f64,
    /// What is missing to the next; 0 at the top.
    pub left: f64,
    /// For what is given in proportion to the level.
    pub multiplier: f64,
}

/// The likeliest next actions by one prediction.
#[uniffi::remote(Record)]
pub struct Prediction {
    /// Name of the prediction.
    pub name: String,
    /// The actions, the likeliest first.
    pub actions: Vec<NextAction>,
}

/// Something that the person may do next.
#[uniffi::remote(Record)]
pub struct NextAction {
    /// The action.
    pub action: String,
    /// How likely it is the next one, 0 to 1.
    pub probability: f64,
}

/// One figure that the active pack keeps.
#[uniffi::remote(Record)]
pub struct Figure {
    /// What it measures.
    pub says: Words,
    /// What it is now; durations in ms. `None` if there is nothing it could be made of.
    pub value: Option<Amount>,
    /// From when on it takes in all that happened, wall clock, ms since 1970-01-01T00:00Z; `None`
    /// if from the first event on.
    pub valid_from_ms: Option<i64>,
    /// Whether what the buffer holds has yet to be taken in.
    pub unfilled: bool,
}

/// A figure's value.
#[uniffi::remote(Enum)]
pub enum Amount {
    /// A count, a duration in ms, money in its minor unit.
    Integer {
        /// The value.
        value: i64,
    },
    /// A number with a fraction.
    Number {
        /// The value.
        value: f64,
    },
    /// Yes or no.
    Flag {
        /// The value.
        value: bool,
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
