//! What the engine has understood, as plain data.

use staykit_core::engine;
use staykit_core::profile::Scalar;
use staykit_core::rules;
use staykit_core::text::Language;

use crate::decision::{LocalText, texts};

/// What the engine has understood of the person.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// A score and its parts.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Hundredths of a point.
    pub hundredths: i64,
    /// Its name for people, by language.
    pub says: Vec<LocalText>,
}

/// The row of a table that the person is in.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Name of the prediction.
    pub name: String,
    /// The actions, the likeliest first.
    pub actions: Vec<NextAction>,
}

/// Something that the person may do next.
#[derive(Debug, Clone, PartialEq)]
pub struct NextAction {
    /// The action.
    pub action: String,
    /// How likely it is the next one, 0 to 1.
    pub probability: f64,
}

/// One figure that the active pack keeps.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
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

impl From<engine::Understanding> for Understanding {
    fn from(of: engine::Understanding) -> Self {
        let next = of.next.into_iter().map(|(name, actions)| Prediction {
            name,
            actions: actions.into_iter().map(NextAction::from).collect(),
        });
        Self {
            at_ms: of.at_ms,
            tags: of.tags.into_iter().map(Conclusion::from).collect(),
            signals: of.signals.into_iter().map(Conclusion::from).collect(),
            scores: of.scores.into_iter().map(Score::from).collect(),
            tables: of.tables.into_iter().map(Standing::from).collect(),
            next: next.collect(),
        }
    }
}

impl From<engine::Conclusion> for Conclusion {
    fn from(of: engine::Conclusion) -> Self {
        let why = of.why.into();
        Self { name: of.name, since_ms: of.since_ms, says: texts(&of.says), why }
    }
}

impl From<engine::Words> for Words {
    fn from(engine::Words { en, zh }: engine::Words) -> Self {
        Self { en, zh }
    }
}

impl From<&engine::Explanation> for Words {
    fn from(of: &engine::Explanation) -> Self {
        let text = |language| of.text(language).to_owned();
        Self { en: text(Language::English), zh: text(Language::Chinese) }
    }
}

impl From<engine::Scored> for Score {
    fn from(of: engine::Scored) -> Self {
        let factors = of.factors.into_iter().map(|factor| Factor {
            name: factor.name,
            hundredths: factor.hundredths,
            says: texts(&factor.says),
        });
        Self {
            name: of.name,
            hundredths: of.hundredths,
            factors: factors.collect(),
            cut: of.cut,
            tier: of.tier.map(Standing::from),
            says: texts(&of.says),
        }
    }
}

impl From<engine::Standing> for Standing {
    fn from(of: engine::Standing) -> Self {
        Self {
            kind: of.kind.into(),
            table: of.table,
            row: of.row,
            since_ms: of.since_ms,
            says: texts(&of.says),
            why: of.why.into(),
            level: of.level.map(Level::from),
        }
    }
}

impl From<engine::Level> for Level {
    fn from(of: engine::Level) -> Self {
        let engine::Level { amount, next, progress, left, multiplier } = of;
        Self { amount, next, progress, left, multiplier }
    }
}

impl From<engine::NextAction> for NextAction {
    fn from(engine::NextAction { action, probability }: engine::NextAction) -> Self {
        Self { action, probability }
    }
}

impl From<engine::Figure> for Figure {
    fn from(of: engine::Figure) -> Self {
        let value = of.value.map(|value| match value {
            Scalar::Integer(value) => Amount::Integer { value },
            Scalar::Number(value) => Amount::Number { value },
            Scalar::Flag(value) => Amount::Flag { value },
        });
        let says = of.says.into();
        Self { says, value, valid_from_ms: of.valid_from_ms, unfilled: of.unfilled }
    }
}

impl From<TableKind> for rules::TableKind {
    fn from(kind: TableKind) -> Self {
        match kind {
            TableKind::Segment => Self::Segment,
            TableKind::Stage => Self::Stage,
            TableKind::Level => Self::Level,
            TableKind::Tier => Self::Tier,
        }
    }
}

impl From<rules::TableKind> for TableKind {
    fn from(kind: rules::TableKind) -> Self {
        match kind {
            rules::TableKind::Segment => Self::Segment,
            rules::TableKind::Stage => Self::Stage,
            rules::TableKind::Level => Self::Level,
            rules::TableKind::Tier => Self::Tier,
        }
    }
}
