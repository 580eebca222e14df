//! Tables: the person is in one row of each. Segments, stages of life, levels, tiers of scores.

use std::fmt;

use super::evaluate::{amount, holds};
use super::program::Program;
use super::score::rising;
use super::value::Readings;
use crate::text::Texts;

/// Rows of one table.
pub const MOST_ROWS: usize = 64;
/// Largest multiplier of a level.
pub const LARGEST_MULTIPLIER: f64 = 1_000.0;

/// What a table says of the person, and so how its row is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// The first row whose condition holds; the last has none.
    Segment,
    /// The standing row as long as its `stay` holds (without one, its `enter`) or its time is not
    /// over; then the first whose `enter` holds, else the first of all.
    Stage,
    /// The highest step that an amount reaches, the lowest if it reaches none.
    Level,
    /// The same for a score of that name.
    Tier,
}

impl TableKind {
    /// As the language writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Stage => "stage",
            Self::Level => "level",
            Self::Tier => "tier",
        }
    }
}

impl fmt::Display for TableKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Rows of which the person is in one.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// How its row is found.
    pub kind: TableKind,
    /// Its place in the one order of signals, scores and tables.
    pub place: u16,
    /// Its rows, the lowest step first.
    pub rows: Vec<Row>,
    /// What levels and tiers go by; none for the other kinds.
    pub of: Option<Program>,
    /// A level once reached stays.
    pub keeps: bool,
}

/// One row; which parts it has, its table's kind says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Segments and stages: when a person comes here.
    pub enter: Option<Program>,
    /// Stages: as long as this holds, they stay.
    pub stay: Option<Program>,
    /// Stages: they stay at least this long.
    pub at_least_ms: i64,
    /// Levels and tiers: the amount from which on it is reached.
    pub from: f64,
    /// Levels: for what is given in proportion to the level.
    pub multiplier: f64,
    /// What it means, with `{0}`, `{1}` ... for `values`.
    pub says: Texts,
    /// Features that fill the places of `says`.
    pub values: Vec<u16>,
}

impl Row {
    /// A row without conditions.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            enter: None,
            stay: None,
            at_least_ms: 0,
            from: 0.0,
            multiplier: 1.0,
            says: Texts::default(),
            values: Vec::new(),
        }
    }
}

impl Table {
    /// The number of the row of that name.
    #[must_use]
    pub fn find(&self, row: &str) -> Option<u16> {
        let place = self.rows.iter().position(|known| known.name == row)?;
        u16::try_from(place).ok()
    }

    /// The row with that number.
    #[must_use]
    pub fn row(&self, number: u16) -> Option<&Row> {
        self.rows.get(usize::from(number))
    }

    /// The row that the person is in now; `standing` is the one so far, with how long it stands.
    pub(super) fn choose(&self, standing: Option<(u16, i64)>, readings: &impl Readings) -> u16 {
        match self.kind {
            TableKind::Segment => self.first(readings).unwrap_or_else(|| self.last()),
            TableKind::Stage => {
                let stays = |(number, ms): &(u16, i64)| {
                    self.row(*number).is_some_and(|row| row.keeps(*ms, readings))
                };
                match standing.filter(stays) {
                    Some((number, _)) => number,
                    None => self.first(readings).unwrap_or(0),
                }
            }
            TableKind::Level | TableKind::Tier => {
                let reached = self.reached(readings);
                let kept = standing.filter(|_| self.keeps).map_or(0, |(number, _)| number);
                reached.max(kept)
            }
        }
    }

    /// The first row whose condition holds.
    fn first(&self, readings: &impl Readings) -> Option<u16> {
        let place = self
            .rows
            .iter()
            .position(|row| row.enter.as_ref().is_some_and(|enter| holds(enter, readings)))?;
        u16::try_from(place).ok()
    }

    fn last(&self) -> u16 {
        u16::try_from(self.rows.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }

    fn reached(&self, readings: &impl Readings) -> u16 {
        let amount = self.amount(readings).unwrap_or(f64::NEG_INFINITY);
        let above = self.rows.iter().skip(1).take_while(|row| row.from <= amount);
        u16::try_from(above.count()).unwrap_or(0)
    }

    /// What it goes by; `None` for segments and stages, and for a calculation that cannot be done.
    pub(crate) fn amount(&self, readings: &impl Readings) -> Option<f64> {
        amount(self.of.as_ref()?, readings)
    }

    /// How far it is from the step of `row` to the next, 0 to 1.
    pub(crate) fn progress(&self, row: u16, readings: &impl Readings) -> f64 {
        let (Some(here), Some(next)) = (self.row(row), self.row(row.saturating_add(1))) else {
            return 1.0;
        };
        let amount = self.amount(readings).unwrap_or(here.from);
        ((amount - here.from) / (next.from - here.from)).clamp(0.0, 1.0)
    }

    /// What is missing to the step after `row`.
    pub(crate) fn left(&self, row: u16, readings: &impl Readings) -> f64 {
        let (Some(here), Some(next)) = (self.row(row), self.row(row.saturating_add(1))) else {
            return 0.0;
        };
        (next.from - self.amount(readings).unwrap_or(here.from)).max(0.0)
    }

    /// The conditions of its rows.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Program> {
        self.rows.iter().flat_map(|row| row.enter.iter().chain(&row.stay))
    }

    /// Whether it has the parts that its kind asks for, and figures within the limits.
    pub(super) fn is_sound(&self) -> bool {
        let mut names: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let rows = (1..=MOST_ROWS).contains(&self.rows.len()) && names.len() == self.rows.len();
        rows && self.rows.iter().all(Row::is_bounded)
            && match self.kind {
                TableKind::Segment => self.is_list(self.last()) && !self.has_dwell(),
                TableKind::Stage => self.is_list(0),
                TableKind::Level | TableKind::Tier => {
                    self.of.is_some()
                        && !self.has_dwell()
                        && self.rows.iter().all(|row| row.enter.is_none())
                        && rising(self.rows.iter().map(|row| row.from))
                }
            }
    }

    /// Whether each row has a condition to come in; the row that all others fall back on needs
    /// none.
    fn is_list(&self, fallback: u16) -> bool {
        let enters = |(number, row): (u16, &Row)| row.enter.is_some() || number == fallback;
        self.of.is_none() && !self.keeps && (0..).zip(&self.rows).all(enters)
    }

    fn has_dwell(&self) -> bool {
        self.rows.iter().any(|row| row.stay.is_some() || row.at_least_ms > 0)
    }
}

impl Row {
    fn keeps(&self, ms: i64, readings: &impl Readings) -> bool {
        let stay = self.stay.as_ref().or(self.enter.as_ref());
        ms < self.at_least_ms || stay.is_some_and(|stay| holds(stay, readings))
    }

    fn is_bounded(&self) -> bool {
        (0..=crate::profile::limits::REACH_MS).contains(&self.at_least_ms)
            && (0.0..=LARGEST_MULTIPLIER).contains(&self.multiplier)
    }
}
