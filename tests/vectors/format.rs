//! What a vector says. `tests/vectors/README.md` tells it to those who replay it elsewhere.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use staykit_bindings::encoding::Encoded;
use staykit_bindings::{
    Cause, Consent, Decision, Delivery, HostZone, LocalText, Outcome, Settings, Why, Words,
};
use staykit_core::event::{Draft, Value};

/// What happens to one device, and what comes of each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    /// What it shows.
    pub(crate) shows: String,
    pub(crate) settings: Given,
    pub(crate) steps: Vec<Timed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    pub(crate) pack: String,
    pub(crate) app_version: String,
    pub(crate) consent: Allowed,
    pub(crate) zone: Local,
    pub(crate) boot_id: u64,
    pub(crate) wall_ms: i64,
    pub(crate) boot_ms: u64,
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowed {
    record: bool,
    guide: bool,
    upload: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Local {
    pub(crate) offset_min: i16,
    pub(crate) next_at_ms: Option<i64>,
    pub(crate) next_offset_min: i16,
}

/// A step, so many ms after the one before by both clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timed {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) after_ms: i64,
    /// By how much the person moves the wall clock alone, before the step.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) moved_ms: i64,
    #[serde(flatten)]
    pub(crate) step: Step,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Step {
    Record {
        name: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        properties: Vec<Property>,
        #[serde(default)]
        bytes: String,
        #[serde(default)]
        answer: i64,
    },
    Facts(Change),
    Context(Change),
    Tick {
        #[serde(default)]
        answer: i64,
    },
    NextDue {
        #[serde(default)]
        at_ms: Option<i64>,
    },
    Zone(Local),
    Consent(Allowed),
    Decisions {
        #[serde(default)]
        are: Vec<Shown>,
    },
    Report {
        decision: u64,
        outcome: Reported,
        #[serde(default)]
        answer: i64,
    },
    Explain {
        why: Question,
        #[serde(default)]
        text: InTwo,
    },
    Upload(Upload),
    /// The app is closed and started again.
    Reopen,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) properties: Vec<Property>,
    #[serde(default)]
    pub(crate) bytes: String,
    #[serde(default)]
    pub(crate) answer: i64,
}

