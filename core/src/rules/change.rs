//! What a pass over the rules reports.

use super::explain::Comparison;
use super::table::TableKind;
use crate::text::{Language, Texts};
use crate::time::Stamp;

/// A signal rose or fell.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalChange {
    /// Its name.
    pub signal: String,
    /// Its number in the active pack.
    pub number: u16,
    /// Whether it rose.
    pub raised: bool,
    /// When, on the timeline, ms.
    pub at: i64,
    /// The clocks then.
    pub stamp: Stamp,
    /// Why.
    pub why: Vec<Comparison>,
    /// What the pack says of it, with the values of that moment; empty for a fall.
    pub says: Texts,
}

impl SignalChange {
    /// Why it rose or fell, in words.
    #[must_use]
    pub fn reason(&self, language: Language) -> String {
        reason(&self.why, language)
    }
}

/// The person came into another row of a table: another segment, stage, level or tier.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChange {
    /// Kind of the table.
    pub kind: TableKind,
    /// Its name.
    pub table: String,
    /// The row so far; none the first time.
    pub from: Option<String>,
    /// The row from now on.
    pub to: String,
    /// When, on the timeline, ms.
    pub at: i64,
    /// The clocks then.
    pub stamp: Stamp,
    /// Why.
    pub why: Vec<Comparison>,
    /// What the pack says of the row, with the values of that moment.
    pub says: Texts,
}

impl TableChange {
    /// Why, in words.
    #[must_use]
    pub fn reason(&self, language: Language) -> String {
        reason(&self.why, language)
    }
}

/// Comparisons in words, one after the other.
pub(crate) fn reason(why: &[Comparison], language: Language) -> String {
    let why: Vec<String> = why.iter().map(|found| found.text(language)).collect();
    why.join(language.pick(", ", "，"))
}

/// Where a pass puts what changed.
pub(crate) struct Changes<'a> {
    pub(crate) signals: &'a mut Vec<SignalChange>,
    pub(crate) tables: &'a mut Vec<TableChange>,
}
