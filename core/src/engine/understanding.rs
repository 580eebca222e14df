//! What the engine has understood of the person.

use std::collections::BTreeMap;

use serde::Serialize;

use super::live::Live;
use crate::rules::{Pass, Reading, Row, Score, Table, TableKind, reason};
use crate::text::{Language, Texts};
use crate::time::{ClockReading, Stamp};

/// What the engine has understood of the person: in numbers and names for an app, in words for
/// people. Signals, tags and tables are those of the last record or tick; amounts are of now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Understanding {
    /// Wall clock, ms since 1970-01-01T00:00Z.
    pub at_ms: i64,
    /// Tags that stand.
    pub tags: Vec<Conclusion>,
    /// Signals that stand.
    pub signals: Vec<Conclusion>,
    /// Scores, in the order of the pack.
    pub scores: Vec<Scored>,
    /// Segments, stages and levels that the person is in; none before the first event.
    pub tables: Vec<Standing>,
    /// The likeliest next actions of each prediction of the pack.
    pub next: BTreeMap<String, Vec<NextAction>>,
}

/// A signal or tag that stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conclusion {
    /// Its name.
    pub name: String,
    /// Since when, by the wall clock of now, ms since 1970-01-01T00:00Z.
    pub since_ms: i64,
    /// What it means, with the values of now, by language.
    pub says: Texts,
    /// Why it rose.
    pub why: Words,
}

/// Words in the languages that the engine speaks itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// A score and its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    /// Its name.
    pub name: String,
    /// Its value in hundredths of a point, 0 to 10,000.
    pub hundredths: i64,
    /// What each factor gives. With `cut` they add up to `hundredths` exactly.
    pub factors: Vec<FactorShare>,
    /// What the bounds of 0 and 100 points take away (less than 0), or give.
    pub cut: i64,
    /// The tier, if the pack has tiers for it.
    pub tier: Option<Standing>,
    /// What it means, by language.
    pub says: Texts,
}

/// What one factor gives to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactorShare {
    /// Its name.
    pub name: String,
    /// Hundredths of a point.
    pub hundredths: i64,
    /// Its name for people, by language.
    pub says: Texts,
}

/// The row of a table that the person is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Kind of the table.
    pub kind: TableKind,
    /// Name of the table.
    pub table: String,
    /// Name of the row.
    pub row: String,
    /// Since when, by the wall clock of now, ms since 1970-01-01T00:00Z.
    pub since_ms: i64,
    /// What the row means, with the values of now, by language.
    pub says: Texts,
    /// Why the person came there.
    pub why: Words,
    /// Of levels, how far the next one is.
    pub level: Option<Level>,
}

/// Where the person is between two levels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// What the levels go by; none if it cannot be calculated.
    pub amount: Option<f64>,
    /// The next level; none at the top.
    pub next: Option<String>,
    /// How far it is from the step of this level to the next, 0 to 1; 1 at the top.
    pub progress: f64,
    /// What is missing to the next; 0 at the top.
    pub left: f64,
    /// For what is given in proportion to the level.
    pub multiplier: f64,
}

/// Something that the person may do next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextAction {
    /// The action: a text of the property that the prediction is of.
    pub action: String,
    /// How likely it is the next one, 0 to 1.
    pub probability: f64,
}

/// Next actions of each prediction in [`Understanding`].
const MOST_NEXT: usize = 5;