/// A named value. Whole numbers are texts: those of JavaScript end at 2^53.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Property {
    Text {
        name: String,
        value: String,
    },
    /// Units of UTF-16, some of which may be no text.
    Utf16 {
        name: String,
        units: Vec<u16>,
    },
    Integer {
        name: String,
        value: String,
    },
    Number {
        name: String,
        value: f64,
    },
    Flag {
        name: String,
        value: bool,
    },
    Money {
        name: String,
        minor: String,
        currency: String,
    },
    Unset {
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reported {
    Shown,
    Dismissed,
    Clicked,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Question {
    Decision(u64),
    NotShown(String),
    Signal(String),
    Score(String),
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct InTwo {
    en: String,
    zh: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shown {
    id: u64,
    campaign: String,
    wall_ms: i64,
    /// `event:` or `raised:`, and a name.
    pub(crate) cause: String,
    kind: String,
    title: InTwo,
    body: InTwo,
    action: String,
    why: InTwo,
    #[serde(rename = "shown")]
    pub(crate) seen: bool,
}

/// One batch handed out, and what the server answered. In both the batch's id, which no seed
/// foretells, stands as 16 bytes of zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Upload {
    /// The request's body; none if there was nothing to send.
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) events: u64,
    #[serde(default)]
    pub(crate) attempt: u32,
    /// Status code; an acknowledgement goes with 200.
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) response: String,
    #[serde(default)]
    pub(crate) delivery: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

impl Step {
    /// What is to be shown then.
    pub(crate) fn shown(&self) -> &[Shown] {
        if let Self::Decisions { are } = self { are } else { &[] }
    }
}

impl Given {
    pub(crate) fn settings(&self, folder: String) -> Settings {
        Settings {
            folder,
            app_version: self.app_version.clone(),
            consent: Some(self.consent.into()),
            builtin_pack: Some(self.pack.clone()),
            boot_id: Some(self.boot_id),
            zone: self.zone.into(),
            ..Settings::default()
        }
    }
}

impl Property {
    /// As the core takes it: a name, and a value unless it is unset.
    pub(crate) fn core(&self) -> (String, Option<Value>) {
        let whole = |text: &str| text.parse::<i64>().unwrap();
        match self {
            Self::Text { name, value } => (name.clone(), Some(Value::Text(value.clone()))),
            Self::Utf16 { name, units } => {
                (name.clone(), Some(Value::Text(String::from_utf16_lossy(units))))
            }
            Self::Integer { name, value } => (name.clone(), Some(Value::Integer(whole(value)))),
            Self::Number { name, value } => (name.clone(), Some(Value::Number(*value))),
            Self::Flag { name, value } => (name.clone(), Some(Value::Flag(*value))),
            Self::Money { .. } => panic!("no fact is money"),
            Self::Unset { name } => (name.clone(), None),
        }
    }

    /// As an app writes it in Rust.
    pub(crate) fn drafted(&self, draft: Draft) -> Draft {
        if let Self::Money { name, minor, currency } = self {
            return draft.money(name.as_str(), minor.parse().unwrap(), currency);
        }
        match self.core() {
            (name, Some(value)) => draft.value(name, value),
            (_, None) => draft,
        }
    }

    /// As a facade writes it.
    fn encode(&self, to: Encoded) -> Encoded {
        let whole = |text: &str| text.parse::<i64>().unwrap();
        match self {
            Self::Text { name, value } => to.text(name, value),
            Self::Utf16 { name, units } => to.text(name, &String::from_utf16_lossy(units)),
            Self::Integer { name, value } => to.integer(name, whole(value)),
            Self::Number { name, value } => to.number(name, *value),
            Self::Flag { name, value } => to.flag(name, *value),
            Self::Money { name, minor, currency } => to.money(name, whole(minor), currency),
            Self::Unset { name } => to.unset(name),
        }
    }
}

/// The bytes of a draft, or of changes if there is no name.
pub(crate) fn encoded(name: Option<&str>, properties: &[Property]) -> Vec<u8> {
    let begun = name.map_or_else(Encoded::changes, Encoded::draft);
    properties.iter().fold(begun, |to, property| property.encode(to)).bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// The bytes with `to` wherever `from` stands.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> =
        (0..bytes.len()).filter(|place| bytes[*place..].starts_with(from)).collect();
    for place in places {
        bytes[place..place + from.len()].copy_from_slice(to);
    }
    bytes
}

pub(crate) fn delivery(of: Delivery) -> String {
    match of {
        Delivery::Acknowledged => "acknowledged".into(),
        // How long, if at all, is drawn by the batch's id.
        Delivery::Retry { .. } => "retry".into(),
        Delivery::Split => "split".into(),
        Delivery::SetAside { events } => format!("{events} set aside"),
        Delivery::Unknown => "unknown".into(),
    }
}

impl From<Allowed> for Consent {
    fn from(Allowed { record, guide, upload }: Allowed) -> Self {
        Self { record, guide, upload }
    }
}

impl From<Local> for HostZone {
    fn from(Local { offset_min, next_at_ms, next_offset_min }: Local) -> Self {
        Self { offset_min, next_at_ms, next_offset_min }
    }
}

impl From<Reported> for Outcome {
    fn from(of: Reported) -> Self {
        match of {
            Reported::Shown => Self::Shown,
            Reported::Dismissed => Self::Dismissed,
            Reported::Clicked => Self::Clicked,
        }
    }
}

impl From<Question> for Why {
    fn from(of: Question) -> Self {
        match of {
            Question::Decision(id) => Self::Decision { id },
            Question::NotShown(campaign) => Self::NotShown { campaign },
            Question::Signal(name) => Self::Signal { name },
            Question::Score(name) => Self::Score { name },
        }
    }
}

impl From<Words> for InTwo {
    fn from(Words { en, zh }: Words) -> Self {
        Self { en, zh }
    }
}

impl From<Vec<LocalText>> for InTwo {
    fn from(texts: Vec<LocalText>) -> Self {
        let find = |locale: &str| texts.iter().find(|text| text.locale == locale);
        let text = |locale| find(locale).map(|text| text.text.clone()).unwrap_or_default();
        Self { en: text("en"), zh: text("zh") }
    }
}

impl From<Decision> for Shown {
    fn from(of: Decision) -> Self {
        Self {
            id: of.id,
            campaign: of.campaign,
            wall_ms: of.wall_ms,
            cause: match of.cause {
                Cause::Event { name } => format!("event:{name}"),
                Cause::Raised { name } => format!("raised:{name}"),
            },
            kind: of.kind,
            title: of.title.into(),
            body: of.body.into(),
            action: of.action,
            why: of.why.into(),
            seen: of.shown,
        }
    }
}
