//! Scores, tables and predictions out of their messages.

use staykit_proto::v1;

use super::features::Entry;
use super::{PackError, limits};
use crate::event::limits::PROPERTY_NAME;
use crate::profile::{Definitions, Derived, Feature, LONGEST_ACTION, Prediction};
use crate::rules::{Factor, Program, Row, Scale, Score, Table, TableKind};

impl Entry<'_> {
    pub(super) fn score(&self, index: u32) -> Result<u16, PackError> {
        self.number(index, "score", self.tables.scores)
    }

    fn table(&self, index: u32) -> Result<u16, PackError> {
        self.number(index, "table", self.tables.of_rows)
    }

    pub(super) fn of_table(
        &self,
        index: u32,
        derived: fn(u16) -> Derived,
    ) -> Result<Feature, PackError> {
        Ok(Feature::Derived(derived(self.table(index)?)))
    }

    pub(super) fn row_is(&self, of: v1::RowOf) -> Result<Feature, PackError> {
        let row = u16::try_from(of.row).map_err(|_| self.invalid("row"))?;
        Ok(Feature::Derived(Derived::Is { table: self.table(of.table)?, row }))
    }

    pub(super) fn next_action(&self, next: v1::NextAction) -> Result<Feature, PackError> {
        Ok(Feature::Next {
            prediction: self.number(next.prediction, "prediction", self.tables.predictions)?,
            action: self.string(next.action, "action", LONGEST_ACTION)?,
        })
    }

    pub(super) fn prediction_of(&self, of: v1::Prediction) -> Result<Prediction, PackError> {
        Ok(Prediction {
            name: self.name(of.name, "name")?,
            event: self.event(of.event)?,
            property: self.string(of.property, "property name", PROPERTY_NAME.most)?,
        })
    }

    /// Numbers of features that a text shows; whether there are such, the rules check.
    pub(super) fn values(&self, values: &[u32]) -> Result<Vec<u16>, PackError> {
        limits::VALUES.check(values.len())?;
        let value = |index: &u32| {
            let missing = PackError::Reference { at: self.at, to: "feature", index: *index };
            u16::try_from(*index).map_err(|_| missing)
        };
        values.iter().map(value).collect()
    }

    fn place(&self, place: u32) -> Result<u16, PackError> {
        u16::try_from(place).map_err(|_| self.invalid("place in the order"))
    }

    fn number_program(
        &self,
        bytes: &[u8],
        definitions: &Definitions,
    ) -> Result<Program, PackError> {
        limits::PROGRAM.check(bytes.len())?;
        let wrong = |error| PackError::Program { at: self.at, part: "of", error };
        Program::decode_number(bytes, definitions).map_err(wrong)
    }

    pub(super) fn score_of(
        &self,
        score: v1::Score,
        definitions: &Definitions,
    ) -> Result<Score, PackError> {
        let factors = score.factors.into_iter().map(|factor| self.factor(factor, definitions));
        Ok(Score {
            name: self.name(score.name, "name")?,
            place: self.place(score.place)?,
            factors: factors.collect::<Result<_, _>>()?,
            says: self.texts(score.says)?,
            values: self.values(&score.values)?,
        })
    }

    fn factor(&self, factor: v1::Factor, definitions: &Definitions) -> Result<Factor, PackError> {
        let scale = match (factor.steps.as_slice(), factor.linear) {
            ([], Some(v1::Linear { from, to, hundredths })) => {
                Scale::Linear { from, to, hundredths: i64::from(hundredths) }
            }
            (steps @ [_, ..], None) => {
                let pair = |step: &v1::Step| (step.from, i64::from(step.hundredths));
                Scale::Steps(steps.iter().map(pair).collect())
            }
            _ => return Err(self.invalid("points of a factor")),
        };
        Ok(Factor {
            name: self.name(factor.name, "name of a factor")?,
            of: self.number_program(&factor.of, definitions)?,
            scale,
            says: self.texts(factor.says)?,
        })
    }

    pub(super) fn table_of(
        &self,
        table: v1::Table,
        definitions: &Definitions,
    ) -> Result<Table, PackError> {
        let kind = match table.kind() {
            v1::TableKind::Unspecified => return Err(self.invalid("kind of the table")),
            v1::TableKind::Segment => TableKind::Segment,
            v1::TableKind::Stage => TableKind::Stage,
            v1::TableKind::Level => TableKind::Level,
            v1::TableKind::Tier => TableKind::Tier,
        };
        let of = Some(table.of).filter(|bytes| !bytes.is_empty());
        let rows = table.rows.into_iter().map(|row| self.row(row, definitions));
        Ok(Table {
            name: self.name(table.name, "name")?,
            kind,
            place: self.place(table.place)?,
            rows: rows.collect::<Result<_, _>>()?,
            of: of.map(|bytes| self.number_program(&bytes, definitions)).transpose()?,
            keeps: table.keeps,
        })
    }

    fn row(&self, row: v1::Row, definitions: &Definitions) -> Result<Row, PackError> {
        let condition = |bytes: Vec<u8>, part| {
            let bytes = Some(bytes).filter(|bytes| !bytes.is_empty());
            bytes.map(|bytes| self.program(&bytes, part, definitions)).transpose()
        };
        Ok(Row {
            name: self.name(row.name, "name of a row")?,
            enter: condition(row.enter, "enter")?,
            stay: condition(row.stay, "stay")?,
            at_least_ms: self.ms(row.at_least_ms, "time in a stage")?,
            from: row.from,
            multiplier: row.multiplier.unwrap_or(1.0),
            says: self.texts(row.says)?,
            values: self.values(&row.values)?,
        })
    }
}
