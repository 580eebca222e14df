//! Filters, and the figures over many events, as the messages that devices read.

use staykit_core::profile::{
    Aggregate, Constant, Events, KeptValue, LastValue, Part, Relation, Summary, Test, Window,
};
use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::Strings;
use super::features::window;

impl Strings {
    /// The name of events that pass no tests.
    pub(super) fn plain(&mut self, events: &Events) -> Option<u32> {
        events.tests.is_empty().then(|| self.number(&events.name))
    }

    pub(super) fn events(&mut self, events: &Events) -> v1::Events {
        v1::Events { event: self.number(&events.name), tests: self.tests(&events.tests) }
    }

    pub(super) fn count(&mut self, events: &Events, of: Window) -> v1::Count {
        let event = self.number(&events.name);
        let window = Some(window(of));
        if let [test] = events.tests.as_slice()
            && let Some(test) = self.short(test)
        {
            return v1::Count { event, window, r#where: Some(test), tests: Vec::new() };
        }
        v1::Count { event, window, r#where: None, tests: self.tests(&events.tests) }
    }

    /// The short form of a test whether a property is a text.
    fn short(&mut self, test: &Test) -> Option<v1::TextTest> {
        match (test.part, test.relation, &test.constant) {
            (Part::Value, Relation::Equal, Constant::Text(wanted)) => {
                Some(v1::TextTest { key: self.number(&test.property), text: self.number(wanted) })
            }
            _ => None,
        }
    }

    fn tests(&mut self, tests: &[Test]) -> Vec<v1::Test> {
        tests.iter().map(|test| self.test(test)).collect()
    }

    fn test(&mut self, test: &Test) -> v1::Test {
        use v1::test::Constant as Of;
        let relation = match test.relation {
            Relation::Less => v1::Relation::Less,
            Relation::LessOrEqual => v1::Relation::LessOrEqual,
            Relation::Greater => v1::Relation::Greater,
            Relation::GreaterOrEqual => v1::Relation::GreaterOrEqual,
            Relation::Equal => v1::Relation::Equal,
            Relation::NotEqual => v1::Relation::NotEqual,
        };
        let constant = match &test.constant {
            Constant::Text(wanted) => Of::Text(self.number(wanted)),
            Constant::Integer(value) => Of::Integer(*value),
            Constant::Number(value) => Of::Number(*value),
            Constant::Flag(value) => Of::Flag(*value),
        };
        v1::Test {
            property: self.number(&test.property),
            currency: test.part == Part::Currency,
            relation: relation.into(),
            constant: Some(constant),
        }
    }

    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) -> Kind {
        let Aggregate { events, window: of, summary } = aggregate;
        let statistic = match summary {
            Summary::Sum { property, fraction } => return self.sum(aggregate, property, *fraction),
            Summary::Share { tests } => {
                let event = self.number(&events.name);
                let passing = self.tests(tests);
                return Kind::Share(v1::Share { event, window: Some(window(*of)), passing });
            }
            Summary::IntervalEntropy => return Kind::IntervalEntropy(self.count(events, *of)),
            Summary::Mean { property } => (v1::StatisticKind::Mean, property, false),
            Summary::Least { property, fraction } => {
                (v1::StatisticKind::Least, property, *fraction)
            }
            Summary::Most { property, fraction } => (v1::StatisticKind::Most, property, *fraction),
            Summary::Distinct { property } => (v1::StatisticKind::Distinct, property, false),
            Summary::Entropy { property } => (v1::StatisticKind::Entropy, property, false),
        };
        let (kind, property, fraction) = statistic;
        Kind::Statistic(v1::Statistic {
            kind: kind.into(),
            event: self.number(&events.name),
            property: self.number(property),
            window: Some(window(*of)),
            fraction,
            tests: self.tests(&events.tests),
        })
    }

    fn sum(&mut self, aggregate: &Aggregate, property: &str, fraction: bool) -> Kind {
        Kind::Sum(v1::Sum {
            event: self.number(&aggregate.events.name),
            property: self.number(property),
            window: Some(window(aggregate.window)),
            fraction,
            tests: self.tests(&aggregate.events.tests),
        })
    }

    pub(super) fn last_value(&mut self, last: &LastValue) -> v1::LastValue {
        use v1::last_value::Kept;
        let kept = match &last.kept {
            KeptValue::Is(text) => Kept::Is(self.number(text)),
            KeptValue::Integer => Kept::Integer(v1::Unit {}),
            KeptValue::Number => Kept::Number(v1::Unit {}),
        };
        v1::LastValue {
            event: self.number(&last.events.name),
            property: self.number(&last.property),
            kept: Some(kept),
            tests: self.tests(&last.events.tests),
        }
    }
}
