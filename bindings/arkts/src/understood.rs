//! What the engine has understood, as `ArkTS` sees it.

use node_api::bindgen_prelude::Either;
use node_api_derive::napi;
use staykit_bindings as shared;

use crate::told::{NativeNextAction, NativeText, NativeWords, texts};
use crate::values::number;

/// What the engine has understood of the person.
#[napi(object)]
pub struct NativeUnderstanding {
    /// Wall clock, ms since 1970-01-01T00:00Z.
    pub at_ms: f64,
    /// Tags that stand.
    pub tags: Vec<NativeConclusion>,
    /// Signals that stand.
    pub signals: Vec<NativeConclusion>,
    /// Scores, in the order of the pack.
    pub scores: Vec<NativeScore>,
    /// Segments, stages and levels that the person is in.
    pub tables: Vec<NativeStanding>,
    /// The likeliest next actions of each prediction of the pack.
    pub next: Vec<NativePrediction>,
}

/// A signal or tag that stands.
#[napi(object)]
pub struct NativeConclusion {
    /// Its name.
    pub name: String,
    /// Since when, ms since 1970-01-01T00:00Z.
    pub since_ms: f64,
    /// What it means.
    pub says: Vec<NativeText>,
    /// Why it rose.
    pub why: NativeWords,
}

/// A score and its parts.
#[napi(object)]
pub struct NativeScore {
    /// Its name.
    pub name: String,
    /// Hundredths of a point, 0 to 10,000.
    pub hundredths: f64,
    /// What each factor gives.
    pub factors: Vec<NativeFactor>,
    /// What the bounds of 0 and 100 points take away (less than 0), or give.
    pub cut: f64,
    /// The tier, if the pack has tiers for it.
    pub tier: Option<NativeStanding>,
    /// What it means.
    pub says: Vec<NativeText>,
}

/// What one factor gives to a score.
#[napi(object)]
pub struct NativeFactor {
    /// Its name.
    pub name: String,
    /// Hundredths of a point.
    pub hundredths: f64,
    /// Its name for people.
    pub says: Vec<NativeText>,
}

/// The row of a table that the person is in.
#[napi(object)]
pub struct NativeStanding {
    /// `segment`, `stage`, `level` or `tier`.
    pub kind: String,
    /// Name of the table.
    pub table: String,
    /// Name of the row.
    pub row: String,
    /// Since when, ms since 1970-01-01T00:00Z.
    pub since_ms: f64,
    /// What the row means.
    pub says: Vec<NativeText>,
    /// Why the person came there.
    pub why: NativeWords,
    /// Of levels, how far the next one is.
    pub level: Option<NativeLevel>,
}

/// Where the person is between two levels.
#[napi(object)]
pub struct NativeLevel {
    /// What the levels go by, if it can be calculated.
    pub amount: Option<f64>,
    /// The next level; none at the top.
    pub next: Option<String>,
    /// How far it is from this step to the next, 0 to 1.
    pub progress: f64,
    /// What is missing to the next.
    pub left: f64,
    /// For what is given in proportion to the level.
    pub multiplier: f64,
}

/// The likeliest next actions by one prediction.
#[napi(object)]
pub struct NativePrediction {
    /// Name of the prediction.
    pub name: String,
    /// The actions, the likeliest first.
    pub actions: Vec<NativeNextAction>,
}

/// One figure that the active pack keeps.
#[napi(object)]
pub struct NativeFigure {
    /// What it measures.
    pub says: NativeWords,
    /// What it is now; durations in ms.
    pub value: Option<Either<f64, bool>>,
    /// From when on it takes in all that happened, ms since 1970-01-01T00:00Z.
    pub valid_from_ms: Option<f64>,
    /// Whether what the buffer holds has yet to be taken in.
    pub unfilled: bool,
}

impl From<shared::Understanding> for NativeUnderstanding {
    fn from(of: shared::Understanding) -> Self {
        Self {
            at_ms: number(of.at_ms),
            tags: all(of.tags),
            signals: all(of.signals),
            scores: all(of.scores),
            tables: all(of.tables),
            next: all(of.next),
        }
    }
}

impl From<shared::Conclusion> for NativeConclusion {
    fn from(of: shared::Conclusion) -> Self {
        let (says, why) = (texts(of.says), of.why.into());
        Self { name: of.name, since_ms: number(of.since_ms), says, why }
    }
}

impl From<shared::Score> for NativeScore {
    fn from(of: shared::Score) -> Self {
        Self {
            name: of.name,
            hundredths: number(of.hundredths),
            factors: all(of.factors),
            cut: number(of.cut),
            tier: of.tier.map(NativeStanding::from),
            says: texts(of.says),
        }
    }
}

impl From<shared::Factor> for NativeFactor {
    fn from(of: shared::Factor) -> Self {
        Self { name: of.name, hundredths: number(of.hundredths), says: texts(of.says) }
    }
}

impl From<shared::Standing> for NativeStanding {
    fn from(of: shared::Standing) -> Self {
        Self {
            kind: kind(of.kind).to_owned(),
            table: of.table,
            row: of.row,
            since_ms: number(of.since_ms),
            says: texts(of.says),
            why: of.why.into(),
            level: of.level.map(NativeLevel::from),
        }
    }
}

impl From<shared::Level> for NativeLevel {
    fn from(of: shared::Level) -> Self {
        let shared::Level { amount, next, progress, left, multiplier } = of;
        Self { amount, next, progress, left, multiplier }
    }
}

impl From<shared::Prediction> for NativePrediction {
    fn from(of: shared::Prediction) -> Self {
        Self { name: of.name, actions: all(of.actions) }
    }
}

impl From<shared::Figure> for NativeFigure {
    fn from(of: shared::Figure) -> Self {
        let value = of.value.map(|amount| match amount {
            shared::Amount::Integer { value } => Either::A(number(value)),
            shared::Amount::Number { value } => Either::A(value),
            shared::Amount::Flag { value } => Either::B(value),
        });
        let valid_from_ms = of.valid_from_ms.map(number);
        Self { says: of.says.into(), value, valid_from_ms, unfilled: of.unfilled }
    }
}

fn all<T, N: From<T>>(of: Vec<T>) -> Vec<N> {
    of.into_iter().map(N::from).collect()
}

fn kind(kind: shared::TableKind) -> &'static str {
    match kind {
        shared::TableKind::Segment => "segment",
        shared::TableKind::Stage => "stage",
        shared::TableKind::Level => "level",
        shared::TableKind::Tier => "tier",
    }
}
