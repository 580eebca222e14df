//! Features as the messages that devices read.

use staykit_core::profile::{Feature, Measure, TextTest, Unit, Window};
use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::Strings;

impl Strings {
    pub(crate) fn feature(&mut self, feature: &Feature) -> v1::Feature {
        let kind = match feature {
            Feature::Count { event, window: of, filter } => Kind::Count(v1::Count {
                event: self.number(event),
                window: Some(window(*of)),
                r#where: filter.as_ref().map(|test| self.test(test)),
            }),
            Feature::Sum { event, property, window: of, fraction } => Kind::Sum(v1::Sum {
                event: self.number(event),
                property: self.number(property),
                window: Some(window(*of)),
                fraction: *fraction,
            }),
            Feature::SinceLast(event) => Kind::SinceLast(self.number(event)),
            Feature::SinceFirst(event) => Kind::SinceFirst(self.number(event)),
            Feature::Absent(event) => Kind::Absent(self.number(event)),
            Feature::ActiveDays { event, days } => Kind::ActiveDays(v1::Count {
                event: self.number(event),
                window: Some(window(Window { unit: Unit::Days, length: *days })),
                r#where: None,
            }),
            Feature::BaselineDrop { measure, recent_days, baseline_days } => {
                Kind::BaselineDrop(v1::BaselineDrop {
                    measure: Some(self.measure(measure)),
                    recent_days: u32::from(*recent_days),
                    baseline_days: u32::from(*baseline_days),
                })
            }
            Feature::FunnelStep(funnel) => Kind::FunnelStep(u32::from(*funnel)),
            Feature::FunnelAge(funnel) => Kind::FunnelAge(u32::from(*funnel)),
            Feature::SessionCount(of) => Kind::SessionCount(window(*of)),
            Feature::SessionTime(of) => Kind::SessionTime(window(*of)),
            Feature::SessionLength => Kind::SessionLength(v1::Unit {}),
            Feature::Signal(signal) => Kind::Signal(u32::from(*signal)),
            Feature::SignalAge(signal) => Kind::SignalAge(u32::from(*signal)),
            Feature::Hour => Kind::Hour(v1::Unit {}),
            Feature::Weekday => Kind::Weekday(v1::Unit {}),
            Feature::FactIs(test) => Kind::FactIs(self.test(test)),
            Feature::ContextIs(test) => Kind::ContextIs(self.test(test)),
            Feature::FactInteger(key) => Kind::FactInteger(self.number(key)),
            Feature::ContextInteger(key) => Kind::ContextInteger(self.number(key)),
            Feature::Derived(derived) => super::conclusions::derived(*derived),
            Feature::Next { prediction, action } => Kind::NextAction(v1::NextAction {
                prediction: u32::from(*prediction),
                action: self.number(action),
            }),
        };
        v1::Feature { kind: Some(kind) }
    }

    fn measure(&mut self, measure: &Measure) -> v1::baseline_drop::Measure {
        match measure {
            Measure::Events(event) => v1::baseline_drop::Measure::Event(self.number(event)),
            Measure::SessionTime => v1::baseline_drop::Measure::SessionTime(v1::Unit {}),
        }
    }

    fn test(&mut self, test: &TextTest) -> v1::TextTest {
        v1::TextTest { key: self.number(&test.key), text: self.number(&test.text) }
    }
}

pub(super) fn window(window: Window) -> v1::Window {
    let unit = match window.unit {
        Unit::Minutes => v1::WindowUnit::Minutes,
        Unit::Hours => v1::WindowUnit::Hours,
        Unit::Days => v1::WindowUnit::Days,
        Unit::Weeks => v1::WindowUnit::Weeks,
        Unit::Ever => v1::WindowUnit::Ever,
    };
    v1::Window { unit: unit.into(), length: u32::from(window.length) }
}
