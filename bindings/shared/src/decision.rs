//! Decisions and questions, as plain data.

use staykit_core::engine;
use staykit_core::guidance;
use staykit_core::text::{Language, Texts};

use crate::conclusion::{TableKind, Words};
use crate::error::Error;

/// Guidance that is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalText {
    /// BCP 47 locale, in lower case: `en`, `zh`, `pt-br`.
    pub locale: String,
    /// The text.
    pub text: String,
}

/// What the person did with guidance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was seen.
    Shown,
    /// It was put away.
    Dismissed,
    /// It was followed.
    Clicked,
}

/// A question to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Outcome {
    /// The outcome of that number on the hot path: 1 shown, 2 dismissed, 3 clicked.
    pub fn from_number(number: i32) -> Result<Self, Error> {
        match number {
            1 => Ok(Self::Shown),
            2 => Ok(Self::Dismissed),
            3 => Ok(Self::Clicked),
            _ => Err(Error::Argument("an outcome is 1 (shown), 2 (dismissed) or 3 (clicked)")),
        }
    }
}

impl From<Outcome> for guidance::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Shown => Self::Shown,
            Outcome::Dismissed => Self::Dismissed,
            Outcome::Clicked => Self::Clicked,
        }
    }
}

impl From<Why> for engine::Why {
    fn from(why: Why) -> Self {
        match why {
            Why::Decision { id } => Self::Decision(id),
            Why::NotShown { campaign } => Self::NotShown(campaign),
            Why::Signal { name } => Self::Signal(name),
            Why::Score { name } => Self::Score(name),
            Why::Table { kind, name } => Self::Table(kind.into(), name),
        }
    }
}

impl From<guidance::Decision> for Decision {
    fn from(decision: guidance::Decision) -> Self {
        let why =
            Words { en: decision.text(Language::English), zh: decision.text(Language::Chinese) };
        let content = decision.content;
        Self {
            id: decision.id,
            campaign: decision.campaign,
            wall_ms: decision.wall_ms,
            cause: match decision.cause {
                guidance::Cause::Event(name) => Cause::Event { name },
                guidance::Cause::Raised(name) => Cause::Raised { name },
            },
            kind: content.kind,
            title: texts(&content.title),
            body: texts(&content.body),
            action: content.action,
            why,
            shown: decision.outcomes.shown,
        }
    }
}

pub(crate) fn texts(texts: &Texts) -> Vec<LocalText> {
    let local =
        |(locale, text): (&str, &str)| LocalText { locale: locale.into(), text: text.into() };
    texts.iter().map(local).collect()
}
