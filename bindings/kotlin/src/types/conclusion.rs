//! What the engine has understood.

use staykit_bindings::{
    Amount, Conclusion, Factor, Figure, Level, LocalText, NextAction, Prediction, Score, Standing,
    TableKind, Understanding, Words,
};

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
