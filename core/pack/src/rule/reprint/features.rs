//! Features back to the functions that read them.

use staykit_core::profile::{Baseline, BaselineFigure, Feature, Measure, TextTest, Unit, Window};

use super::timed::timed;
use super::{Reprint, quote};

impl Reprint<'_> {
    /// A feature as the function that reads it.
    pub(crate) fn feature(&self, feature: &Feature) -> String {
        let named = |names: &[&str], number: u16| {
            names.get(usize::from(number)).map_or_else(|| number.to_string(), |name| quote(name))
        };
        let signal = |number: u16| named(self.signals, number);
        let funnel = |number: u16| named(self.funnels, number);
        match feature {
            Feature::Count { event, window, filter } => {
                let filter = filter.as_ref().map(|test| format!(", {}", equals(&test.key, test)));
                format!(
                    "count({}, {}{})",
                    quote(event),
                    of_window(*window),
                    filter.unwrap_or_default()
                )
            }
            Feature::Sum { event, property, window, .. } => {
                format!("sum({}, {}, {})", quote(event), quote(property), of_window(*window))
            }
            Feature::SinceLast(event) => format!("since_last({})", quote(event)),
            Feature::SinceFirst(event) => format!("since_first({})", quote(event)),
            Feature::Absent(event) => format!("absent({})", quote(event)),
            Feature::ActiveDays { event, days } => {
                format!("active_days({}, days({days}))", quote(event))
            }
            Feature::Baseline(of) => baseline(of),
            Feature::Timed(of) => timed(of),
            Feature::FunnelDropped(number) => format!("dropped_at({})", funnel(*number)),
            Feature::FunnelStep(number) => format!("funnel_step({})", funnel(*number)),
            Feature::FunnelAge(number) => format!("funnel_age({})", funnel(*number)),
            Feature::SessionCount(window) => format!("session_count({})", of_window(*window)),
            Feature::SessionTime(window) => format!("session_time({})", of_window(*window)),
            Feature::SessionLength => "session_length()".to_owned(),
            Feature::Signal(number) => format!("signal({})", signal(*number)),
            Feature::SignalAge(number) => format!("signal_age({})", signal(*number)),
            Feature::Hour => "hour()".to_owned(),
            Feature::Weekday => "weekday()".to_owned(),
            Feature::FactIs(test) => equals(&format!("fact({})", quote(&test.key)), test),
            Feature::ContextIs(test) => equals(&format!("context({})", quote(&test.key)), test),
            Feature::FactInteger(key) => format!("fact_number({})", quote(key)),
            Feature::ContextInteger(key) => format!("context_number({})", quote(key)),
        }
    }
}

fn baseline(baseline: &Baseline) -> String {
    let name = match baseline.figure {
        BaselineFigure::Drop => "baseline_drop",
        BaselineFigure::Rise => "baseline_rise",
        BaselineFigure::Zscore => "baseline_zscore",
        BaselineFigure::Drift => "baseline_drift",
    };
    let of = match &baseline.measure {
        Measure::Events(event) => event,
        Measure::SessionTime => "session",
    };
    let (recent, before) = (baseline.recent_days, baseline.baseline_days);
    format!("{name}({}, days({recent}), days({before}))", quote(of))
}

fn equals(left: &str, test: &TextTest) -> String {
    format!("{left} == {}", quote(&test.text))
}

pub(super) fn of_window(window: Window) -> String {
    let length = window.length;
    match window.unit {
        Unit::Minutes => format!("minutes({length})"),
        Unit::Hours => format!("hours({length})"),
        Unit::Days => format!("days({length})"),
        Unit::Weeks => format!("weeks({length})"),
        Unit::Ever => "ever()".to_owned(),
    }
}
