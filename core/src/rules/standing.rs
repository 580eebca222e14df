//! Which row of a table the person is in.

use super::change::{Changes, TableChange};
use super::explain::{Comparison, explain};
use super::order::Node;
use super::program::{Op, Relation};
use super::reading::{Pass, Reading};
use super::state::{Marked, Signals, TableState};
use super::table::{Table, TableKind};
use super::value::Readings;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::{Derived, Feature, Scalar};

impl Signals {
    /// Puts the person into the row of a table that is theirs now, and marks what reads it if it
    /// is another one than before. Whether it is. Before the first event they are in none.
    pub(super) fn place(
        &mut self,
        number: u16,
        pass: &Pass<'_>,
        marked: &mut Marked,
        changes: &mut Changes<'_>,
    ) -> bool {
        let (Some(table), Some(state)) = (pass.rules.table(number), self.table(number)) else {
            return false;
        };
        if !pass.profile.has_begun() {
            return false;
        }
        let now = pass.stamp.at;
        let reading = Reading { pass, signals: self };
        let standing = state.row.map(|row| (row, now.saturating_sub(state.since_at)));
        let row = table.choose(standing, &reading);
        if state.row == Some(row) {
            return false;
        }
        let why = why((number, table), (state.row, row), &reading);
        let said =
            table.row(row).map(|row| reading.says(&row.says, &row.values)).unwrap_or_default();
        let name = |row: u16| table.row(row).map(|row| row.name.clone());
        changes.tables.push(TableChange {
            kind: table.kind,
            table: table.name.clone(),
            from: state.row.and_then(name),
            to: name(row).unwrap_or_default(),
            at: now,
            stamp: *pass.stamp,
            why: why.clone(),
            says: said,
        });
        if let Some(state) = self.table_mut(number) {
            *state = TableState { row: Some(row), since_at: now, why, due_at: state.due_at };
        }
        if let Some(place) = pass.rules.place(Node::Table(number)) {
            marked.mark(pass.rules.readers(place));
        }
        true
    }

    /// When the time is over that a person stays in a stage at least.
    pub(super) fn dwells_until(&self, node: Node, pass: &Pass<'_>) -> Option<i64> {
        let Node::Table(number) = node else { return None };
        let state = self.table(number)?;
        let row = pass.rules.table(number)?.row(state.row?)?;
        let until = state.since_at.saturating_add(row.at_least_ms);
        (until > pass.stamp.at).then_some(until)
    }
}

/// What speaks for the new row: what its condition found, the step that was reached; or, for a row
/// that others fall back on, what no longer holds of the old one.
fn why(
    (number, table): (u16, &Table),
    (from, to): (Option<u16>, u16),
    reading: &Reading<'_>,
) -> Vec<Comparison> {
    let Pass { rules, definitions, .. } = reading.pass;
    if matches!(table.kind, TableKind::Level | TableKind::Tier) {
        return amount_against((number, table), (from, to), reading).into_iter().collect();
    }
    let found = |program, held: bool| {
        let mut why = explain(program, reading, definitions, rules).1;
        why.retain(|comparison| comparison.held == held);
        why
    };
    if let Some(enter) = table.row(to).and_then(|row| row.enter.as_ref()) {
        return found(enter, true);
    }
    let left = from.and_then(|row| table.row(row));
    let left = left.and_then(|row| row.stay.as_ref().or(row.enter.as_ref()));
    left.map(|program| found(program, false)).unwrap_or_default()
}

/// What a level goes by against the step that was reached, or is not reached any more.
fn amount_against(
    (number, table): (u16, &Table),
    (from, to): (Option<u16>, u16),
    reading: &Reading<'_>,
) -> Option<Comparison> {
    let Pass { rules, definitions, .. } = reading.pass;
    let of = table.of.as_ref()?;
    let rose = from.is_none_or(|from| to > from);
    let step = table.row(if rose { to } else { to.saturating_add(1) })?.from;
    let relation = if rose { Relation::GreaterOrEqual } else { Relation::Less };
    let mut ops = of.ops();
    let (feature, value) = match (ops.next(), ops.next()) {
        (Some(Op::Feature(of)), None) => (definitions.feature(of)?.clone(), reading.read(of)?),
        _ => (Feature::Derived(Derived::Amount(number)), Scalar::Number(table.amount(reading)?)),
    };
    let limit = match value {
        Scalar::Integer(_) => Scalar::Integer(whole(step)),
        _ => Scalar::Number(step),
    };
    Comparison::named(feature, (relation, value, limit, true), reading, (definitions, rules))
}

#[expect(clippy::cast_possible_truncation, reason = "the cast stops at the largest number")]
fn whole(step: f64) -> i64 {
    libm::ceil(step) as i64
}

/// A row by its names, so that another pack finds its own.
pub(super) struct Stored {
    pub(super) kind: u8,
    pub(super) table: String,
    pub(super) row: String,
    since_at: i64,
    why: Vec<Comparison>,
}

impl TableKind {
    fn number(self) -> u8 {
        match self {
            Self::Segment => 1,
            Self::Stage => 2,
            Self::Level => 3,
            Self::Tier => 4,
        }
    }
}

impl TableState {
    pub(super) fn encode(&self, table: &Table, out: &mut Writer<'_>) {
        out.byte(table.kind.number());
        out.text(&table.name);
        out.text(self.row.and_then(|row| table.row(row)).map_or("", |row| &row.name));
        out.signed(self.since_at);
        out.length(self.why.len());
        self.why.iter().for_each(|comparison| comparison.encode(out));
    }
}

impl Stored {
    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            kind: input.byte()?,
            table: input.text()?.to_owned(),
            row: input.text()?.to_owned(),
            since_at: input.signed()?,
            why: input.list(Comparison::decode)?,
        })
    }

    /// The state of a table that has that row still.
    pub(super) fn state(&self, table: &Table) -> Option<TableState> {
        let same = self.kind == table.kind.number() && self.table == table.name;
        let row = table.find(&self.row).filter(|_| same)?;
        let (since_at, why) = (self.since_at, self.why.clone());
        Some(TableState { row: Some(row), since_at, why, due_at: i64::MIN })
    }
}
