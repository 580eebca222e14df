//! Features as the messages that devices read.

use staykit_core::profile::{Baseline, BaselineFigure, Feature, Measure, TextTest, Unit, Window};
use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::Strings;

impl Strings {
    pub(crate) fn feature(&mut self, feature: &Feature) -> v1::Feature {
        let kind = match feature {
            Feature::Count { events, window } => Kind::Count(self.count(events, *window)),
            Feature::Aggregate(aggregate) => self.aggregate(aggregate),
            Feature::LastValue(last) => Kind::LastValue(self.last_value(last)),
            Feature::SinceLast(events) => match self.plain(events) {
                Some(event) => Kind::SinceLast(event),
                None => Kind::SinceLastOf(self.events(events)),
            },
            Feature::SinceFirst(events) => match self.plain(events) {
                Some(event) => Kind::SinceFirst(event),
                None => Kind::SinceFirstOf(self.events(events)),
            },
            Feature::Absent(events) => match self.plain(events) {
                Some(event) => Kind::Absent(event),
                None => Kind::AbsentOf(self.events(events)),
            },
            Feature::ActiveDays { events, days } => {
                Kind::ActiveDays(self.count(events, Window { unit: Unit::Days, length: *days }))
            }
            Feature::Baseline(of) => self.baseline(of),
            Feature::Timed(of) => self.timed(of),
            Feature::FunnelDropped(funnel) => Kind::FunnelDropped(u32::from(*funnel)),
            Feature::FunnelStep(funnel) => Kind::FunnelStep(u32::from(*funnel)),
            Feature::FunnelAge(funnel) => Kind::FunnelAge(u32::from(*funnel)),
            Feature::SessionCount(of) => Kind::SessionCount(window(*of)),
            Feature::SessionTime(of) => Kind::SessionTime(window(*of)),
            Feature::SessionLength => Kind::SessionLength(v1::Unit {}),
            Feature::Signal(signal) => Kind::Signal(u32::from(*signal)),
            Feature::SignalAge(signal) => Kind::SignalAge(u32::from(*signal)),
            Feature::Hour => Kind::Hour(v1::Unit {}),
            Feature::Weekday => Kind::Weekday(v1::Unit {}),
            Feature::FactIs(test) => Kind::FactIs(self.test_of_fact(test)),
            Feature::ContextIs(test) => Kind::ContextIs(self.test_of_fact(test)),
            Feature::FactInteger(key) => Kind::FactInteger(self.number(key)),
            Feature::FactAge(key) => Kind::FactAge(self.number(key)),
            Feature::ContextInteger(key) => Kind::ContextInteger(self.number(key)),
            Feature::Derived(derived) => super::conclusions::derived(*derived),
            Feature::Next { prediction, action } => Kind::NextAction(v1::NextAction {
                prediction: u32::from(*prediction),
                action: self.number(action),
            }),
        };
        v1::Feature { kind: Some(kind) }
    }

    fn baseline(&mut self, baseline: &Baseline) -> Kind {
        let message = v1::BaselineDrop {
            measure: Some(self.measure(&baseline.measure)),
            recent_days: u32::from(baseline.recent_days),
            baseline_days: u32::from(baseline.baseline_days),
        };
        match baseline.figure {
            BaselineFigure::Drop => Kind::BaselineDrop(message),
            BaselineFigure::Rise => Kind::BaselineRise(message),
            BaselineFigure::Zscore => Kind::BaselineZscore(message),
            BaselineFigure::Drift => Kind::BaselineDrift(message),
        }
    }

    fn measure(&mut self, measure: &Measure) -> v1::baseline_drop::Measure {
        match measure {
            Measure::Events(event) => v1::baseline_drop::Measure::Event(self.number(event)),
            Measure::SessionTime => v1::baseline_drop::Measure::SessionTime(v1::Unit {}),
        }
    }

    fn test_of_fact(&mut self, test: &TextTest) -> v1::TextTest {
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
        Unit::Sessions => v1::WindowUnit::Sessions,
    };
    v1::Window { unit: unit.into(), length: u32::from(window.length) }
}