impl Live {
    pub(super) fn understanding(&self, reading: &ClockReading) -> Understanding {
        let stamp = self.state.timeline.stamp(reading);
        let pass = self.pass(&stamp);
        let reading = Reading { pass: &pass, signals: &self.state.signals };
        let rules = &self.pack.rules;
        let (tags, signals) =
            conclusions(&reading).into_iter().partition::<Vec<_>, _>(|(tag, _)| *tag);
        let plain = |all: Vec<(bool, Conclusion)>| all.into_iter().map(|(_, of)| of).collect();
        let tables = (0..).zip(rules.tables());
        let tables = tables.filter(|(_, table)| table.kind != TableKind::Tier);
        let predictions = (0..).zip(self.pack.definitions.predictions());
        Understanding {
            at_ms: stamp.reading.wall_ms,
            tags: plain(tags),
            signals: plain(signals),
            scores: rules.scores().iter().map(|score| scored(score, &reading)).collect(),
            tables: tables.filter_map(|table| standing(table, &reading)).collect(),
            next: predictions
                .map(|(number, of)| (of.name.clone(), self.next_actions(number, MOST_NEXT)))
                .collect(),
        }
    }

    pub(super) fn next_actions(&self, prediction: u16, most: usize) -> Vec<NextAction> {
        let likeliest = self.state.profile.next_actions(prediction, most).into_iter();
        likeliest
            .map(|(action, probability)| NextAction { action: action.to_owned(), probability })
            .collect()
    }
}

/// Signals and tags that stand, and whether they are tags.
fn conclusions(reading: &Reading<'_>) -> Vec<(bool, Conclusion)> {
    let Pass { rules, stamp, .. } = reading.pass;
    let states = rules.signals().iter().zip(reading.signals.states());
    let standing = states.filter_map(|(signal, state)| {
        let conclusion = Conclusion {
            name: signal.name.clone(),
            since_ms: wall_ms(state.raised_at?, stamp),
            says: reading.says(&signal.says, &signal.values),
            why: Words::of(|language| reason(&state.why, language)),
        };
        Some((signal.tag, conclusion))
    });
    standing.collect()
}

/// A score as it is now.
pub(super) fn scored(score: &Score, reading: &Reading<'_>) -> Scored {
    let rules = reading.pass.rules;
    let shares = score.shares(reading);
    let hundredths = score.hundredths(reading);
    let sum = shares.iter().fold(0_i64, |sum, share| sum.saturating_add(share.hundredths));
    let factors = shares.into_iter().zip(&score.factors).map(|(share, factor)| FactorShare {
        name: share.factor,
        hundredths: share.hundredths,
        says: factor.says.clone(),
    });
    let tiers = rules.find_table(TableKind::Tier, &score.name);
    let tiers = tiers.and_then(|number| Some((number, rules.table(number)?)));
    Scored {
        name: score.name.clone(),
        hundredths,
        factors: factors.collect(),
        cut: hundredths.saturating_sub(sum),
        tier: tiers.and_then(|tiers| standing(tiers, reading)),
        says: reading.says(&score.says, &score.values),
    }
}

/// The row of a table; `None` before the first event.
pub(super) fn standing((number, table): (u16, &Table), reading: &Reading<'_>) -> Option<Standing> {
    let state = reading.signals.table(number)?;
    let place = state.row?;
    let row = table.row(place)?;
    Some(Standing {
        kind: table.kind,
        table: table.name.clone(),
        row: row.name.clone(),
        since_ms: wall_ms(state.since_at, reading.pass.stamp),
        says: reading.says(&row.says, &row.values),
        why: Words::of(|language| reason(&state.why, language)),
        level: (table.kind == TableKind::Level).then(|| level(table, (place, row), reading)),
    })
}

fn level(table: &Table, (place, row): (u16, &Row), reading: &Reading<'_>) -> Level {
    Level {
        amount: table.amount(reading),
        next: table.row(place.saturating_add(1)).map(|next| next.name.clone()),
        progress: table.progress(place, reading),
        left: table.left(place, reading),
        multiplier: row.multiplier,
    }
}

impl Words {
    fn of(word: impl Fn(Language) -> String) -> Self {
        Self { en: word(Language::English), zh: word(Language::Chinese) }
    }
}

/// When that was, as the wall clock of now would have shown it.
fn wall_ms(at: i64, stamp: &Stamp) -> i64 {
    stamp.reading.wall_ms.saturating_sub(stamp.at.saturating_sub(at))
}
