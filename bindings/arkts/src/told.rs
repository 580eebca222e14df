//! What the engine tells, as `ArkTS` sees it.

use node_api::bindgen_prelude::ArrayBuffer;
use node_api_derive::napi;
use staykit_bindings as shared;

use crate::values::{NativeConsent, count, number};

/// A text and its locale.
#[napi(object)]
pub struct NativeText {
    /// `en`, `zh`, `pt-br`.
    pub locale: String,
    /// The text.
    pub text: String,
}

/// Words in the languages that the engine speaks itself.
#[napi(object)]
pub struct NativeWords {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl From<shared::Words> for NativeWords {
    fn from(shared::Words { en, zh }: shared::Words) -> Self {
        Self { en, zh }
    }
}

/// What made a campaign a candidate.
#[napi(object)]
pub struct NativeCause {
    /// `event`, or `raised` for a signal that rose.
    pub kind: String,
    /// Name of the event or signal.
    pub name: String,
}

impl From<shared::Cause> for NativeCause {
    fn from(cause: shared::Cause) -> Self {
        let (kind, name) = match cause {
            shared::Cause::Event { name } => ("event", name),
            shared::Cause::Raised { name } => ("raised", name),
        };
        Self { kind: kind.to_owned(), name }
    }
}

/// Something to show.
#[napi(object)]
pub struct NativeDecision {
    /// For reports.
    pub id: f64,
    /// Name of the campaign.
    pub campaign: String,
    /// `popup`, `banner` ...
    pub kind: String,
    /// Heading.
    pub title: Vec<NativeText>,
    /// Text below it.
    pub body: Vec<NativeText>,
    /// Where a click leads.
    pub action: String,
    /// When it was decided, ms since 1970-01-01T00:00Z.
    pub wall_ms: f64,
    /// What made the campaign a candidate.
    pub cause: NativeCause,
    /// Why it was decided.
    pub why: NativeWords,
    /// It was reported as seen.
    pub shown: bool,
}

impl From<shared::Decision> for NativeDecision {
    fn from(of: shared::Decision) -> Self {
        Self {
            id: count(of.id),
            campaign: of.campaign,
            kind: of.kind,
            title: texts(of.title),
            body: texts(of.body),
            action: of.action,
            wall_ms: number(of.wall_ms),
            cause: of.cause.into(),
            why: of.why.into(),
            shown: of.shown,
        }
    }
}

pub(crate) fn texts(texts: Vec<shared::LocalText>) -> Vec<NativeText> {
    let text = |of: shared::LocalText| NativeText { locale: of.locale, text: of.text };
    texts.into_iter().map(text).collect()
}

/// What the person is likely to do next.
#[napi(object)]
pub struct NativeNextAction {
    /// The action.
    pub action: String,
    /// 0 to 1.
    pub probability: f64,
}

impl From<shared::NextAction> for NativeNextAction {
    fn from(of: shared::NextAction) -> Self {
        Self { action: of.action, probability: of.probability }
    }
}

/// How the engine is.
#[napi(object)]
pub struct NativeStatus {
    /// 32 hexadecimal digits; empty while locked.
    pub installation: String,
    /// `locked`, `unavailable`, `unlocked` or `closed`.
    pub key: String,
    /// What the person allows.
    pub consent: NativeConsent,
    /// Epoch of the numbering.
    pub epoch: f64,
    /// Last number given.
    pub last_seq: f64,
    /// Events recorded since the installation.
    pub recorded: f64,
    /// What is in memory only.
    pub in_memory: f64,
    /// Events refused because the memory was full.
    pub refused_events: f64,
    /// `sound`, `full`, `read_only`, `backlog` or `failing`.
    pub storage: String,
    /// Events that the collector has not acknowledged.
    pub events_waiting: f64,
    /// Bytes of all files.
    pub file_bytes: f64,
    /// Bytes that they may take.
    pub byte_budget: f64,
    /// Events given up.
    pub dropped_events: f64,
    /// Something on flash could not be read.
    pub damaged: bool,
    /// Damage may have taken what the person said last.
    pub consent_in_doubt: bool,
    /// Name of the active pack.
    pub pack_name: String,
    /// Its version.
    pub pack_version: u32,
    /// Why the pack of the settings is not in force.
    pub pack_refused: Option<String>,
    /// Signals that stand.
    pub signals: Vec<String>,
}

impl From<shared::Status> for NativeStatus {
    fn from(of: shared::Status) -> Self {
        Self {
            installation: of.installation,
            key: key(of.key).to_owned(),
            consent: of.consent.into(),
            epoch: count(of.epoch),
            last_seq: count(of.last_seq),
            recorded: count(of.recorded),
            in_memory: count(of.in_memory),
            refused_events: count(of.refused_events),
            storage: storage(of.storage).to_owned(),
            events_waiting: count(of.events_waiting),
            file_bytes: count(of.file_bytes),
            byte_budget: count(of.byte_budget),
            dropped_events: count(of.dropped_events),
            damaged: of.damaged,
            consent_in_doubt: of.consent_in_doubt,
            pack_name: of.pack,
            pack_version: of.pack_version,
            pack_refused: of.pack_refused,
            signals: of.signals,
        }
    }
}

fn key(state: shared::KeyState) -> &'static str {
    match state {
        shared::KeyState::Locked => "locked",
        shared::KeyState::Unavailable => "unavailable",
        shared::KeyState::Unlocked => "unlocked",
        shared::KeyState::Closed => "closed",
    }
}

fn storage(state: shared::StorageState) -> &'static str {
    match state {
        shared::StorageState::Sound => "sound",
        shared::StorageState::Full => "full",
        shared::StorageState::ReadOnly => "read_only",
        shared::StorageState::Backlog => "backlog",
        shared::StorageState::Failing => "failing",
    }
}

/// What became of a batch.
#[napi(object)]
pub struct NativeDelivery {
    /// `acknowledged`, `retry`, `split`, `set_aside` or `unknown`.
    pub kind: String,
    /// The pause before the next attempt, ms.
    pub after_ms: f64,
}

impl From<shared::Delivery> for NativeDelivery {
    fn from(delivery: shared::Delivery) -> Self {
        let (kind, after_ms) = match delivery {
            shared::Delivery::Acknowledged => ("acknowledged", 0),
            shared::Delivery::Retry { after_ms } => ("retry", after_ms),
            shared::Delivery::Split => ("split", 0),
            shared::Delivery::SetAside { .. } => ("set_aside", 0),
            shared::Delivery::Unknown => ("unknown", 0),
        };
        Self { kind: kind.to_owned(), after_ms: number(after_ms) }
    }
}

/// What came back for a batch.
#[napi(object, object_to_js = false)]
pub struct NativeAnswer<'env> {
    /// Status code; 0 for no answer at all.
    pub status: u32,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: Option<ArrayBuffer<'env>>,
}

impl From<NativeAnswer<'_>> for shared::Answer {
    fn from(answer: NativeAnswer<'_>) -> Self {
        match u16::try_from(answer.status) {
            Ok(0) | Err(_) => Self::Unreachable,
            Ok(status) => Self::Response {
                status,
                retry_after: answer.retry_after,
                body: answer.body.map(|body| body.to_vec()).unwrap_or_default(),
            },
        }
    }
}
