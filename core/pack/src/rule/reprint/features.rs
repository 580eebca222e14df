//! Features back to the functions that read them.

use staykit_core::profile::{Derived, Feature, Measure, TextTest, Unit, Window};

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
            Feature::BaselineDrop { measure, recent_days, baseline_days } => {
                let of = match measure {
                    Measure::Events(event) => event,
                    Measure::SessionTime => "session",
                };
                format!("baseline_drop({}, days({recent_days}), days({baseline_days}))", quote(of))
            }
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

fn equals(left: &str, test: &TextTest) -> String {
    format!("{left} == {}", quote(&test.text))
}

fn of_window(window: Window) -> String {
    let length = window.length;
    match window.unit {
        Unit::Minutes => format!("minutes({length})"),
        Unit::Hours => format!("hours({length})"),
        Unit::Days => format!("days({length})"),
        Unit::Weeks => format!("weeks({length})"),
        Unit::Ever => "ever()".to_owned(),
    }
}
