//! Features back to the functions that read them.

use staykit_core::profile::{
    Aggregate, Baseline, BaselineFigure, Derived, Events, Feature, KeptValue, LastValue, Measure,
    Summary, Test, TextTest, Unit, Window,
};

use super::super::filters::printed;
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
            Feature::Count { events, window } => call("count", events, &[of_window(*window)]),
            Feature::Aggregate(aggregate) => of_aggregate(aggregate),
            Feature::LastValue(LastValue { events, property, kept }) => {
                let value = call("last_value", events, &[quote(property)]);
                match kept {
                    KeptValue::Is(text) => format!("{value} == {}", quote(text)),
                    KeptValue::Integer | KeptValue::Number => value,
                }
            }
            Feature::SinceLast(events) => call("since_last", events, &[]),
            Feature::SinceFirst(events) => call("since_first", events, &[]),
            Feature::Absent(events) => call("absent", events, &[]),
            Feature::ActiveDays { events, days } => {
                call("active_days", events, &[format!("days({days})")])
            }
            Feature::Baseline(of) => baseline(of),
            Feature::Timed(of) => timed(of),
            Feature::FunnelDropped(number) => format!("dropped_at({})", funnel(*number)),
            Feature::FunnelStep(number) => format!("funnel_step({})", funnel(*number)),
            Feature::FunnelAge(number) => format!("funnel_age({})", funnel(*number)),
            Feature::SessionCount(window) => format!("session_count({})", of_window(*window)),
            Feature::SessionTime(window) => format!("session_time({})", of_window(*window)),
            Feature::SessionLength => "session_length()".to_owned(),
            Feature::Signal(number) => {
                let tag = self.rules.signal(*number).is_some_and(|signal| signal.tag);
                format!("{}({})", if tag { "tag" } else { "signal" }, signal(*number))
            }
            Feature::Derived(derived) => self.derived(*derived),
            Feature::Next { prediction, action } => {
                let named = self.predictions.get(usize::from(*prediction));
                let named = named.filter(|_| self.predictions.len() > 1);
                let named = named.map(|of| format!(", {}", quote(&of.name)));
                format!("next_action({}{})", quote(action), named.unwrap_or_default())
            }
            Feature::SignalAge(number) => format!("signal_age({})", signal(*number)),
            Feature::Hour => "hour()".to_owned(),
            Feature::Weekday => "weekday()".to_owned(),
            Feature::FactIs(test) => equals(&format!("fact({})", quote(&test.key)), test),
            Feature::ContextIs(test) => equals(&format!("context({})", quote(&test.key)), test),
            Feature::FactInteger(key) => format!("fact_number({})", quote(key)),
            Feature::FactAge(key) => format!("fact_age({})", quote(key)),
            Feature::ContextInteger(key) => format!("context_number({})", quote(key)),
        }
    }

    fn derived(&self, derived: Derived) -> String {
        if let Derived::Score(score) = derived {
            let name = self.rules.score(score).map_or("", |score| &score.name);
            return format!("score({})", quote(name));
        }
        let table = derived.table().and_then(|table| self.rules.table(table));
        let Some(table) = table else { return String::new() };
        let (kind, name) = (table.kind, quote(&table.name));
        match derived {
            Derived::Is { row, .. } => {
                let row = table.row(row).map_or("", |row| &row.name);
                format!("{kind}({name}) == {}", quote(row))
            }
            Derived::Age(_) => format!("{kind}_age({name})"),
            Derived::Amount(_) => format!("{kind}_amount({name})"),
            Derived::Progress(_) => format!("{kind}_progress({name})"),
            Derived::Left(_) => format!("{kind}_left({name})"),
            Derived::Multiplier(_) => format!("{kind}_multiplier({name})"),
            Derived::Score(_) => String::new(),
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

fn of_aggregate(aggregate: &Aggregate) -> String {
    let Aggregate { events, window, summary } = aggregate;
    let name = match summary {
        Summary::Sum { .. } => "sum",
        Summary::Mean { .. } => "avg",
        Summary::Least { .. } => "min",
        Summary::Most { .. } => "max",
        Summary::Distinct { .. } => "distinct",
        Summary::Share { .. } => "share",
        Summary::Entropy { .. } => "entropy",
        Summary::IntervalEntropy => "interval_entropy",
    };
    let mut args: Vec<String> = aggregate.property().map(quote).into_iter().collect();
    args.push(of_window(*window));
    if let Summary::Share { tests } = summary {
        args.push(filter(tests));
    }
    call(name, events, &args)
}

/// A call with the name of the events first and their filter last.
pub(super) fn call(name: &str, events: &Events, args: &[String]) -> String {
    let mut all = vec![quote(&events.name)];
    all.extend_from_slice(args);
    if !events.tests.is_empty() {
        all.push(filter(&events.tests));
    }
    format!("{name}({})", all.join(", "))
}

fn filter(tests: &[Test]) -> String {
    let tests: Vec<String> = tests.iter().map(|test| printed(test, quote)).collect();
    tests.join(" && ")
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
        Unit::Sessions => format!("sessions({length})"),
        Unit::Ever => "ever()".to_owned(),
    }
}
