//! Filters, and the figures over many events, out of their messages.

use staykit_proto::v1;
use staykit_proto::v1::last_value::Kept;
use staykit_proto::v1::test::Constant as Of;

use super::features::Entry;
use super::{PackError, limits};
use crate::profile::{
    Aggregate, Constant, Events, KeptValue, LastValue, Part, Relation, Summary, Test,
};

impl Entry<'_> {
    fn tests(&self, tests: Vec<v1::Test>) -> Result<Vec<Test>, PackError> {
        limits::TESTS_OF_A_FILTER.check(tests.len())?;
        tests.into_iter().map(|test| self.test(test)).collect()
    }

    fn test(&self, test: v1::Test) -> Result<Test, PackError> {
        let relation = match test.relation() {
            v1::Relation::Unspecified => return Err(self.invalid("relation of a test")),
            v1::Relation::Less => Relation::Less,
            v1::Relation::LessOrEqual => Relation::LessOrEqual,
            v1::Relation::Greater => Relation::Greater,
            v1::Relation::GreaterOrEqual => Relation::GreaterOrEqual,
            v1::Relation::Equal => Relation::Equal,
            v1::Relation::NotEqual => Relation::NotEqual,
        };
        let constant = match test.constant.ok_or_else(|| self.invalid("constant of a test"))? {
            Of::Text(index) => Constant::Text(self.text(index)?),
            Of::Integer(value) => Constant::Integer(value),
            Of::Number(value) => Constant::Number(value),
            Of::Flag(value) => Constant::Flag(value),
        };
        let part = if test.currency { Part::Currency } else { Part::Value };
        let test = Test { property: self.property_name(test.property)?, part, relation, constant };
        if test.is_sound() { Ok(test) } else { Err(self.invalid("constant of a test")) }
    }

    /// Events of a name that pass every test.
    pub(super) fn events(&self, of: v1::Events) -> Result<Events, PackError> {
        Ok(Events { name: self.event(of.event)?, tests: self.tests(of.tests)? })
    }

    /// The events that are counted.
    pub(super) fn counted(&self, of: v1::Count) -> Result<Events, PackError> {
        let mut tests = self.tests(of.tests)?;
        if let Some(test) = of.r#where {
            tests.push(Test {
                property: self.property_name(test.key)?,
                part: Part::Value,
                relation: Relation::Equal,
                constant: Constant::Text(self.text(test.text)?),
            });
            limits::TESTS_OF_A_FILTER.check(tests.len())?;
        }
        Ok(Events { name: self.event(of.event)?, tests })
    }

    pub(super) fn sum(&self, of: v1::Sum) -> Result<Aggregate, PackError> {
        Ok(Aggregate {
            events: Events { name: self.event(of.event)?, tests: self.tests(of.tests)? },
            window: self.window(of.window)?,
            summary: Summary::Sum {
                property: self.property_name(of.property)?,
                fraction: of.fraction,
            },
        })
    }

    pub(super) fn statistic(&self, of: v1::Statistic) -> Result<Aggregate, PackError> {
        use v1::StatisticKind as Kind;
        let (property, fraction) = (self.property_name(of.property)?, of.fraction);
        let summary = match of.kind() {
            Kind::Unspecified => return Err(self.invalid("kind of a statistic")),
            Kind::Mean => Summary::Mean { property },
            Kind::Least => Summary::Least { property, fraction },
            Kind::Most => Summary::Most { property, fraction },
            Kind::Distinct => Summary::Distinct { property },
            Kind::Entropy => Summary::Entropy { property },
        };
        let events = Events { name: self.event(of.event)?, tests: self.tests(of.tests)? };
        Ok(Aggregate { events, window: self.window(of.window)?, summary })
    }

    pub(super) fn share(&self, of: v1::Share) -> Result<Aggregate, PackError> {
        let tests = self.tests(of.passing)?;
        if tests.is_empty() {
            return Err(self.invalid("tests of a share"));
        }
        let events = Events::named(self.event(of.event)?);
        let summary = Summary::Share { tests };
        Ok(Aggregate { events, window: self.window(of.window)?, summary })
    }

    pub(super) fn interval_entropy(&self, of: v1::Count) -> Result<Aggregate, PackError> {
        let window = self.window(of.window)?;
        Ok(Aggregate { events: self.counted(of)?, window, summary: Summary::IntervalEntropy })
    }

    pub(super) fn last_value(&self, of: v1::LastValue) -> Result<LastValue, PackError> {
        let kept = match of.kept.ok_or_else(|| self.invalid("what is kept of a last value"))? {
            Kept::Is(text) => KeptValue::Is(self.text(text)?),
            Kept::Integer(v1::Unit {}) => KeptValue::Integer,
            Kept::Number(v1::Unit {}) => KeptValue::Number,
        };
        let events = Events { name: self.event(of.event)?, tests: self.tests(of.tests)? };
        Ok(LastValue { events, property: self.property_name(of.property)?, kept })
    }
}
