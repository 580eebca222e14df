//! Scores, tables and predictions as the messages that devices read.

use staykit_core::profile::{Derived, Prediction};
use staykit_core::rules::{Factor, Program, Row, Scale, Score, Table, TableKind};
use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::{Strings, ms, texts};

pub(super) fn derived(derived: Derived) -> Kind {
    match derived {
        Derived::Score(score) => Kind::Score(u32::from(score)),
        Derived::Is { table, row } => {
            Kind::RowIs(v1::RowOf { table: u32::from(table), row: u32::from(row) })
        }
        Derived::Age(table) => Kind::RowAge(u32::from(table)),
        Derived::Amount(table) => Kind::LevelAmount(u32::from(table)),
        Derived::Progress(table) => Kind::LevelProgress(u32::from(table)),
        Derived::Left(table) => Kind::LevelLeft(u32::from(table)),
        Derived::Multiplier(table) => Kind::LevelMultiplier(u32::from(table)),
    }
}

impl Strings {
    pub(crate) fn prediction(&mut self, of: &Prediction) -> v1::Prediction {
        v1::Prediction {
            name: of.name.clone(),
            event: self.number(&of.event),
            property: self.number(&of.property),
        }
    }
}

pub(crate) fn score(score: &Score) -> v1::Score {
    v1::Score {
        name: score.name.clone(),
        place: u32::from(score.place),
        factors: score.factors.iter().map(factor).collect(),
        says: texts(&score.says),
        values: score.values.iter().map(|value| u32::from(*value)).collect(),
    }
}

fn factor(factor: &Factor) -> v1::Factor {
    let step =
        |(from, hundredths): &(f64, i64)| v1::Step { from: *from, hundredths: short(*hundredths) };
    let (steps, linear) = match &factor.scale {
        Scale::Steps(steps) => (steps.iter().map(step).collect(), None),
        Scale::Linear { from, to, hundredths } => {
            let linear = v1::Linear { from: *from, to: *to, hundredths: short(*hundredths) };
            (Vec::new(), Some(linear))
        }
    };
    let (name, of) = (factor.name.clone(), factor.of.encode());
    v1::Factor { name, of, steps, linear, says: texts(&factor.says) }
}

pub(crate) fn table(table: &Table) -> v1::Table {
    let kind = match table.kind {
        TableKind::Segment => v1::TableKind::Segment,
        TableKind::Stage => v1::TableKind::Stage,
        TableKind::Level => v1::TableKind::Level,
        TableKind::Tier => v1::TableKind::Tier,
    };
    v1::Table {
        kind: kind.into(),
        name: table.name.clone(),
        place: u32::from(table.place),
        of: table.of.as_ref().map(Program::encode).unwrap_or_default(),
        keeps: table.keeps,
        rows: table.rows.iter().map(row).collect(),
    }
}

fn row(row: &Row) -> v1::Row {
    let condition = |program: &Option<Program>| program.as_ref().map(Program::encode);
    let plain = (row.multiplier - 1.0).abs() <= 0.0;
    v1::Row {
        name: row.name.clone(),
        enter: condition(&row.enter).unwrap_or_default(),
        stay: condition(&row.stay).unwrap_or_default(),
        at_least_ms: ms(row.at_least_ms),
        from: row.from,
        multiplier: Some(row.multiplier).filter(|_| !plain),
        says: texts(&row.says),
        values: row.values.iter().map(|value| u32::from(*value)).collect(),
    }
}

/// Points are bounded far below.
fn short(hundredths: i64) -> i32 {
    i32::try_from(hundredths).unwrap_or(i32::MAX)
}
